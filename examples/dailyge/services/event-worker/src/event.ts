/** What happened, as the schedule service tells it. */
export interface Event {
  /** The same whenever it is told again. */
  readonly id: string;
  readonly type: string;
  readonly person: number;
  readonly at: Date;
  /** Of the task that it is about. */
  readonly title: string | null;
}

/** A message that is no event. It goes to the dead-letter queue, where people look at it. */
export class NoEvent extends Error {
  override readonly name = "NoEvent";
}

/** The event in a message's body: alone, or in the envelope that a topic puts around it. */
export function readEvent(body: string): Event {
  const whole = record(json(body), "the message");
  const { Type: type, Message: inner } = whole;
  const { id, type: what, person, at, details } = type === "Notification" && typeof inner === "string" ? record(json(inner), "the notification") : whole;
  if (typeof id !== "string" || id === "" || id.length > 100) throw new NoEvent("it has no id");
  if (typeof what !== "string" || what === "") throw new NoEvent("it has no type");
  if (typeof person !== "number" || !Number.isSafeInteger(person)) throw new NoEvent("it has no person");
  const time = new Date(typeof at === "string" ? at : Number.NaN);
  if (Number.isNaN(time.getTime())) throw new NoEvent("it has no time");
  const { title } = record(details ?? {}, "details");
  return { id, type: what, person, at: time, title: typeof title === "string" ? title : null };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoEvent("it is no JSON");
  }
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new NoEvent(`${what} is no JSON object`);
  return Object.fromEntries(Object.entries(value));
}
