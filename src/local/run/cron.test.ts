import { describe, expect, test } from "vitest";
import { cronTimes } from "./cron.ts";

/** The first times after an instant, in UTC: `03-08 06:30`. */
function following(cron: string, timezone: string, after: string, count: number): readonly string[] {
  const next = cronTimes(cron, timezone);
  const found: string[] = [];
  for (let at = next(Date.parse(after)); at !== null && found.length < count; at = next(at)) found.push(new Date(at).toISOString());
  return found.map((text) => text.slice(5, 16).replace("T", " "));
}

test.each([
  ["every minute", "* * * * *", "2026-06-01T00:00:30Z", ["06-01 00:01", "06-01 00:02"]],
  ["never the instant itself", "0 * * * *", "2026-06-01T01:00:00Z", ["06-01 02:00"]],
  ["a list, a range and a step, in any order", "30,0-10/5 4 * * *", "2026-06-01T00:00:00Z", ["06-01 04:00", "06-01 04:05", "06-01 04:10", "06-01 04:30"]],
  ["a step over everything", "*/25 * * * *", "2026-06-01T00:00:00Z", ["06-01 00:25", "06-01 00:50", "06-01 01:00"]],
  ["working days", "0 9 * * 1-5", "2026-06-05T09:00:00Z", ["06-08 09:00", "06-09 09:00"]],
  ["a day of the month that not every month has", "0 0 31 * *", "2026-06-01T00:00:00Z", ["07-31 00:00", "08-31 00:00", "10-31 00:00"]],
  ["a leap day", "0 0 29 2 *", "2097-01-01T00:00:00Z", ["02-29 00:00"]],
  ["a month", "0 12 1 1,7 *", "2026-02-01T00:00:00Z", ["07-01 12:00", "01-01 12:00"]],
  ["a day that no month has", "0 0 30 2 *", "2026-01-01T00:00:00Z", []],
])("%s", (_what, cron, after, expected) => {
  expect(following(cron, "UTC", after, expected.length || 1)).toEqual(expected);
});

describe("clocks that are put forward and back", () => {
  test.each([
    ["Seoul has no summer time", "0 3 * * *", "Asia/Seoul", "2026-03-28T00:00:00Z", ["03-28 18:00", "03-29 18:00", "03-30 18:00"]],
    ["New York: the same hour of the day before and after", "0 9 * * *", "America/New_York", "2026-03-07T00:00:00Z", ["03-07 14:00", "03-08 13:00"]],
    ["New York skips 2:30 on 8 March", "30 2 * * *", "America/New_York", "2026-03-07T00:00:00Z", ["03-07 07:30", "03-09 06:30"]],
    ["New York: 1:59 is followed by 3:00", "*/30 * * * *", "America/New_York", "2026-03-08T06:00:00Z", ["03-08 06:30", "03-08 07:00", "03-08 07:30"]],
    ["New York repeats 1:30 on 1 November: once, the first time", "30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", ["11-01 05:30", "11-02 06:30"]],
    ["New York: nothing in the repeated hour", "*/30 * * * *", "America/New_York", "2026-11-01T05:00:00Z", ["11-01 05:30", "11-01 07:00"]],
    ["New York: nor when asked from within it", "*/30 * * * *", "America/New_York", "2026-11-01T06:10:00Z", ["11-01 07:00"]],
    ["Berlin skips 2:15 on 29 March", "15 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", ["03-28 01:15", "03-30 00:15"]],
    ["Berlin repeats 2:15 on 25 October: once, the first time", "15 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["10-25 00:15", "10-26 01:15"]],
    ["Berlin: Sundays at midnight, the day before in UTC", "0 0 * * 0", "Europe/Berlin", "2026-10-24T00:00:00Z", ["10-24 22:00", "10-31 23:00"]],
    ["Lord Howe Island goes back by half an hour: 1:45 once", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", ["04-04 14:45", "04-05 15:15"]],
  ])("%s", (_what, cron, timezone, after, expected) => {
    expect(following(cron, timezone, after, expected.length)).toEqual(expected);
  });
});
