import { describeEnd } from "../local/run/scheduled-run.ts";
import type { PartStatus, StatusReport } from "../local/run/status.ts";
import type { Invocation } from "./invocation.ts";
import { foldedTable, table, wrap } from "./table.ts";

/** What runs: one row per part, replicas together. Releases are left out where the terminal is too narrow for them; addresses stay whole. */
export function overviewTable(report: StatusReport, { columns, interactive }: Pick<Invocation["terminal"], "columns" | "interactive">): string {
  const groups = Map.groupBy(report.parts, ({ name, kind }) => (kind === "service" || kind === "site" ? name.replace(/\.\d+$/, "") : name));
  const rows = [...groups].map(([name, parts]) => [name, `${state(parts)}${mostText(report, name)}`, parts[0]?.reachableBy ?? "", parts[0]?.url ?? queuesText(parts[0]), releases(parts)]);
  const whole = table(["NAME", "STATE", "REACHED BY", "ADDRESS", "RELEASE"], rows);
  const fits = whole.split("\n").every((line) => line.length <= columns);
  const shown = fits ? whole : foldedTable(["NAME", "STATE", "REACHED BY", "ADDRESS"], rows.map((row) => row.slice(0, 4)), interactive ? columns : Infinity);
  const narrower = [...groups].flatMap(([name, parts]) => (parts[0]?.except ?? []).map((rule) => `${name}  ${rule}\n`));
  return `${shown}${narrower.length > 0 ? `\nNarrower than that:\n${narrower.map((line) => `  ${line}`).join("")}` : ""}${waitedFor(report, columns)}${approximateText(report)}${refusedText(report)}${schedulesText(report)}`;
}

/** Databases that only stand in for those of production. */
function approximateText({ parts }: StatusReport): string {
  const lines = parts.flatMap(({ name, approximate }) => (approximate === undefined ? [] : [`  ${name}: ${approximate}\n`]));
  return lines.length === 0 ? "" : `\nApproximate, as ./dailyge status says line by line:\n${lines.join("")}`;
}

/** What was written and is not served. */
const refusedText = ({ refused }: StatusReport): string =>
  refused.length === 0 ? "" : `\nNot released:\n${refused.map(({ name, at, why }) => `  ${name}  ${why} (${at.slice(0, 19)}Z)\n`).join("")}`;

/** `event-worker: 3 waiting, 1 in flight, 2 dead`, for each consumer of a topic. */
const queuesText = (part: PartStatus | undefined): string =>
  (part?.queues ?? [])
    .map(({ consumer, waiting, inFlight, dead }) => `${consumer}: ${[`${waiting} waiting`, ...(inFlight > 0 ? [`${inFlight} in flight`] : []), ...(dead > 0 ? [`${dead} dead`] : [])].join(", ")}`)
    .join("; ");

/** What is due next and how it went of late: a few lines a service. */
function schedulesText({ schedules }: StatusReport): string {
  if (schedules.length === 0) return "";
  return `\nScheduled:\n${schedules.map((schedule) => `  ${schedule.service}  ${nextText(schedule)}\n${recentText(schedule)}`).join("")}`;
}

function nextText({ cron, timezone, next }: StatusReport["schedules"][number]): string {
  const at = next === null ? "no time ever fits" : `next ${inZone(next, timezone)}`;
  return `${at} (${cron}, ${timezone})`;
}

/** The last three runs and skipped times, newest first. */
function recentText({ timezone, runs, skipped }: StatusReport["schedules"][number]): string {
  const lines = [
    ...runs.map((run) => ({ at: run.startedAt, text: `${inZone(run.due ?? run.startedAt, timezone)}${run.due === null ? " by hand" : ""}: ${run.end === null ? `${run.name} runs` : describeEnd(run.end)}` })),
    ...skipped.map(({ due, count, why }) => ({ at: due, text: `${inZone(due, timezone)}${count > 1 ? ` and ${count - 1} before` : ""}: ${why}` })),
  ];
  const newest = lines.sort((one, other) => other.at.localeCompare(one.at)).slice(0, 3);
  return newest.map(({ text }) => `    ${text}\n`).join("");
}

/** `2026-11-23 03:00`, as the clocks of a zone show it. */
const inZone = (at: string, timeZone: string): string =>
  new Date(at).toLocaleString("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });

/** What nothing on this machine can play, and what helps. */
function waitedFor(report: StatusReport, columns: number): string {
  const lines = new Set(report.parts.flatMap(({ waitingFor = [] }) => waitingFor.map(({ part, why, help }) => `  ${wrap(`${part}: ${why}`, columns - 2, "    ")}\n    next: ${help}\n`)));
  return lines.size === 0 ? "" : `\nWaited for:\n${[...lines].join("")}`;
}

const releases = (parts: readonly PartStatus[]): string => [...new Set(parts.map(({ release }) => release ?? ""))].join(", ");

/** For a service whose number follows its load. */
function mostText({ scaling }: StatusReport, name: string): string {
  const found = scaling.find(({ service }) => service === name);
  return found === undefined ? "" : `, at most ${found.most}`;
}

function state(parts: readonly PartStatus[]): string {
  const ready = parts.filter((part) => part.state === "ready").length;
  const worst = parts.find((part) => part.state !== "ready")?.state;
  const crashes = parts.reduce((sum, part) => sum + part.crashes, 0);
  const ended = crashes === 0 ? "" : `, ended ${crashes} time${crashes === 1 ? "" : "s"}`;
  const waitsFor = parts.flatMap(({ name, waitingFor = [] }) => waitingFor.flatMap(({ part }) => (part === name ? [] : [part])));
  if (worst === "waiting") return waitsFor.length === 0 ? "missing" : `waiting for ${waitsFor.join(" and ")}`;
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
