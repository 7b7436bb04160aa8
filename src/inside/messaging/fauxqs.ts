import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ControlAnswers, MessagingConfiguration } from "./contract.ts";
import type { Answer } from "./refusal.ts";

/** The server behind the door. Another one is another file like this. */
export interface MessageServer {
  /** Answers a request that is permitted. */
  handle(headers: Readonly<Record<string, string>>, body: string): Promise<Answer>;
  /** Lets messages be received again at once: who received them is gone. */
  giveBack(queue: string, receipts: readonly string[]): void;
  counts(): ControlAnswers["counts"];
  messages(queue: string, most: number): ControlAnswers["messages"];
  /** Moves what waits from one queue to another, and says how many. */
  move(from: string, to: string): number;
  /** Lets go of those who wait for a message, and of the files. */
  close(): Promise<void>;
}

/** What we use of fauxqs (https://github.com/kibertoad/fauxqs), in the version that the platform's parts pin. */
export interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly messageAttributes: Readonly<Record<string, { readonly StringValue?: string; readonly BinaryValue?: string }>>;
  readonly sentTimestamp: number;
  approximateReceiveCount: number;
  approximateFirstReceiveTimestamp?: number | undefined;
}

export interface Queue {
  readonly name: string;
  url: string;
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
  messages: Message[];
  delayedMessages: Message[];
  readonly inflightMessages: ReadonlyMap<string, unknown>;
  persistence: Persistence | undefined;
  setAttributes(attributes: Readonly<Record<string, string>>): void;
  enqueue(message: Message): void;
  dequeue(...given: readonly unknown[]): unknown;
  changeVisibility(receipt: string, seconds: number): void;
  processTimers(): void;
}

export interface SqsStore {
  host: string | undefined;
  region: string;
  persistence: Persistence | undefined;
  readonly queues: Map<string, Queue>;
  createQueue(name: string, url: string, arn: string, attributes: Readonly<Record<string, string>>): Queue;
  deleteQueue(url: string): boolean;
  getQueueByName(name: string): Queue | undefined;
  allQueues(): Iterable<Queue>;
  shutdown(): void;
}

interface Subscription {
  readonly arn: string;
  readonly endpoint: string;
}

export interface SnsStore {
  region: string;
  persistence: Persistence | undefined;
  listTopics(): { readonly topics: readonly { readonly arn: string; readonly name: string }[] };
  listSubscriptionsByTopic(topic: string): { readonly subscriptions: readonly Subscription[] };
  createTopic(name: string, attributes: undefined, tags: undefined, region: string): { readonly arn: string };
  deleteTopic(arn: string): boolean;
  subscribe(topic: string, protocol: "sqs", queue: string, attributes: Readonly<Record<string, string>>): Subscription | undefined;
  unsubscribe(arn: string): boolean;
}

export interface Persistence {
  readonly db: { exec(sql: string): void; prepare(sql: string): { run(...values: readonly string[]): unknown } };
  loadSqsAndSns(sqs: SqsStore, sns: SnsStore): void;
  updateMessageReady(id: string): void;
  close(): void;
}

export interface App {
  inject(request: { readonly method: "POST"; readonly url: "/"; readonly headers: Readonly<Record<string, string>>; readonly payload: string }): Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
    readonly body: string;
  }>;
  close(): Promise<void>;
}

interface Modules {
  readonly "app.js": { buildApp(options: { readonly logger: false; readonly stores: { readonly sqsStore: SqsStore; readonly snsStore: SnsStore; readonly s3Store: unknown } }): App };
  readonly "sqs/sqsStore.js": { readonly SqsStore: new () => SqsStore };
  readonly "sns/snsStore.js": { readonly SnsStore: new () => SnsStore };
  readonly "s3/s3Store.js": { readonly S3Store: new () => unknown };
  readonly "persistence.js": { readonly PersistenceManager: new (directory: string) => Persistence };
}

/** Its own command listens on every address of the machine, so we put it together as that does, and let nobody in but through our door. */
export async function loadFauxqs({ packages, data, region }: MessagingConfiguration): Promise<{ readonly app: App; readonly sqs: SqsStore; readonly sns: SnsStore; readonly kept: Persistence }> {
  const load = <Name extends keyof Modules>(name: Name): Promise<Modules[Name]> => import(pathToFileURL(join(packages, "node_modules/fauxqs/dist", name)).href) as Promise<Modules[Name]>;
  const [{ buildApp }, { SqsStore }, { SnsStore }, { S3Store }, { PersistenceManager }] = await Promise.all([
    load("app.js"),
    load("sqs/sqsStore.js"),
    load("sns/snsStore.js"),
    load("s3/s3Store.js"),
    load("persistence.js"),
  ]);
  const [sqs, sns, kept] = [new SqsStore(), new SnsStore(), new PersistenceManager(data)];
  Object.assign(sqs, { host: undefined, region });
  sns.region = region;
  kept.loadSqsAndSns(sqs, sns);
  for (const store of [sqs, sns]) store.persistence = kept;
  for (const queue of sqs.allQueues()) queue.persistence = kept;
  return { app: buildApp({ logger: false, stores: { sqsStore: sqs, snsStore: sns, s3Store: new S3Store() } }), sqs, sns, kept };
}
