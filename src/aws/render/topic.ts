import type { Service } from "../../model/service.ts";
import type { Topic } from "../../model/topic.ts";
import { json, resource, type Block, type Reference, type Resource } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import { physicalName } from "./names.ts";
import { queueName } from "./deployed-names.ts";
import type { Place } from "./place.ts";
import type { Statement } from "./role.ts";

export interface RenderedTopic {
  readonly topic: Topic;
  readonly noun: Noun;
  readonly arn: Reference;
  /** The queue of each consumer, by its name. */
  readonly queues: ReadonlyMap<string, Resource<"aws_sqs_queue">>;
}

/** As long as SQS keeps anything: a message that nobody could handle waits for a person. */
const DEAD_SECONDS = 14 * 86_400;

/** A topic, and for each consumer a queue that takes what is published, as it was published, and from nobody else. */
export function renderTopic(place: Place, topic: Topic): RenderedTopic {
  const name = `topic_${topic.name}`;
  const published = resource("aws_sns_topic", name, {
    name: physicalName("other", place.prefix, topic.name),
    // AWS's own key for SNS is open to everyone in the account who may publish. Queues could not be read by SNS with
    // such a key: those have SQS's.
    kms_master_key_id: "alias/aws/sns",
    tags: { part: `topic:${topic.name}` },
  });
  const arn = published.of("arn");
  const policy = resource("aws_sns_topic_policy", name, { arn, policy: json({ Version: "2012-10-17", Statement: [encrypted("sns:Publish", arn)] }) });
  const consumed = topic.consumedBy.map((consumer) => renderQueue(place, topic, arn, consumer));
  return {
    topic,
    arn,
    queues: new Map(consumed.map(({ consumer, queue }) => [consumer, queue])),
    noun: { name: `topic-${topic.name}`, blocks: [published, policy, ...consumed.flatMap(({ blocks }) => blocks)] },
  };
}

function renderQueue(place: Place, topic: Topic, topicArn: Reference, consumer: string) {
  const name = `topic_${topic.name}_${consumer}`;
  const dead = resource("aws_sqs_queue", `${name}_dead`, {
    name: queueName(place, topic.name, consumer, "dead"),
    message_retention_seconds: DEAD_SECONDS,
    sqs_managed_sse_enabled: true,
  });
  const queue = resource("aws_sqs_queue", name, {
    name: queueName(place, topic.name, consumer, "waiting"),
    message_retention_seconds: topic.keepSeconds,
    visibility_timeout_seconds: topic.redeliverSeconds,
    redrive_policy: json({ deadLetterTargetArn: dead.of("arn"), maxReceiveCount: topic.deadLetterAfter }),
    sqs_managed_sse_enabled: true,
    tags: { part: `queue:${topic.name}/${consumer}` },
  });
  const arn = queue.of("arn");
  const delivered = {
    Sid: "Deliver", Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", Resource: arn,
    Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
  };
  const policy = queuePolicy(name, queue, [delivered, encrypted("sqs:*", arn)]);
  const blocks: readonly Block[] = [
    queue, policy, dead, queuePolicy(`${name}_dead`, dead, [encrypted("sqs:*", dead.of("arn"))]),
    resource("aws_sqs_queue_redrive_allow_policy", name, {
      queue_url: dead.of("url"),
      redrive_allow_policy: json({ redrivePermission: "byQueue", sourceQueueArns: [arn] }),
    }),
    resource(
      "aws_sns_topic_subscription", name,
      { topic_arn: topicArn, protocol: "sqs", endpoint: arn, raw_message_delivery: true },
      { depends_on: [policy] }, // What is published in between would be lost.
    ),
  ];
  return { consumer, queue, blocks };
}

const queuePolicy = (name: string, queue: Resource<"aws_sqs_queue">, statements: readonly object[]): Block =>
  resource("aws_sqs_queue_policy", name, { queue_url: queue.of("url"), policy: json({ Version: "2012-10-17", Statement: statements }) });

/** Nobody does this over a connection that others can read. */
const encrypted = (action: string, arn: Reference) => ({
  Sid: "EncryptedOnly", Effect: "Deny", Principal: "*", Action: action, Resource: arn, Condition: { Bool: { "aws:SecureTransport": "false" } },
});

/** What a service's own role allows: to publish to its topics and to handle the messages of its queues. */
export function mayMessage(service: Service, topics: readonly RenderedTopic[]): readonly Statement[] {
  const published = topics.filter(({ topic }) => service.publishes.includes(topic.name)).map(({ arn }) => arn);
  const queues = topics.flatMap((topic) => topic.queues.get(service.name)?.of("arn") ?? []);
  return [
    ...(published.length > 0 ? [{ Sid: "Publish", Action: ["sns:Publish"], Resource: published }] : []),
    ...(queues.length > 0
      ? [{ Sid: "Consume", Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"], Resource: queues }]
      : []),
  ];
}
