import { setTimeout as pause } from "node:timers/promises";
import type { Figure, Finding, Measurement } from "../figure.ts";
import { insteadOf } from "../hand-platform.ts";
import { family, memoryOf, withCommand } from "../processes.ts";
import { reference } from "../reference.ts";
import { each, megabytes, median, medianOfPairs, times } from "../statistics.ts";
import type { Workbench } from "../workbench.ts";

const SETTLED_SECONDS = 8;
const LOOKS = 5;
const PAIRS = 2;
const GOAL_MB = 90;
const GOAL = 1.15;

export const memory: Measurement = {
  name: "memory",
  method:
    `The reference platform runs, its controller was started with its sources in the compile cache ${SETTLED_SECONDS} seconds ago. ` +
    "Summed is the resident memory (VmRSS) of the controller and of every runsv and svlogd, pages that they share with others counted in full each time, " +
    "and beside it their proportional share (Pss), in which shared pages are divided among those who hold them. " +
    "The whole is the proportional share of every process of the platform, these and all that they run; the baseline is that of every part, " +
    `started by hand with the same configuration, users and variables and as long ago: each server, site and replica, without controller, supervisors and logs. ${PAIRS} pairs.`,
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const platform = await reference(bench);
  const ours: ReturnType<typeof look>[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn < PAIRS; turn += 1) {
    // The first controller of these sources filled the compile cache.
    bare.push(
      await insteadOf(bench, platform, async (hand) => {
        await hand.start();
        return settled(() => share(hand.pids()));
      }),
    );
    await platform.up();
    ours.push(await settled(() => look(platform.state), ({ whole }) => whole));
  }
  return { figures: [controllerFigure(ours), wholeFigure(ours, bare)], notes: notes(ours, bare) };
}

/** What is seen some seconds after a start, in the middle of several looks. */
async function settled<Seen>(see: () => Seen, size: (seen: Seen) => number = Number): Promise<Seen> {
  await pause(SETTLED_SECONDS * 1000);
  const seen: Seen[] = [];
  for (let turn = 0; turn < LOOKS; turn += 1) {
    seen.push(see());
    await pause(400);
  }
  const [middle] = seen.toSorted((one, other) => size(one) - size(other)).slice(LOOKS >> 1);
  if (middle === undefined) throw new Error("nothing was seen");
  return middle;
}

function controllerFigure(looks: readonly ReturnType<typeof look>[]): Figure {
  const total = median(looks.map(({ resident }) => resident));
  return { what: "controller and supervisors, resident", measured: megabytes(total), baseline: "", compared: "", goal: `≤ ${GOAL_MB} MB`, met: total <= GOAL_MB * 1024 * 1024 };
}

function wholeFigure(looks: readonly ReturnType<typeof look>[], bare: readonly number[]): Figure {
  const whole = looks.map((one) => one.whole);
  const ratio = medianOfPairs(whole, bare, (one, other) => one / other);
  return {
    what: "all resident memory (Pss)",
    measured: megabytes(median(whole)),
    baseline: `${megabytes(median(bare))}, the same parts bare`,
    compared: times(ratio),
    goal: `≤ ${times(GOAL)}`,
    met: ratio <= GOAL,
  };
}

function notes(looks: readonly ReturnType<typeof look>[], bare: readonly number[]): readonly string[] {
  const middle = (of: (one: ReturnType<typeof look>) => number): string => megabytes(median(looks.map(of)));
  return [
    `controller ${middle(({ controller }) => controller)}, ${looks[0]?.supervisors} processes of runit ${middle((one) => one.resident - one.controller)}; ` +
      `all of them, shared pages divided (Pss): ${middle(({ proportional }) => proportional)}`,
    `the whole (Pss): ${each(looks.map(({ whole }) => whole / 1024 ** 2), 1)} MB; bare: ${each(bare.map((bytes) => bytes / 1024 ** 2), 1)} MB`,
    ...(controllerFigure(looks).met ? [] : ["why not: the goal for the controller and its supervisors was set for 10 processes of runit, each of which takes 1.3 MB"]),
  ];
}

/** Proportional share of processes and all that they started. */
const share = (pids: readonly number[]): number => [...new Set(pids.flatMap(family))].reduce((sum, pid) => sum + memoryOf(pid).proportional, 0);

function look(state: string) {
  const found = withCommand(state).filter(({ words }) => words.includes("controller") || /\/(runsv|svlogd)$/.test(words[0] ?? ""));
  const measured = found.map(({ pid, words }) => ({ ...memoryOf(pid), isController: words.includes("controller") }));
  const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0);
  return {
    resident: sum(measured.map(({ resident }) => resident)),
    proportional: sum(measured.map(({ proportional }) => proportional)),
    controller: sum(measured.filter(({ isController }) => isController).map(({ resident }) => resident)),
    whole: share(found.map(({ pid }) => pid)),
    supervisors: measured.filter(({ isController }) => !isController).length,
  };
}
