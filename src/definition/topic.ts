import type { Duration } from "./units.ts";

/** Messages from services that use it to every service that consumes it: SNS to one SQS queue a consumer. At least once, in no certain order. */
export interface TopicDefinition {
  /** A message that was received so often and never deleted goes to the consumer's dead-letter queue. @default 5 */
  readonly deadLetterAfter?: number;
  /** A message that was received and not deleted is delivered again after this. @default "30 seconds" */
  readonly redeliverAfter?: Duration;
  /** How long a message waits for a consumer; in the dead-letter queue fourteen days. @default "4 days" */
  readonly keep?: Duration;
  /** The name that it had on AWS before the definition renamed it: all that it keeps stays there, under that name, for as long as this is written. One machine begins it anew. @default it was always called so */
  readonly renamedFrom?: string;
}
