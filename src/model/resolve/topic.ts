import type { TopicDefinition } from "../../definition/topic.ts";
import type { Service } from "../service.ts";
import type { Topic } from "../topic.ts";
import type { Place } from "./place.ts";
import { complete, number, optional, readFields, type Fields } from "./read.ts";
import { formerName } from "./renamed.ts";
import { duration } from "./unit.ts";

export function resolveTopic(name: string, written: unknown, services: readonly Service[], at: Place): Topic | undefined {
  const read = readFields(TOPIC, "a topic", written, at);
  const whole = read && complete(read);
  if (!whole) return undefined;
  const linked = (by: "publishes" | "consumes") => services.filter((service) => service[by].includes(name)).map((service) => service.name);
  const { deadLetterAfter, redeliverAfter: redeliverSeconds, keep: keepSeconds } = whole;
  return { name, deployedAs: whole.renamedFrom ?? name, deadLetterAfter, redeliverSeconds, keepSeconds, publishedBy: linked("publishes"), consumedBy: linked("consumes") };
}

/** Limits of SQS. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const TOPIC = {
  deadLetterAfter: optional(number({ from: 1, to: 1_000, whole: true, why: "SQS counts 1 to 1000 receipts" }), 5),
  redeliverAfter: optional(duration({ least: "1 second", most: "12 hours", step: "1 second", why: "SQS waits for at most 12 hours" }), 30),
  keep: optional(duration({ least: "1 minute", most: "14 days", step: "1 second", why: "SQS keeps messages for one minute to 14 days" }), 4 * 86_400),
  renamedFrom: optional(formerName("topic"), null),
} satisfies Fields<TopicDefinition>;
