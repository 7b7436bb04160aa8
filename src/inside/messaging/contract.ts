/** What the messaging server is started with, as JSON in the file that its first argument names. No secret is in it. */
export interface MessagingConfiguration {
  /** On 127.0.0.1; services speak to it as to SNS and SQS. */
  readonly port: number;
  /** Path of the socket on which the platform's controller asks. */
  readonly controlSocket: string;
  readonly region: string;
  /** Directory in which messages are kept. */
  readonly data: string;
  /** Directory whose `node_modules` hold the server. */
  readonly packages: string;
  readonly queues: readonly ConfiguredQueue[];
  readonly topics: readonly ConfiguredTopic[];
  readonly callers: readonly Caller[];
}

/** A queue, dead-letter queues included; a queue comes after the one that its letters go to. */
export interface ConfiguredQueue {
  readonly name: string;
  /** What it is of the platform, for people: `events/event-worker`. */
  readonly part: string;
  /** By SQS's names. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ConfiguredTopic {
  readonly name: string;
  /** What it is of the platform, for people: `events`. */
  readonly part: string;
  /** Queues that get each of its messages: body and attributes as they were published. */
  readonly queues: readonly string[];
}

/** Somebody with credentials, and all that he may do. */
export interface Caller {
  /** His access key. */
  readonly id: string;
  /** Variable that holds the secret of his access key. */
  readonly secretVariable: string;
  /** Names of topics. */
  readonly publishes: readonly string[];
  /** Names of queues. */
  readonly receives: readonly string[];
}

/** A line of the control socket; the answer is a line as well. */
export type ControlRequest =
  | { readonly ask: "counts" }
  /** The oldest messages of a queue, as they are; none is received by that. */
  | { readonly ask: "messages"; readonly queue: string; readonly most: number }
  /** Moves what waits in one queue to another, to be received there anew. */
  | { readonly ask: "move"; readonly from: string; readonly to: string };

export interface ControlAnswers {
  readonly counts: Counts;
  readonly messages: readonly WaitingMessage[];
  readonly move: number;
}

export interface Counts {
  readonly queues: readonly QueueCount[];
  /** Queues that an earlier configuration had, removed at this start, with the messages that were in them. */
  readonly removed: readonly { readonly name: string; readonly messages: number }[];
}

export interface QueueCount {
  readonly name: string;
  readonly waiting: number;
  /** Received, and neither deleted nor due again. */
  readonly inFlight: number;
}

export interface WaitingMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly sentAt: string;
  readonly receives: number;
}
