import { setTimeout as sleep } from "node:timers/promises";
import type { Workload } from "../render/workload.ts";
import { processGroups, processorSeconds } from "./process-table.ts";
import { recordOf, replaceAll, replicasOf } from "./rollout.ts";
import { averagePercent, IN_AFTER_SECONDS, OUT_AFTER_SECONDS, wantedReplicas, type Sample } from "./scaling.ts";
import type { Stage } from "./stage.ts";
import { inspectProcess } from "./supervisor.ts";

const LOOK_EVERY_MS = 2_000;
/** After a replica that was to be added did not start. */
const PAUSE_AFTER_FAILURE_MS = 30_000;

/** Runs more replicas of a service while they are busy, and fewer when they are not, within its range. */
export class Scaler {
  readonly #stage: Stage;
  readonly #samples = new Map<string, Sample[]>();
  readonly #pausedUntil = new Map<string, number>();
  #stopped: AbortController | null = null;
  readonly #changes = new Set<Promise<void>>();
  #ended: Promise<void> = Promise.resolve();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  start(): void {
    if (this.#stopped !== null) return;
    const stopped = new AbortController();
    this.#stopped = stopped;
    this.#ended = this.#lookUntil(stopped.signal);
  }

  async stop(): Promise<void> {
    this.#stopped?.abort();
    this.#stopped = null;
    await Promise.all([this.#ended, ...this.#changes]);
  }

  async #lookUntil(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      const scaled = this.#stage.workloads.filter(({ scaling }) => scaling !== null);
      const groups = scaled.length > 0 ? await processGroups() : new Map<number, readonly number[]>();
      // A full disk, say: the next look tries again.
      await Promise.allSettled(scaled.map((workload) => this.#lookAt(workload, groups, stopped)));
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopped }).catch(() => {});
    }
  }

  async #lookAt(workload: Workload, groups: ReadonlyMap<number, readonly number[]>, stopped: AbortSignal): Promise<void> {
    const { scaling, name } = workload;
    const record = recordOf(this.#stage, name);
    // What is being released or replaced is not what is measured.
    if (scaling === null || record.current === null || this.#stage.busy.has(name)) return void this.#samples.delete(name);
    const samples = this.#samples.get(name) ?? [];
    this.#samples.set(name, samples);
    samples.push(await this.#sample(workload, groups));
    samples.splice(0, samples.findLastIndex(({ atMs }) => atMs <= (samples.at(-1)?.atMs ?? 0) - IN_AFTER_SECONDS * 1000));
    const percent = averagePercent(samples, OUT_AFTER_SECONDS, scaling.cpu);
    if (percent !== null) this.#stage.cpuPercent.set(name, Math.round(percent));
    const count = replicasOf(this.#stage, workload);
    const wanted = wantedReplicas(count, workload.replicas, scaling, samples);
    if (wanted === count || performance.now() < (this.#pausedUntil.get(name) ?? 0)) return;
    const scaled = this.#scale(workload, count, wanted, `CPU ${Math.round(averagePercent(samples, wanted > count ? OUT_AFTER_SECONDS : IN_AFTER_SECONDS, scaling.cpu) ?? 0)} % of its share, target ${scaling.targetCpuPercent} %`, stopped);
    this.#changes.add(scaled);
    void scaled.finally(() => this.#changes.delete(scaled));
  }

  async #sample(workload: Workload, groups: ReadonlyMap<number, readonly number[]>): Promise<Sample> {
    const used = new Map<string, number>();
    const atMs = performance.now();
    for (const replica of recordOf(this.#stage, workload.name).replicas) {
      const { pid } = await inspectProcess(this.#stage.ground, replica.name);
      if (pid !== null) used.set(`${replica.name} ${pid}`, await processorSeconds(groups.get(pid) ?? []));
    }
    return { atMs, used };
  }

  /** The number is remembered first: a controller that takes over in the middle brings the service to it. */
  async #scale(workload: Workload, from: number, to: number, why: string, stopped: AbortSignal): Promise<void> {
    const { busy } = this.#stage;
    const record = recordOf(this.#stage, workload.name);
    const turn = busy.tryTake(workload.name);
    if (turn === null || record.current === null) return turn?.end();
    this.#stage.report({ part: workload.name, state: "note", step: `from ${from} to ${to} replicas: ${why}` });
    try {
      record.scaled = { count: to, from, at: new Date().toISOString(), why };
      await this.#stage.remember();
      this.#samples.delete(workload.name);
      await replaceAll(this.#stage, workload, record.current, AbortSignal.any([turn.signal, stopped]));
    } catch (cause) {
      // Whoever interrupted it brings the service to its number.
      if (turn.signal.aborted || stopped.aborted) return;
      this.#pausedUntil.set(workload.name, performance.now() + PAUSE_AFTER_FAILURE_MS);
      record.scaled = { count: from, from, at: new Date().toISOString(), why: "a further replica did not start" };
      await this.#stage.remember().catch(() => {});
      this.#stage.report({ part: workload.name, state: "note", step: `stays at ${from} replicas: ${cause instanceof Error ? cause.message : String(cause)}` });
    } finally {
      turn.end();
    }
  }
}
