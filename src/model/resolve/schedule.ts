import type { ScheduleDefinition } from "../../definition/service.ts";
import type { Schedule } from "../service.ts";
import type { Place } from "./place.ts";
import { flag, isRecord, object, optional, quoted, required, text, type Fields, type Reader } from "./read.ts";
import { timezone } from "./region.ts";

/** A schedule, in the platform's time zone unless it says another. */
export function schedule(platformTimezone: string): Reader<Schedule> {
  const whole = object({ cron: required(cron, '"0 3 * * *"'), timezone: optional(timezone, platformTimezone), overlap: optional(flag, false) } satisfies Fields<ScheduleDefinition>, "a schedule");
  return (value, at) => {
    if (isRecord(value)) return whole(value, at);
    const times = cron(value, at);
    return times === undefined ? undefined : { cron: times, timezone: platformTimezone, overlap: false };
  };
}

interface Part {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const PARTS: readonly Part[] = [
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  { name: "day of month", from: 1, to: 31 },
  { name: "month", from: 1, to: 12 },
  { name: "day of week", from: 0, to: 6 },
];

const cron: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined) return undefined;
  const fields = written.trim().split(/\s+/);
  if (fields.length !== PARTS.length) {
    return at.error("bad-schedule", `${quoted(written)} has ${fields.length} fields, not five`, 'write minute, hour, day of month, month, day of week: "0 3 * * *" is three o\'clock every day');
  }
  for (const [index, part] of PARTS.entries()) {
    const problem = problemOf(fields[index] ?? "", part);
    if (problem !== undefined) return at.error("bad-schedule", `the ${part.name} of ${quoted(written)}, "${fields[index]}", ${problem}`, `write ${part.from} to ${part.to}, "*", or a list "1,2", range "1-5" or step "*/5" of them`);
  }
  return checkDays(fields, at) ? fields.join(" ") : undefined;
};

/** cron(8) takes either of two restricted days, EventBridge refuses both. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based */
function checkDays([, , dayOfMonth, , dayOfWeek]: readonly string[], at: Place): boolean {
  if (dayOfMonth === "*" || dayOfWeek === "*") return true;
  at.error("bad-schedule", "it says both days of the month and days of the week, which AWS does not take", 'leave one of the two "*"');
  return false;
}

function problemOf(field: string, { from, to }: Part): string | undefined {
  for (const piece of field.split(",")) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(piece);
    if (!match) return "is no time";
    const [, first, last, step] = match;
    if (first !== undefined && last === undefined && step !== undefined) return `has a step without a range: "${first}-${to}/${step}" says it`;
    if (step === "0" || step === "00") return "has a step of 0";
    for (const number of [first, last]) if (number !== undefined && (Number(number) < from || Number(number) > to)) return `is out of range`;
    if (first !== undefined && last !== undefined && Number(first) > Number(last)) return "begins after its end";
  }
  return undefined;
}
