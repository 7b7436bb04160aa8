import { expect, test } from "vitest";
import { averagePercent, IN_AFTER_SECONDS, OUT_AFTER_SECONDS, wantedReplicas, type Sample } from "./scaling.ts";

/** Samples a second apart, in which each replica used so much of a core in each second. */
const steady = (seconds: number, ...cores: readonly number[]): readonly Sample[] =>
  Array.from({ length: seconds + 1 }, (_, second) => ({ atMs: second * 1000, used: new Map(cores.map((core, index) => [`api.${index + 1}`, core * second])) }));

test.each([
  ["half of a core is all that a replica of half a core has", steady(5, 0.5), 5, 0.5, 100],
  ["replicas count alike, not requests", steady(5, 0.5, 0), 5, 0.5, 50],
  ["more than its share, where nothing holds it to it", steady(5, 1), 5, 0.25, 400],
  ["not known before it was measured for so long", steady(4, 1), 5, 1, null],
  ["a process that was not there yet does not count", [{ atMs: 0, used: new Map([["api.1", 0]]) }, { atMs: 5000, used: new Map([["api.1", 5], ["api.2", 3]]) }], 5, 1, 100],
  ["only processes that were not there yet", [{ atMs: 0, used: new Map() }, { atMs: 5000, used: new Map([["api.1", 5]]) }], 5, 1, null],
])("%s", (_what, samples, seconds, cpu, expected) => {
  expect(averagePercent(samples, seconds, cpu)).toBe(expected);
});

const scaling = { most: 6, targetCpuPercent: 60, cpu: 0.5 };

test.each([
  ["at its target nothing happens", 2, steady(60, 0.3, 0.3), 2],
  ["above it there are as many more as it takes", 2, steady(OUT_AFTER_SECONDS, 0.6, 0.6), 4],
  ["a little above, one more", 3, steady(OUT_AFTER_SECONDS, 0.31, 0.31, 0.31), 4],
  ["not before it has lasted", 2, steady(OUT_AFTER_SECONDS - 1, 0.6, 0.6), 2],
  ["never more than the most", 4, steady(OUT_AFTER_SECONDS, 1, 1, 1, 1), 6],
  ["a little below, nothing", 3, steady(60, 0.28, 0.28, 0.28), 3],
  ["well below there are fewer", 4, steady(IN_AFTER_SECONDS, 0.1, 0.1, 0.1, 0.1), 2],
  ["only after a while", 4, steady(IN_AFTER_SECONDS - 1, 0.1, 0.1, 0.1, 0.1), 4],
  ["well below, and yet too much for one fewer", 2, steady(IN_AFTER_SECONDS, 0.26, 0.26), 2],
  ["idle, down to the least", 4, steady(IN_AFTER_SECONDS, 0, 0, 0, 0), 2],
  ["outside of a range that was changed", 1, steady(1, 0.3), 2],
])("%s", (_what, count, samples, expected) => {
  expect(wantedReplicas(count, 2, scaling, samples)).toBe(expected);
});
