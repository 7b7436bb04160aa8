import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { queueName } from "../render/deployed-names.ts";
import { isNamed } from "./clients.ts";
import { partOf, type AwsPart, type QueueStatus, type StatusGround } from "./status-part.ts";

/** Every topic with what is in its queues; stopped as long as one of them is not there. */
export function topicStatuses({ environment, place, settings }: StatusGround): Promise<readonly AwsPart[]> {
  const sqs = new SQSClient(settings);
  return Promise.all(environment.topics.map(async ({ name, deployedAs, publishedBy, consumedBy }): Promise<AwsPart> => {
    const counted = await Promise.all(consumedBy.map(async (consumer): Promise<QueueStatus | null> => {
      const [live, dead] = await Promise.all([count(sqs, queueName(place, deployedAs, consumer, "waiting")), count(sqs, queueName(place, deployedAs, consumer, "dead"))]);
      return live === null || dead === null ? null : { consumer, waiting: live.waiting, inFlight: live.inFlight, dead: dead.waiting };
    }));
    const queues = counted.filter((queue) => queue !== null);
    const reachableBy = publishedBy.length === 0 ? "nobody" : publishedBy.join(", ");
    return { ...partOf(place, "topic", name, { reachableBy }), queues, state: queues.length === consumedBy.length ? "ready" : "stopped" };
  }));
}

/** Null where there is no such queue. */
async function count(sqs: SQSClient, QueueName: string): Promise<{ readonly waiting: number; readonly inFlight: number } | null> {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] }));
    return { waiting: Number(Attributes["ApproximateNumberOfMessages"]), inFlight: Number(Attributes["ApproximateNumberOfMessagesNotVisible"]) };
  } catch (error) {
    if (isNamed(error, "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")) return null;
    throw error;
  }
}
