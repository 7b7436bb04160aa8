import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient, type Message } from "@aws-sdk/client-sqs";
import { PublishCommand, SNSClient, type MessageAttributeValue } from "@aws-sdk/client-sns";
import { expect, onTestFinished } from "vitest";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import type { ServiceDefinition } from "../../src/definition/service.ts";
import type { TopicDefinition } from "../../src/definition/topic.ts";
import { eventually, type Platform } from "./fixture.ts";

/** A service that lives, so that it has variables; a test speaks in its place. */
const still = (change: Partial<ServiceDefinition>): ServiceDefinition => ({ directory: "services/still", start: "sleep 1000", size: { memory: "64 MB" }, stopWithin: "1 second", ...change });

/** `api` publishes events, `worker` and `audit` consume them, `other` has nothing to do with them. */
export const events = (topic: TopicDefinition = {}, links: { readonly publishes?: boolean; readonly consumers?: readonly string[] } = {}): PartsDefinition => ({
  services: {
    api: still({ uses: links.publishes === false ? [] : ["events"] }),
    worker: still({ consumes: (links.consumers ?? ["worker", "audit"]).includes("worker") ? ["events"] : [] }),
    audit: still({ consumes: (links.consumers ?? ["worker", "audit"]).includes("audit") ? ["events"] : [] }),
    other: still({}),
  },
  topics: { events: { redeliverAfter: "2 seconds", deadLetterAfter: 2, ...topic } },
});

/** What a service is started with. */
export async function variablesOf(platform: Platform, service: string): Promise<Readonly<Record<string, string>>> {
  const told = await platform.run("env", service, "--show", "--json");
  expect(told, told.err).toMatchObject({ code: 0 });
  return Object.fromEntries((JSON.parse(told.out) as { name: string; value: string }[]).map(({ name, value }) => [name, value]));
}

/** The SDK's clients, with the credentials and the endpoints of a service's variables. */
export function clientsOf(variables: Readonly<Record<string, string>>): { readonly sns: SNSClient; readonly sqs: SQSClient } {
  const credentials = { accessKeyId: variables["AWS_ACCESS_KEY_ID"] ?? "", secretAccessKey: variables["AWS_SECRET_ACCESS_KEY"] ?? "" };
  const shared = { region: variables["AWS_REGION"] ?? "", credentials, maxAttempts: 1 };
  const sns = new SNSClient({ ...shared, endpoint: variables["AWS_ENDPOINT_URL_SNS"] ?? "" });
  const sqs = new SQSClient({ ...shared, endpoint: variables["AWS_ENDPOINT_URL_SQS"] ?? "" });
  onTestFinished(() => {
    sns.destroy();
    sqs.destroy();
  });
  return { sns, sqs };
}

/** Publishes as a service. */
export async function publisher(platform: Platform, service = "api") {
  const variables = await variablesOf(platform, service);
  const { sns } = clientsOf(variables);
  const TopicArn = variables["EVENTS_TOPIC_ARN"] ?? "";
  return { sns, arn: TopicArn, publish: (Message: string, MessageAttributes: Record<string, MessageAttributeValue> = {}) => sns.send(new PublishCommand({ TopicArn, Message, MessageAttributes })) };
}

/** Receives as a service. */
export async function consumer(platform: Platform, service: string) {
  const variables = await variablesOf(platform, service);
  const { sqs } = clientsOf(variables);
  const QueueUrl = variables["EVENTS_QUEUE_URL"] ?? "";
  return {
    sqs,
    url: QueueUrl,
    receive: async (WaitTimeSeconds = 0): Promise<readonly Message[]> => {
      const wanted = { MaxNumberOfMessages: 10, MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All" as const] };
      return (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, ...wanted }))).Messages ?? [];
    },
    waiting: async (): Promise<number> =>
      Number((await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }))).Attributes?.["ApproximateNumberOfMessages"]),
  };
}

/** Receives until there is nothing for a while, and says what came. */
export async function drain(from: Awaited<ReturnType<typeof consumer>>): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (;;) {
    const got = await from.receive();
    if (got.length === 0) return bodies;
    bodies.push(...got.map(({ Body = "" }) => Body));
  }
}

/** `worker 3 0 1`: what waits, is in flight and is dead in a consumer's queue, as `status` has it. */
export async function counted(platform: Platform, who: string): Promise<string> {
  const { parts } = await platform.status();
  const queue = parts.find(({ name }) => name === "events")?.queues?.find((one) => one.consumer === who);
  return queue === undefined ? `no queue of ${who}` : `${who} ${queue.waiting} ${queue.inFlight} ${queue.dead}`;
}

export const eventuallyCounted = (platform: Platform, counts: string): Promise<void> => eventually(async () => (await counted(platform, counts.split(" ")[0] ?? "")) === counts);
