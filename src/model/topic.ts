/** Messages from publishers to a queue of each consumer, which gets body and attributes as they were published, without an envelope. */
export interface Topic {
  readonly name: string;
  /** Its name on AWS: another one where the definition renamed it. */
  readonly deployedAs: string;
  readonly deadLetterAfter: number;
  /** A message that was received and not deleted is delivered again after this. */
  readonly redeliverSeconds: number;
  /** How long a message waits for its consumer. */
  readonly keepSeconds: number;
  /** Services that publish to it. */
  readonly publishedBy: readonly string[];
  /** Services that consume it, each from a queue of its own with a dead-letter queue. */
  readonly consumedBy: readonly string[];
}
