import { cpus, loadavg, release, totalmem } from "node:os";
import { execFileSync } from "node:child_process";
import { findParts, type PartName } from "../../src/local/run/parts/index.ts";
import type { Figure, Finding, Measurement } from "./figure.ts";
import { repository, type Workbench } from "./workbench.ts";

/** What came of a measurement: figures, or why there are none. */
export interface Outcome {
  readonly measurement: Measurement;
  readonly found: Finding | { readonly failed: string };
}

const PARTS: readonly PartName[] = ["haproxy", "nginx", "mariadb", "redis", "runit"];
const HEADINGS = ["What", "Measured", "Baseline", "Compared", "Goal", "Met"] as const;

const rowOf = (figure: Figure): readonly string[] => [figure.what, figure.measured, figure.baseline, figure.compared, figure.goal, figure.met ? "yes" : "no"];

function rowsOf(outcomes: readonly Outcome[]): readonly (readonly string[])[] {
  return outcomes.flatMap(({ measurement, found }) => ("failed" in found ? [[measurement.name, "not measured", "", "", "", "no"]] : found.figures.map(rowOf)));
}

/** The table for a terminal, and what there is to say. */
export function tableText(outcomes: readonly Outcome[]): string {
  const rows = [HEADINGS, ...rowsOf(outcomes)].map((row) => row.map((cell) => cell.replaceAll("`", "")));
  const widths = HEADINGS.map((_heading, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd());
  const notes = outcomes.flatMap(({ measurement, found }) => ("failed" in found ? [`${measurement.name} could not be measured: ${found.failed}`] : found.notes));
  return `${lines.join("\n")}\n\n${notes.map((note) => `${note}\n`).join("")}`;
}

/** The same as a page. */
export function page(outcomes: readonly Outcome[], machine: readonly string[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const sections = outcomes.map(({ measurement, found }) => {
    const notes = "failed" in found ? [`Not measured: ${found.failed}`] : found.notes;
    return `### ${measurement.name}\n\n${measurement.method}\n\n${notes.map((note) => `- ${note}\n`).join("")}`;
  });
  return `# Figures

Written by \`./dailyge bench\`. Every figure is compared with a baseline of the same run: repetitions of both take turns, and the
comparison is the median over these pairs, so that a machine that is slow for a while is slow for both.

${row(HEADINGS)}${row(HEADINGS.map(() => "---"))}${rowsOf(outcomes).map(row).join("")}
## How each is measured

${sections.join("\n")}
## The machine

${machine.map((fact) => `- ${fact}\n`).join("")}`;
}

/** What the figures were measured on. */
export async function machineFacts(bench: Workbench): Promise<readonly string[]> {
  const parts = await findParts(PARTS, { cache: bench.cache, path: process.env["PATH"] ?? "", progress: () => {} });
  const [first] = cpus();
  return [
    `${cpus().length} cores of ${first?.model.trim() ?? "an unknown processor"}, ${Math.round(totalmem() / 1024 ** 3)} GB of memory; while it was measured, load average ${loadavg()[2]?.toFixed(1)} over 15 minutes`,
    `Linux ${release()}`,
    `Node ${process.version.slice(1)}, ${Object.values(parts).flatMap(({ product, version }) => (version === "unknown" ? [] : [`${product} ${version}`])).join(", ")}`,
    `${new Date().toISOString().slice(0, 10)}, ${commit()}`,
  ];
}

function commit(): string {
  try {
    return `commit ${execFileSync("git", ["rev-parse", "--short=7", "HEAD"], { cwd: repository, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()}`;
  } catch {
    return "outside of a repository";
  }
}
