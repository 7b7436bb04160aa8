import { expect, test } from "vitest";
import { looksBeforeEnding } from "./patience.ts";

const MINUTE = 60_000;

test.each([
  ["none was ended", [], 3],
  ["one just now", [10 * MINUTE], 6],
  ["two", [8 * MINUTE, 9 * MINUTE], 12],
  ["one is too long ago", [4 * MINUTE, 9 * MINUTE], 6],
  ["many", Array.from({ length: 20 }, () => 9 * MINUTE), 48],
])("%s", (_what, endedAt, looks) => expect(looksBeforeEnding(endedAt, 10 * MINUTE)).toBe(looks));
