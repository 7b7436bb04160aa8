import { expect, test } from "vitest";
import { suggest } from "./suggest.ts";

test.each([
  ["mysq", "mysql"],
  ["reids", "redis"],
  ["mongo", "mongodb"],
  ["REDIS", "redis"],
  ["my", undefined],
  ["orders", undefined],
  ["event", "events"],
  ["eve", undefined],
])("%j was probably meant to be %j", (name, meant) => {
  expect(suggest(name, ["mysql", "redis", "mongodb", "events", "event-worker", "event-writer"])).toBe(meant);
});
