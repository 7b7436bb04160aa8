import { Failure } from "../../kit/failure.ts";
import type { Topic } from "../../model/topic.ts";
import { deadLetterName, MESSAGING, queueName, type WaitingMessage } from "../render/messaging.ts";
import { isMessagingWanted, messagingControl, messagingHere } from "./messaging.ts";
import { askMessaging } from "./messaging-control.ts";
import type { Stage } from "./stage.ts";

/** A topic as it is now. */
export interface TopicStatus {
  readonly name: string;
  readonly publishedBy: readonly string[];
  readonly queues: readonly QueueStatus[];
}

export interface QueueStatus {
  readonly consumer: string;
  readonly waiting: number;
  /** Received, and neither deleted nor due again. */
  readonly inFlight: number;
  /** In the dead-letter queue. */
  readonly dead: number;
}

/** Every topic with its queues, counted now, in the order of the definition. */
export async function topicStatuses(stage: Stage, withinMs?: number): Promise<readonly TopicStatus[]> {
  const { wanted } = stage.state;
  if (wanted === null || !isMessagingWanted(wanted) || messagingHere(stage) === null) return [];
  const counts = new Map((await askMessaging(messagingControl(stage), { ask: "counts" }, withinMs)).queues.map((queue) => [queue.name, queue]));
  return wanted.environment.topics.map(({ name, publishedBy, consumedBy }) => ({
    name,
    publishedBy,
    queues: consumedBy.map((consumer) => {
      const queue = queueName(name, consumer, wanted.shared, wanted.environment);
      const { waiting = 0, inFlight = 0 } = counts.get(queue) ?? {};
      return { consumer, waiting, inFlight, dead: counts.get(deadLetterName(queue))?.waiting ?? 0 };
    }),
  }));
}

/** Which queue is meant: a topic's name, and a consumer's where the topic has more than one. */
export interface QueueNamed {
  readonly topic: string;
  readonly consumer: string | null;
}

/** The oldest dead letters of a queue; they stay where they are. */
export async function deadLetters(stage: Stage, named: QueueNamed, most: number): Promise<readonly WaitingMessage[]> {
  const { queue } = find(stage, named);
  return askMessaging(messagingControl(stage), { ask: "messages", queue: deadLetterName(queue), most });
}

/** Lets a consumer receive its dead letters again, and says how many. */
export async function redrive(stage: Stage, named: QueueNamed): Promise<{ readonly consumer: string; readonly moved: number }> {
  const { queue, consumer } = find(stage, named);
  const moved = await askMessaging(messagingControl(stage), { ask: "move", from: deadLetterName(queue), to: queue });
  stage.report({ part: MESSAGING, state: "note", step: `${moved} dead letter${moved === 1 ? "" : "s"} of ${named.topic} for ${consumer}, to be received again` });
  return { consumer, moved };
}

function find(stage: Stage, { topic: name, consumer }: QueueNamed): { readonly queue: string; readonly consumer: string } {
  const { wanted } = stage.state;
  const topics = wanted?.environment.topics ?? [];
  const topic = topics.find((one) => one.name === name);
  if (wanted === null || topic === undefined) throw new Failure("unknown-name", `there is no topic ${name} in what runs`, { hint: `it has: ${topics.map((one) => one.name).join(", ") || "none"}` });
  requireHere(stage);
  const meant = consumerOf(topic, consumer);
  return { consumer: meant, queue: queueName(name, meant, wanted.shared, wanted.environment) };
}

function consumerOf({ name, consumedBy }: Topic, consumer: string | null): string {
  const only = consumedBy.length === 1 ? (consumedBy[0] ?? null) : null;
  const meant = consumer ?? only;
  const hint = `consumers of ${name}: ${consumedBy.join(", ") || "none"}`;
  if (meant === null) throw new Failure("usage", `${name} is consumed by ${consumedBy.length === 0 ? "nobody" : "more than one service"}: say whose dead letters`, { hint });
  if (!consumedBy.includes(meant)) throw new Failure("unknown-name", `${meant} does not consume ${name}`, { hint });
  return meant;
}

/** @throws Failure `part-missing` */
function requireHere({ parts }: Stage): void {
  const missing = parts.missing[MESSAGING];
  if (missing !== undefined) throw new Failure("part-missing", `no topic works: ${missing.why}`, { hint: missing.help });
}
