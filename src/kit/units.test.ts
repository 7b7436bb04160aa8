import { expect, test } from "vitest";
import { durationMeant, durationMs } from "./duration.ts";
import { sizeMb, sizeMeant } from "./size.ts";
import { suggest } from "./suggest.ts";

test.each([["500 ms", 500], ["1 second", 1_000], ["1.5 minutes", 90_000], ["12 hours", 43_200_000], ["35 days", 3_024_000_000]])("%s is %d ms", (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(["", "20", "20s", "20  seconds", "-1 second", "1e3 seconds", "20 Seconds", "one day", "20 mss"])("%j is no duration", (text) => {
  expect(durationMs(text)).toBeUndefined();
});

test.each([["20s", "20 seconds"], ["1 min", "1 minute"], ["7d", "7 days"], ["500 MS", "500 ms"], ["20  seconds", "20 seconds"], ["soon", undefined], ["5 apples", undefined]])("%j was meant to be %j", (text, meant) => {
  expect(durationMeant(text)).toBe(meant);
});

test.each([["512 MB", 512], ["0.5 GB", 512], ["1 TB", 1_048_576]])("%s is %d MB", (text, mb) => {
  expect(sizeMb(text)).toBe(mb);
});

test.each(["", "512", "512MB", "512 mb", "512 MiB", "1 KB"])("%j is no size", (text) => {
  expect(sizeMb(text)).toBeUndefined();
});

test.each([["512MB", "512 MB"], ["512Mi", "512 MB"], ["1g", "1 GB"], ["1 KB", undefined]])("%j was meant to be the size %j", (text, meant) => {
  expect(sizeMeant(text)).toBe(meant);
});

test.each([
  ["mysq", ["redis", "mysql"], "mysql"],
  ["myslq", ["mysql"], "mysql"],
  ["MYSQL", ["mysql"], "mysql"],
  ["strat", ["state", "start"], "start"],
  ["postgres", ["mysql"], undefined],
  ["ab", ["xy"], undefined],
  ["a", ["b"], undefined],
  ["", ["a"], undefined],
  ["x", [], undefined],
])("for %j of %j one means %j", (name, known, meant) => {
  expect(suggest(name, known)).toBe(meant);
});
