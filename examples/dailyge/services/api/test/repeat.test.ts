import assert from "node:assert/strict";
import { test } from "node:test";
import { Repeated, backoffMs } from "../src/repeat.ts";

const pace = { idleMs: 2_000, firstMs: 500, mostMs: 15_000 };

test("the pause doubles with each failure up to the most, give or take a quarter", () => {
  assert.deepEqual([0, 1, 2, 3, 6, 50].map((failures) => backoffMs(pace, failures, 0.5)), [2_000, 500, 1_000, 2_000, 15_000, 15_000]);
  assert.deepEqual([backoffMs(pace, 1, 0), backoffMs(pace, 1, 1)], [375, 625]);
});

test("it goes on after failures, wakes from idleness only, and stops at once", async () => {
  const stopping = new AbortController();
  const turns: string[] = [];
  const outcomes = ["more", "fails", "done", "done"] as const;
  const repeated = new Repeated({ idleMs: 60_000, firstMs: 30, mostMs: 30 }, stopping.signal, async () => {
    const outcome = outcomes[turns.length] ?? "done";
    turns.push(outcome);
    if (outcome === "fails") throw new Error("away");
    // What happens while a turn is under way is for the next one.
    if (turns.length === 3) setImmediate(() => repeated.wake());
    if (turns.length === 4) stopping.abort();
    return outcome;
  }, (error, failures) => turns.push(`failure ${failures}: ${String(error)}`));
  await repeated.run();
  assert.deepEqual(turns, ["more", "fails", "failure 1: Error: away", "done"]);
});
