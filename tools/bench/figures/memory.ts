import { setTimeout as pause } from "node:timers/promises";
import type { Finding, Measurement } from "../figure.ts";
import { memoryOf, withCommand } from "../processes.ts";
import { reference } from "../reference.ts";
import { megabytes, median } from "../statistics.ts";
import type { Workbench } from "../workbench.ts";

const SETTLED_SECONDS = 8;
const LOOKS = 5;
const GOAL_MB = 90;

export const memory: Measurement = {
  name: "memory",
  method:
    `The reference platform runs, its controller was started with its sources in the compile cache ${SETTLED_SECONDS} seconds ago. ` +
    "Summed is the resident memory (VmRSS) of the controller and of every runsv and svlogd, pages that they share with others counted in full each time, " +
    "and beside it their proportional share (Pss), in which shared pages are divided among those who hold them.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const platform = await reference(bench);
  // The first controller of these sources filled the compile cache.
  await platform.down();
  await pause(500);
  await platform.up();
  await pause(SETTLED_SECONDS * 1000);
  const looks: ReturnType<typeof look>[] = [];
  for (let turn = 0; turn < LOOKS; turn += 1) {
    looks.push(look(platform.state));
    await pause(400);
  }
  const total = median(looks.map(({ resident }) => resident));
  return {
    figures: [
      {
        what: "controller and supervisors, resident",
        measured: megabytes(total),
        baseline: "",
        compared: "",
        goal: `≤ ${GOAL_MB} MB`,
        met: total <= GOAL_MB * 1024 * 1024,
      },
    ],
    notes: [
      `controller ${megabytes(median(looks.map(({ controller }) => controller)))}, ` +
        `${looks[0]?.supervisors} processes of runit ${megabytes(median(looks.map((one) => one.resident - one.controller)))}; ` +
        `all of them, shared pages divided (Pss): ${megabytes(median(looks.map(({ proportional }) => proportional)))}`,
    ],
  };
}

function look(state: string) {
  const found = withCommand(state).filter(({ words }) => words.includes("controller") || /\/(runsv|svlogd)$/.test(words[0] ?? ""));
  const measured = found.map(({ pid, words }) => ({ ...memoryOf(pid), isController: words.includes("controller") }));
  const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0);
  return {
    resident: sum(measured.map(({ resident }) => resident)),
    proportional: sum(measured.map(({ proportional }) => proportional)),
    controller: sum(measured.filter(({ isController }) => isController).map(({ resident }) => resident)),
    supervisors: measured.filter(({ isController }) => !isController).length,
  };
}
