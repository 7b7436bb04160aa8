import type { ConfiguredQueue, MessagingConfiguration } from "../../inside/messaging/contract.ts";
import type { Environment, Shared } from "../../model/model.ts";
import type { Service } from "../../model/service.ts";
import type { Topic } from "../../model/topic.ts";
import type { ConfigFile, EnvironmentValue, ProcessSpec } from "./process.ts";

export type { ControlAnswers, ControlRequest, WaitingMessage } from "../../inside/messaging/contract.ts";

/** The process that plays SNS and SQS, and the identity that it runs as. */
export const MESSAGING = "messaging";

/** The account in ARNs on this machine. */
const ACCOUNT = "000000000000";

/** Where messages stand on this machine. Paths are absolute. */
export interface PlacedMessaging {
  readonly port: number;
  readonly controlSocket: string;
  readonly dataDirectory: string;
  readonly workDirectory: string;
  /** Of the program and of the configuration. */
  readonly configDirectory: string;
  /** Directory whose `node_modules` hold the server. */
  readonly packages: string;
  /** The program's files, by name; the first one is started. */
  readonly program: readonly { readonly name: string; readonly text: string }[];
}

/** Services that have something to do with topics, and so have credentials. */
export const linkedToTopics = ({ services }: Pick<Environment, "services">): readonly Service[] =>
  services.filter(({ publishes, consumes }) => publishes.length > 0 || consumes.length > 0);

/** Where the secret of a service's own access key is kept. */
export const messagingSecret = (service: string): string => `messaging/users/${service}`;

const fullName = (shared: Shared, environment: Environment, ...rest: readonly string[]): string => [shared.name, environment.name, ...rest].join("-");

export const topicArn = (topic: string, shared: Shared, environment: Environment): string => `arn:aws:sns:${shared.region}:${ACCOUNT}:${fullName(shared, environment, topic)}`;

/** `dailyge-dev-events-event-worker`: the queue from which a service gets what is published to a topic. */
export const queueName = (topic: string, consumer: string, shared: Shared, environment: Environment): string => fullName(shared, environment, topic, consumer);

/** The queue to which messages go that a consumer received again and again. */
export const deadLetterName = (queue: string): string => `${queue}-dead`;

export const queueUrl = (topic: string, consumer: string, shared: Shared, environment: Environment, port: number): string =>
  `http://127.0.0.1:${port}/${ACCOUNT}/${queueName(topic, consumer, shared, environment)}`;

/** What SDKs of AWS read by themselves. Whoever has no link to a topic gets none of it. */
export function messagingEnvironment(service: Service, shared: Shared, port: number): readonly EnvironmentValue[] {
  if (linkedToTopics({ services: [service] }).length === 0) return [];
  const endpoint = `http://127.0.0.1:${port}`;
  return [
    { name: "AWS_REGION", value: [shared.region] },
    { name: "AWS_ACCESS_KEY_ID", value: [service.name] },
    { name: "AWS_SECRET_ACCESS_KEY", value: [{ secret: messagingSecret(service.name) }] },
    { name: "AWS_ENDPOINT_URL_SNS", value: [endpoint] },
    { name: "AWS_ENDPOINT_URL_SQS", value: [endpoint] },
  ];
}

/** The server of topics and queues as a process, with what it is to have and whom it is to let in. */
export function renderMessaging(shared: Shared, environment: Environment, placed: PlacedMessaging): { readonly process: ProcessSpec; readonly files: readonly ConfigFile[] } {
  const { configDirectory, dataDirectory, workDirectory, program } = placed;
  const configuration = `${configDirectory}/messaging.json`;
  return {
    process: {
      name: MESSAGING,
      kind: "messaging",
      command: ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=1", `${configDirectory}/${program[0]?.name ?? ""}`, configuration],
      directory: workDirectory,
      environment: [
        { name: "NODE_COMPILE_CACHE", value: [`${workDirectory}/compiled`] },
        ...linkedToTopics(environment).map(({ name }) => ({ name: secretVariable(name), value: [{ secret: messagingSecret(name) }] })),
      ],
      identity: MESSAGING,
      writes: [dataDirectory, workDirectory],
      memoryMb: null,
      stop: { signal: "SIGTERM", withinSeconds: 10 },
    },
    files: [
      ...program.map(({ name, text }) => ({ path: `${configDirectory}/${name}`, text })),
      { path: `${configDirectory}/package.json`, text: '{ "type": "module" }\n' },
      { path: configuration, text: `${JSON.stringify(messagingConfiguration(shared, environment, placed), null, 1)}\n` },
    ],
  };
}

const secretVariable = (service: string): string => `SECRET_OF_${service}`;

function messagingConfiguration(shared: Shared, environment: Environment, placed: PlacedMessaging): MessagingConfiguration {
  const { port, controlSocket, dataDirectory: data, packages } = placed;
  return {
    port,
    controlSocket,
    region: shared.region,
    data,
    packages,
    queues: environment.topics.flatMap((topic) => topic.consumedBy.flatMap((consumer) => queuesOf(topic, consumer, shared, environment))),
    topics: environment.topics.map(({ name, consumedBy }) => ({
      name: fullName(shared, environment, name),
      part: name,
      queues: consumedBy.map((consumer) => queueName(name, consumer, shared, environment)),
    })),
    callers: linkedToTopics(environment).map(({ name, publishes, consumes }) => ({
      id: name,
      secretVariable: secretVariable(name),
      publishes: publishes.map((topic) => fullName(shared, environment, topic)),
      receives: consumes.map((topic) => queueName(topic, name, shared, environment)),
    })),
  };
}

/** Dead letters are kept as long as SQS keeps anything. */
const DEAD_LETTER_SECONDS = 14 * 86_400;

function queuesOf({ name, deadLetterAfter, redeliverSeconds, keepSeconds }: Topic, consumer: string, shared: Shared, environment: Environment): readonly ConfiguredQueue[] {
  const queue = queueName(name, consumer, shared, environment);
  const deadLetterTargetArn = `arn:aws:sqs:${shared.region}:${ACCOUNT}:${deadLetterName(queue)}`;
  return [
    { name: deadLetterName(queue), part: `dead letters of ${name}/${consumer}`, attributes: { MessageRetentionPeriod: String(DEAD_LETTER_SECONDS) } },
    {
      name: queue,
      part: `${name}/${consumer}`,
      attributes: {
        VisibilityTimeout: String(redeliverSeconds),
        MessageRetentionPeriod: String(keepSeconds),
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: deadLetterAfter }),
      },
    },
  ];
}

/** In what messages on this machine are not as on AWS. */
export const MESSAGING_DIFFERENCES: readonly string[] = [
  "`keep` is not enforced: a message waits until it is received, however long that takes",
  "SQS speaks its JSON protocol only, as SDKs since the end of 2023 do; older ones speak its query protocol",
  "a publisher may publish to its topics and a consumer receive from its own queue; each other action of SNS and SQS is refused",
  "messages come in the order in which they were sent until one is delivered again; AWS promises no order at all",
];
