import { describe, expect, test } from "vitest";
import { minutesAhead, nearestRdsZone, rdsZone } from "./timezone.ts";

test.each([["Asia/Seoul", 540], ["UTC", 0], ["America/New_York", -300], ["Asia/Kolkata", 330], ["Europe/Zurich", 60]])("clocks in %s are %i minutes ahead of UTC in January", (zone, minutes) => {
  expect(minutesAhead(zone)).toBe(minutes);
});

test("the table says what the data of time zones say", () => {
  const january = new Date("2026-01-15T12:00:00Z");
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    const local = new Date(`${january.toLocaleString("sv-SE", { timeZone: zone })}Z`);
    expect([zone, minutesAhead(zone)]).toEqual([zone, Math.round((local.getTime() - january.getTime()) / 60_000)]);
  }
});

test.each([
  ["Asia/Seoul", "Asia/Seoul"],
  ["ROK", "Asia/Seoul"],
  ["America/New_York", "US/Eastern"],
  ["America/Los_Angeles", "US/Pacific"],
  ["America/Sao_Paulo", "Brazil/East"],
  ["America/Argentina/Buenos_Aires", "America/Buenos_Aires"],
  ["Asia/Kolkata", "Asia/Calcutta"],
  ["Etc/UTC", "UTC"],
])("RDS calls %s %s", (zone, name) => {
  expect(rdsZone(zone)).toBe(name);
});

describe("the zone of RDS with the same clocks", () => {
  test.each([
    ["Europe/Berlin", "Europe/Paris"],
    ["Asia/Hong_Kong", "Asia/Singapore"],
    ["Australia/Melbourne", "Australia/Sydney"],
    ["Australia/Lord_Howe", undefined],
  ])("for %s is %s", (zone, near) => {
    expect(rdsZone(zone)).toBe(undefined);
    expect(nearestRdsZone(zone)).toBe(near);
  });
});
