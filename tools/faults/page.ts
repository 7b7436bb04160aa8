import type { Counted, Outcome } from "./fault.ts";

const HEADINGS = ["What breaks", "Failed GET", "Failed POST", "Lost writes", "Lost messages", "Failing for", "All ready after"] as const;

const of = ({ failed, sent }: Counted): string => `${failed} of ${sent}`;
const seconds = (value: number | null): string => (value === null ? "-" : `${value.toFixed(1)} s`);

const rowOf = (outcome: Outcome): readonly string[] => [
  outcome.what, of(outcome.reads), of(outcome.writes), String(outcome.lostWrites), String(outcome.lostMessages), seconds(outcome.secondsOfFailures), seconds(outcome.secondsToReady),
];

/** The table for a terminal. */
export function tableText(outcomes: readonly Outcome[]): string {
  const rows = [HEADINGS, ...outcomes.map(rowOf)];
  const widths = HEADINGS.map((_heading, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()}\n`).join("");
}

/** The same as a page. */
export function page(outcomes: readonly Outcome[], machine: readonly string[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return `# What happens when something breaks

Written by \`./dailyge faults\`. It breaks the reference platform while people use it: at a steady rate, one signed-in person
creates tasks (20 a second) and others ask who they are (50 a second), each request once, without a retry of their own. Then
every acknowledged task is looked for, and the activity that its event leaves with the worker: api → MySQL → topic → queue →
event-worker → MongoDB → api.

${row(HEADINGS)}${row(HEADINGS.map(() => "---"))}${outcomes.map((outcome) => row(rowOf(outcome))).join("")}
- **Lost writes**: tasks that were acknowledged and are missing, or there twice.
- **Lost messages**: tasks that are there, and whose event never arrived.
- **Failing for**: from the fault to the last request that failed.
- **All ready after**: from the fault until \`status\` says that every part is ready, its own asking included.

${machine.map((fact) => `- ${fact}\n`).join("")}`;
}
