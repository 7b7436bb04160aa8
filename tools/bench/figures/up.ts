import type { Finding, Measurement } from "../figure.ts";
import { insteadOf } from "../hand-platform.ts";
import { reference } from "../reference.ts";
import { difference, each, median, medianOfPairs, seconds } from "../statistics.ts";
import type { Workbench } from "../workbench.ts";

const REPETITIONS = 4;
const GOAL_SECONDS = 0.5;

export const up: Measurement = {
  name: "up",
  method:
    "The whole reference platform is down; its parts are cached, its releases are built and migrated, its data is there. Measured is `./dailyge up --detach` from its start to its end: " +
    "edge, both sites, the three databases, the server of topics and queues, and every replica of every service are ready. The baseline is the bare critical path on the same data and releases, with the same configuration, users and variables: " +
    "every process is started by hand, servers and sites all at once, a service as soon as what it needs answers, and each is waited for until it has answered once (200 where it speaks HTTP). " +
    "Neither side builds or migrates: a release that has been migrated is not migrated again.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const platform = await reference(bench);
  const ours: number[] = [];
  const byHand: number[] = [];
  let processes = 0;
  for (let turn = 0; turn < REPETITIONS; turn += 1) {
    byHand.push(
      await insteadOf(bench, platform, async (hand) => {
        processes = hand.parts.length;
        const started = performance.now();
        await hand.start();
        return (performance.now() - started) / 1000;
      }),
    );
    const began = performance.now();
    await platform.up();
    ours.push((performance.now() - began) / 1000);
  }
  const more = medianOfPairs(ours, byHand, (one, other) => one - other);
  return {
    figures: [
      {
        what: "`up` of the whole platform, warm, to ready",
        measured: seconds(median(ours)),
        baseline: `${seconds(median(byHand))} by hand`,
        compared: difference(more),
        goal: difference(GOAL_SECONDS),
        met: more <= GOAL_SECONDS,
      },
    ],
    notes: [
      `up: ${each(ours)} s; by hand: ${each(byHand)} s; processes: ${processes}`,
      ...(more <= GOAL_SECONDS ? [] : ["why not: half a second is the command, the definition and the start of the controller; the rest is what the controller does on the cores on which services start, and that it wants three answers of each"]),
    ],
  };
}
