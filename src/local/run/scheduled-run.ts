import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import type { Workload } from "../render/workload.ts";
import { groupMembers, residentBytes } from "./process-table.ts";
import { describeDeath } from "./readiness.ts";
import { recordOf } from "./rollout.ts";
import type { Stage } from "./stage.ts";
import type { RunEnd, RunRecord, ScheduleState } from "./state.ts";
import { inspectProcess, killGroup, startProcess, stopProcess, type Standing } from "./supervisor.ts";

const LOOK_EVERY_MS = 200;
/** Of runs and of skipped times: so many are remembered. */
export const REMEMBERED = 10;

const timesOf = ({ schedule }: Workload): string => (schedule === null ? "" : `${schedule.cron} ${schedule.timezone}`);

/** A clock that was set back by more than this was wrong before. By less, as for a leap or by a correction, nothing is run twice. */
const SET_BACK_MS = 3_600_000;

/** What is remembered of a schedule; another one than before has no times before now, and none waits for a time that a wrong clock once showed. */
export function scheduleOf(stage: Stage, workload: Workload, now: Date): ScheduleState {
  const record = recordOf(stage, workload.name);
  const known = record.schedule;
  if (known?.times === timesOf(workload) && Date.parse(known.considered) - now.getTime() < SET_BACK_MS) return known;
  return (record.schedule = { times: timesOf(workload), considered: now.toISOString(), runs: known?.runs ?? [], skipped: known?.skipped ?? [] });
}

export const runningOf = ({ runs }: ScheduleState): readonly RunRecord[] => runs.filter(({ end }) => end === null);

/** Starts the program of the release that serves; it is remembered before it starts, so that whoever follows us knows of it. */
export async function beginRun(stage: Stage, workload: Workload, due: Date | null): Promise<RunRecord> {
  const release = recordOf(stage, workload.name).current;
  if (release === null) throw new Failure("not-running", `${workload.name} has no release yet`, { hint: `./dailyge deploy ${workload.name}` });
  const schedule = scheduleOf(stage, workload, new Date());
  const taken = new Set(runningOf(schedule).map(({ name }) => name));
  let number = 1;
  const name = (): string => `${workload.name}.run${number === 1 ? "" : number}`;
  while (taken.has(name())) number += 1;
  const run: RunRecord = { name: name(), release, due: due?.toISOString() ?? null, startedAt: new Date().toISOString(), end: null };
  schedule.runs = [run, ...schedule.runs].slice(0, REMEMBERED + taken.size);
  await stage.remember();
  const { process } = workload.process({ name: run.name, release, port: 0, metricsPort: 0 });
  try {
    await startProcess(stage.ground, process, [], "once");
  } catch (cause) {
    await stopProcess(stage.ground, run.name, 0);
    await settle(stage, workload, run, endAt(run, new Date(), { exitCode: null, why: "could not be started" }));
    throw cause;
  }
  stage.report({ part: workload.name, state: "note", step: `${run.name} began${due === null ? ", asked for by hand" : `, due ${due.toISOString()}`}` });
  return run;
}

/** Waits for the end of a run, also of one that an earlier controller began, and writes down how it ended. */
export async function awaitRun(stage: Stage, workload: Workload, run: RunRecord, signal: AbortSignal): Promise<RunEnd> {
  for (let seen = false; ; seen = true) {
    const standing = await inspectProcess(stage.ground, run.name);
    signal.throwIfAborted();
    if (!goesOn(standing)) return settled(stage, workload, run, await endOf(stage, run, seen));
    if (standing.pid !== null) await holdToMemory(stage, workload, run, standing.pid);
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function settled(stage: Stage, workload: Workload, run: RunRecord, end: RunEnd): Promise<RunEnd> {
  await stopProcess(stage.ground, run.name, 0);
  await settle(stage, workload, run, end);
  stage.report({ part: workload.name, state: "note", step: `${run.name} ${describeEnd(end)}${end.exitCode === 0 ? "" : `: ./dailyge logs ${run.name}`}` });
  return end;
}

const goesOn = ({ state, pid }: Standing): boolean => state === "running" || state === "between starts" || (state === "unsupervised" && pid !== null);

/** Where the kernel does not. */
async function holdToMemory(stage: Stage, workload: Workload, run: RunRecord, pid: number): Promise<void> {
  const { memoryMb } = workload.process({ name: run.name, release: run.release, port: 0, metricsPort: 0 }).process;
  if (memoryMb === null || stage.confinement.how !== "watched") return;
  const megabytes = (await residentBytes(await groupMembers(pid))) / 1024 / 1024;
  if (megabytes <= memoryMb) return;
  stage.report({ part: workload.name, state: "note", step: `${run.name} holds ${Math.round(megabytes)} MB, more than \`size.memory\` allows (${memoryMb} MB): ended` });
  killGroup(pid);
}

/** What was seen going on and is gone with its directory was stopped by us. */
async function endOf(stage: Stage, run: RunRecord, seen: boolean): Promise<RunEnd> {
  const { state, deaths } = await inspectProcess(stage.ground, run.name);
  const death = deaths.at(-1);
  if (death === undefined && state !== "down" && !(seen && state === "absent")) return { at: new Date().toISOString(), seconds: null, exitCode: null, why: "ended unseen, with its supervisor" };
  const written = death === undefined ? null : await stat(`${stage.place.part(run.name)}/deaths`).catch(() => null);
  const why = death === undefined ? "was stopped" : death.exitCode === null ? describeDeath(death) : null;
  return endAt(run, written?.mtime ?? new Date(), { exitCode: death?.exitCode ?? null, why });
}

const endAt = ({ startedAt }: RunRecord, at: Date, how: Pick<RunEnd, "exitCode" | "why">): RunEnd => ({
  at: at.toISOString(),
  seconds: Math.max(0, Math.round((at.getTime() - Date.parse(startedAt)) / 100) / 10),
  ...how,
});

/** Writes down that all runs were ended with the platform. */
export function endRuns(schedule: ScheduleState, at: Date): void {
  schedule.runs = schedule.runs.map((run) => (run.end === null ? { ...run, end: endAt(run, at, { exitCode: null, why: "was stopped with the platform" }) } : run));
}

async function settle(stage: Stage, workload: Workload, run: RunRecord, end: RunEnd): Promise<void> {
  const { schedule } = recordOf(stage, workload.name);
  if (schedule === undefined) return;
  schedule.runs = schedule.runs.map((known) => (isSame(known, run) ? { ...known, end } : known)).slice(0, REMEMBERED);
  await stage.remember();
}

export const isSame = (one: RunRecord, other: RunRecord): boolean => one.name === other.name && one.startedAt === other.startedAt;

/** In words that follow a name. */
export const describeEnd = ({ exitCode, why, seconds }: RunEnd): string => `${exitCode === null ? why : `ended with exit code ${exitCode}`}${seconds === null ? "" : ` after ${seconds} s`}`;
