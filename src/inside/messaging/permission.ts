import type { Caller } from "./contract.ts";

/** A request of SNS or SQS, as far as permission asks: what is to be done to what. */
export interface Wish {
  readonly service: "sns" | "sqs";
  /** `Publish`, `ReceiveMessage`. */
  readonly action: string;
  /** Name of the topic or queue; null where the request names none. */
  readonly resource: string | null;
  /** What the server is to get: the same, with its resource named so that it can be read in one way only. */
  readonly body: string;
}

const PUBLISHING: ReadonlySet<string> = new Set(["Publish", "PublishBatch"]);

const RECEIVING: ReadonlySet<string> = new Set([
  "ReceiveMessage",
  "DeleteMessage",
  "DeleteMessageBatch",
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
  "GetQueueAttributes",
]);

/** Publishers publish to their topics, consumers receive from their queues; nobody else does anything. */
export function mayDo({ publishes, receives }: Caller, { service, action, resource }: Wish): boolean {
  if (resource === null) return false;
  return service === "sns" ? PUBLISHING.has(action) && publishes.includes(resource) : RECEIVING.has(action) && receives.includes(resource);
}

/** SQS speaks JSON, with the action in a header. Null where the body is none. */
export function readSqs(target: string, body: string, urlOf: (queue: string) => string): Wish | null {
  const written = parseObject(body);
  if (written === null) return null;
  const action = target.replace(/^AmazonSQS\./, "");
  const named = written["QueueUrl"];
  const resource = typeof named === "string" ? (named.split("/").filter((piece) => piece !== "").at(-1) ?? null) : null;
  return { service: "sqs", action, resource, body: JSON.stringify({ ...written, ...(resource === null ? {} : { QueueUrl: urlOf(resource) }) }) };
}

/** SNS speaks in a form. */
export function readSns(body: string): Wish {
  const form = new URLSearchParams(body);
  const arn = form.get("TopicArn") ?? form.get("TargetArn");
  if (arn !== null) form.set("TopicArn", arn);
  const action = form.get("Action") ?? "";
  form.set("Action", action);
  return { service: "sns", action, resource: arn?.split(":").at(-1) ?? null, body: form.toString() };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
