import { expect, test } from "vitest";
import type { RateLimit } from "../../model/protection.ts";
import { assignSlots, countedAs, LIMIT_SLOTS, limitsMap } from "./edge-limits.ts";

const limit = (name: string, seconds = 300): RateLimit => ({ name, requests: 101, seconds, paths: [] });
const slots = (list: readonly RateLimit[], known = {}) => assignSlots(known, list).limits.map(({ name, slot }) => `${name} ${slot}`);

test("each limit counts where no other of its window does", () => {
  expect(slots([limit("one"), limit("two"), limit("short", 60)])).toEqual(["one 0", "two 1", "short 0"]);
});

test("a limit keeps its place when others come and go, and nobody takes what one left while there is another", () => {
  const { slots: known } = assignSlots({}, [limit("one"), limit("two"), limit("three")]);
  expect(slots([limit("new"), limit("three"), limit("one")], known)).toEqual(["new 3", "three 2", "one 0"]);
  const { slots: later } = assignSlots(known, [limit("three")]);
  expect(slots([limit("two"), limit("three")], later)).toEqual(["two 1", "three 2"]);
});

test("when all places were taken once, those that were left are taken again", () => {
  const all = Array.from({ length: LIMIT_SLOTS }, (_, index) => limit(`limit-${index}`));
  const { slots: known } = assignSlots({}, all);
  expect(slots([...all.slice(0, 3), limit("new")], known).at(-1)).toBe("new 3");
});

test("a limit over another window counts from nothing", () => {
  const { slots: known } = assignSlots({}, [limit("one", 60), limit("two", 60)]);
  expect(assignSlots(known, [limit("one", 60), limit("two", 600)]).slots).toEqual({ one: { seconds: 60, slot: 0 }, two: { seconds: 600, slot: 0 } });
});

test("two minutes are halved only where all of AWS's windows are in use", () => {
  const three = [limit("a", 60), limit("b", 120), limit("c", 600)];
  expect(three.map((each) => countedAs(each, three).seconds)).toEqual([60, 120, 600]);
  const four = [...three, limit("d", 300)];
  expect(four.map((each) => countedAs(each, four))).toEqual([60, 60, 600, 300].map((seconds, index) => ({ seconds, requests: index === 1 ? 50 : 101 })));
  expect(limitsMap(assignSlots({}, four).limits)).toBe("a 101\nb 50\nc 101\nd 101\n");
});
