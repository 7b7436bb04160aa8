import type { PartStatus, StatusReport } from "../local/run/status.ts";
import { table, wrap } from "./table.ts";

/** What runs: one row per part, replicas together. Releases are left out where the terminal is too narrow for them. */
export function overviewTable(report: StatusReport, columns: number): string {
  const groups = Map.groupBy(report.parts, ({ name, kind }) => (kind === "service" || kind === "site" ? name.replace(/\.\d+$/, "") : name));
  const rows = [...groups].map(([name, parts]) => [name, state(parts), parts[0]?.reachableBy ?? "", parts[0]?.url ?? "", releases(parts)]);
  const whole = table(["NAME", "STATE", "REACHED BY", "ADDRESS", "RELEASE"], rows);
  const fits = whole.split("\n").every((line) => line.length <= columns);
  const shown = fits ? whole : table(["NAME", "STATE", "REACHED BY", "ADDRESS"], rows.map((row) => row.slice(0, 4)));
  const narrower = [...groups].flatMap(([name, parts]) => (parts[0]?.except ?? []).map((rule) => `${name}  ${rule}\n`));
  return `${shown}${narrower.length > 0 ? `\nNarrower than that:\n${narrower.map((line) => `  ${line}`).join("")}` : ""}`;
}

const releases = (parts: readonly PartStatus[]): string => [...new Set(parts.map(({ release }) => release ?? ""))].join(", ");

function state(parts: readonly PartStatus[]): string {
  const ready = parts.filter((part) => part.state === "ready").length;
  const worst = parts.find((part) => part.state !== "ready")?.state;
  const crashes = parts.reduce((sum, part) => sum + part.crashes, 0);
  const ended = crashes === 0 ? "" : `, ended ${crashes} time${crashes === 1 ? "" : "s"}`;
  if (parts.length === 1) return `${parts[0]?.state ?? ""}${ended}`;
  return `${ready} of ${parts.length} ready${worst === undefined ? "" : `, ${worst}`}${ended}`;
}

/** How this machine keeps each promise. */
export function promisesText(report: StatusReport, columns: number): string {
  const width = Math.max(...report.promises.map(({ promise }) => promise.length));
  const room = Math.max(columns, 60) - width - 4;
  const indent = " ".repeat(width + 4);
  const lines = report.promises.flatMap(({ promise, how, details = [] }) => [
    `  ${promise.padEnd(width)}  ${wrap(how, room, indent)}\n`,
    ...details.map((detail) => `${indent}- ${wrap(detail, room - 2, `${indent}  `)}\n`),
  ]);
  return `How this machine keeps its promises:\n${lines.join("")}`;
}
