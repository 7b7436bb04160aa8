import type { LogsDefinition } from "../../definition/logs.ts";
import type { Logs } from "../logs.ts";
import { complete, optional, quoted, readFields, type Fields, type Reader } from "./read.ts";
import { duration } from "./unit.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTIONS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** Where nothing is written. */
export const DEFAULT_LOGS: Logs = { keepDays: 30 };

export const logs: Reader<Logs> = (value, at) => {
  const read = readFields(LOGS, "logs", value, at);
  const whole = read && complete(read);
  return whole && { keepDays: whole.keep };
};

const anyDays = duration({ least: "1 day", most: "3653 days", step: "1 day", why: "CloudWatch keeps them from a day to ten years" });

const keep: Reader<number> = (value, at) => {
  const days = anyDays(value, at);
  if (days === undefined || RETENTIONS.includes(days)) return days;
  const longer = RETENTIONS.find((each) => each > days) ?? days;
  return at.error("bad-duration", `CloudWatch does not keep logs for exactly ${quoted(String(value))}`, `write "${longer} days"`);
};

const LOGS = { keep: optional(keep, DEFAULT_LOGS.keepDays) } satisfies Fields<LogsDefinition>;
