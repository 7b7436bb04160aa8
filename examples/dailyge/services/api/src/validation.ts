import { Refusal, type Problem } from "./refusal.ts";

type Reading<T> = { readonly value: T } | { readonly problem: Problem };
type Reader<T> = (written: unknown) => Reading<T>;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface NewTask {
  readonly title: string;
  /** `2026-11-22` */
  readonly day: string;
  /** `09:30` */
  readonly time: string | null;
}

const problem = (of: Problem): { readonly problem: Problem } => ({ problem: of });

/** Text of so many characters, composed alike whatever keyboard it came from. */
const text = (least: number, most: number): Reader<string> => (written) => {
  if (written === undefined || written === null || written === "") return problem("required");
  if (typeof written !== "string" || !written.isWellFormed()) return problem("malformed");
  const value = written.normalize("NFC");
  const length = [...value].length;
  if (length < least) return problem("too-short");
  return length > most ? problem("too-long") : { value };
};

const password = text(8, 200);

const title: Reader<string> = (written) => {
  const reading = text(1, 200)(typeof written === "string" ? written.trim() : written);
  return "value" in reading && /\p{Cc}/u.test(reading.value) ? problem("malformed") : reading;
};

const email: Reader<string> = (written) => {
  const reading = text(1, 254)(typeof written === "string" ? written.trim().toLowerCase() : written);
  return "value" in reading && !/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+\.[^\s@\p{Cc}]+$/u.test(reading.value) ? problem("malformed") : reading;
};

const day: Reader<string> = (written) => {
  if (written === undefined || written === null || written === "") return problem("required");
  return typeof written === "string" && isDay(written) ? { value: written } : problem("malformed");
};

const time: Reader<string | null> = (written) => {
  if (written === undefined || written === null || written === "") return { value: null };
  return typeof written === "string" && /^([01]\d|2[0-3]):[0-5]\d$/.test(written) ? { value: written } : problem("malformed");
};

const completed: Reader<boolean> = (written) => {
  if (written === undefined) return problem("required");
  return typeof written === "boolean" ? { value: written } : problem("malformed");
};

/** A day of the calendar between 1970 and 2199. */
function isDay(written: string): boolean {
  if (!/^(19[7-9]|20\d|21\d)\d-\d\d-\d\d$/.test(written)) return false;
  const date = new Date(`${written}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(written);
}

/** All fields, or a refusal that names every field that is wrong. */
function read<Shape>(body: unknown, readers: { readonly [Field in keyof Shape & string]: Reader<Shape[Field]> }): Shape {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Refusal(400, "malformed", "the request's body is no JSON object");
  const written = new Map(Object.entries(body));
  const values: Record<string, unknown> = {};
  const problems: Record<string, Problem> = {};
  for (const [field, reader] of Object.entries<Reader<unknown>>(readers)) {
    const reading = reader(written.get(field));
    if ("problem" in reading) problems[field] = reading.problem;
    else values[field] = reading.value;
  }
  if (Object.keys(problems).length > 0) throw new Refusal(422, "invalid", "some fields are not as they must be", { fields: problems });
  return values as Shape;
}

export const readCredentials = (body: unknown): Credentials => read<Credentials>(body, { email, password });
export const readTask = (body: unknown): NewTask => read<NewTask>(body, { title, day, time });
export const readTaskChange = (body: unknown): { readonly completed: boolean } => read<{ completed: boolean }>(body, { completed });
export const readDay = (query: unknown): string => read<{ day: string }>({ day: query }, { day }).day;

/** What a client calls its request, to be able to repeat it. */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (!/^[\x21-\x7e]{1,100}$/.test(header)) throw new Refusal(400, "malformed", "an Idempotency-Key has 1 to 100 visible ASCII characters");
  return header;
}
