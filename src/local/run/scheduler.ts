import { Failure } from "../../kit/failure.ts";
import type { Workload } from "../render/workload.ts";
import { cronTimes } from "./cron.ts";
import { awaitRun, beginRun, isSame, REMEMBERED, runningOf, scheduleOf } from "./scheduled-run.ts";
import { recordOf } from "./rollout.ts";
import type { Stage } from "./stage.ts";
import type { RunEnd, RunRecord, ScheduleState } from "./state.ts";
import { stopProcess } from "./supervisor.ts";

const LOOK_EVERY_MS = 1_000;
/** What could not be begun within this time is missed: EventBridge Scheduler begins within a minute, too. */
const LATE_MS = 60_000;
/** No more of missed times are counted. */
const MOST_COUNTED = 1_000;

/** Begins the runs of scheduled services at their times, and sees to all runs until they end. */
export class Scheduler {
  readonly #stage: Stage;
  readonly #waits = new Map<string, Promise<RunEnd>>();
  /** By service: what is on its way and does not run yet. */
  readonly #beginning = new Map<string, Promise<RunRecord>>();
  /** By service: when it is due next, and which time was considered before. */
  readonly #next = new Map<string, { readonly after: string; readonly due: number }>();
  #timer: NodeJS.Timeout | null = null;
  #stopped = new AbortController();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  start(): void {
    if (this.#timer !== null) return;
    this.#stopped = new AbortController();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.look();
  }

  /** Begins nothing any more. What runs, runs on. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#stopped.abort();
    await Promise.allSettled([...this.#beginning.values(), ...this.#waits.values()]);
  }

  /** Begins a run now. @throws Failure `state-busy` while another one goes on that it may not overlap */
  async begin(workload: Workload): Promise<RunRecord> {
    const { schedule } = workload;
    if (schedule === null) throw new Failure("usage", `${workload.name} has no schedule: it runs all the time`, { hint: `./dailyge exec ${workload.name} -- COMMAND` });
    const [before] = runningOf(scheduleOf(this.#stage, workload, new Date()));
    if (before !== undefined && !schedule.overlap) {
      throw new Failure("state-busy", `cannot run ${workload.name}: ${before.name} runs since ${before.startedAt}`, { hint: `wait for it, or see: ./dailyge logs -f ${before.name}` });
    }
    return this.#begin(workload, null);
  }

  /** How a run ended. Aborting ends it, within its time. */
  async ended(workload: Workload, run: RunRecord, signal: AbortSignal): Promise<RunEnd> {
    const end = (): void => void stopProcess(this.#stage.ground, run.name, workload.stopSeconds).catch(() => {});
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    const known = recordOf(this.#stage, workload.name).schedule?.runs.find((one) => isSame(one, run));
    if (known !== undefined && known.end !== null) return known.end;
    const gone = (cause: unknown): never => {
      throw this.#stopped.signal.aborted ? new Failure("cancelled", `${run.name} is being stopped with the platform`, { cause }) : cause;
    };
    return this.#wait(workload, run).catch(gone).finally(() => signal.removeEventListener("abort", end));
  }

  /** Begins what is due; from the first look at a service on, its times count. */
  look(): void {
    for (const workload of this.#stage.workloads) {
      const running = recordOf(this.#stage, workload.name).schedule;
      if (this.#beginning.has(workload.name)) continue;
      for (const run of running === undefined ? [] : runningOf(running)) void this.#wait(workload, run);
      if (workload.schedule !== null) this.#consider(workload, workload.schedule);
    }
  }

  #wait(workload: Workload, run: RunRecord): Promise<RunEnd> {
    const key = `${run.name} ${run.startedAt}`;
    const known = this.#waits.get(key);
    if (known !== undefined) return known;
    const wait = awaitRun(this.#stage, workload, run, this.#stopped.signal).finally(() => this.#waits.delete(key));
    this.#waits.set(key, wait);
    wait.catch(() => {});
    return wait;
  }

  /** Begins what is due now; tells what was due before. */
  #consider(workload: Workload, { cron, timezone, overlap }: NonNullable<Workload["schedule"]>): void {
    const now = new Date();
    const schedule = scheduleOf(this.#stage, workload, now);
    const after = `${schedule.times} ${schedule.considered}`;
    const next = this.#next.get(workload.name);
    if (next?.after === after && next.due > now.getTime()) return;
    // Whoever asks first makes the record, status too; that it is kept is seen to here.
    if (next?.after !== after) this.#stage.remember().catch(() => {});
    const times = cronTimes(cron, timezone);
    const dues = dueTimes(times, Date.parse(schedule.considered), now.getTime());
    if (dues.length === 0) this.#next.set(workload.name, { after, due: times(Date.parse(schedule.considered)) ?? Infinity });
    const last = dues.at(-1);
    if (last === undefined) return;
    schedule.considered = new Date(Math.max(last, dues.length < MOST_COUNTED ? 0 : now.getTime())).toISOString();
    const inTime = now.getTime() - last < LATE_MS && recordOf(this.#stage, workload.name).current !== null;
    const missed = inTime ? dues.slice(0, -1) : dues;
    if (missed.length > 0) this.#skip(workload, schedule, missed, "missed: the platform was not up then");
    const [before] = runningOf(schedule);
    if (inTime && before !== undefined && !overlap) this.#skip(workload, schedule, [last], `passed over: ${before.name} of ${before.due ?? before.startedAt} had not ended`);
    else if (inTime) this.#begin(workload, new Date(last)).catch((cause: unknown) => this.#note(workload, `the run due ${new Date(last).toISOString()} did not begin: ${cause instanceof Error ? cause.message : String(cause)}`));
    this.#stage.remember().catch(() => {});
  }

  #begin(workload: Workload, due: Date | null): Promise<RunRecord> {
    const begun = beginRun(this.#stage, workload, due).finally(() => this.#beginning.delete(workload.name));
    this.#beginning.set(workload.name, begun);
    return begun;
  }

  #skip(workload: Workload, schedule: ScheduleState, dues: readonly number[], why: string): void {
    const due = new Date(dues.at(-1) ?? 0).toISOString();
    schedule.skipped = [{ due, count: dues.length, why }, ...schedule.skipped].slice(0, REMEMBERED);
    this.#note(workload, dues.length === 1 ? `the run due ${due} was ${why}` : `${dues.length} runs, the last due ${due}, were ${why}`);
  }

  #note({ name }: Workload, step: string): void {
    this.#stage.report({ part: name, state: "note", step });
  }
}

function dueTimes(next: (after: number) => number | null, after: number, now: number): readonly number[] {
  const dues: number[] = [];
  for (let due = next(after); due !== null && due <= now && dues.length < MOST_COUNTED; due = next(due)) dues.push(due);
  return dues;
}
