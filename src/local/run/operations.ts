import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { resolve as absolutePath, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import type { Place } from "../render/place.ts";
import type { Workload } from "../render/workload.ts";
import { endAbandoned } from "./abandon.ts";
import { findConfinement } from "./confine.ts";
import { Duties } from "./duties.ts";
import { edgeSockets } from "./edge-process.ts";
import { edgeClient } from "./edge.ts";
import { removeTree } from "./files.ts";
import { findNeededParts, prepareGround } from "./ground.ts";
import { endLeftJobs } from "./job.ts";
import { bootId } from "./process-table.ts";
import type { Answers } from "./protocol.ts";
import { adopt, build, lower, missingNeeds, raise } from "./raise.ts";
import { recordOf, roll, type Pace } from "./rollout.ts";
import { restoreSnapshot } from "./restore.ts";
import { secretStore } from "./secret-store.ts";
import { SUPERSEDED, TAKEN_DOWN, type Progress, type Stage } from "./stage.ts";
import { takeSnapshot, type MadeSnapshot } from "./snapshot.ts";
import { socketDirectory } from "./sockets.ts";
import type { Scheduler } from "./scheduler.ts";
import { belongsToAnother, emptyState, readState, writeState, type RunEnd, type RunRecord, type State, type Wanted } from "./state.ts";
import { report, type StatusReport } from "./status.ts";
import { surroundingsNow, type Surroundings } from "./surroundings.ts";
import { oneAfterTheOther, Turns } from "./turns.ts";

interface Operation {
  /** `deploy api`, for the message to who comes second. */
  readonly name: string;
  readonly startedAt: number;
  readonly abort: AbortController;
  readonly done: Promise<unknown>;
}

const TAKING_OVER = "taking over the platform";
/** Who asks how it is right after a controller was killed is told how it is once that is mended. */
const TAKEN_OVER_WITHIN_MS = 5_000;

/** What can be done to one platform: one thing at a time. */
export class Operations {
  readonly #place: Place;
  readonly #cache: string;
  readonly #listeners = new Set<(progress: Progress) => void>();
  #state: State | null;
  #stage: Stage | null = null;
  #duties: Duties | null = null;
  #current: Operation | null = null;

  private constructor(place: Place, cache: string, state: State | null) {
    this.#place = place;
    this.#cache = cache;
    this.#state = state;
  }

  static async open(place: Place, cache: string, log: (progress: Progress) => void): Promise<Operations> {
    const operations = new Operations(place, cache, await readState(place));
    operations.listen(log);
    await endLeftJobs(place);
    return operations;
  }

  get definition(): string | null {
    return this.#state?.definition ?? null;
  }

  /** Whether nothing is being done and no platform is wanted. */
  get isIdle(): boolean {
    return this.#current === null && (this.#state === null || this.#state.wanted === null);
  }

  /** Hears of everything that happens, until the returned function is called. */
  listen(hear: (progress: Progress) => void): () => void {
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  #report(progress: Progress): void {
    for (const hear of this.#listeners) hear(progress);
  }

  /** Takes over what an earlier controller left; after a restart of the machine there is nothing to take over. */
  begin(): void {
    const state = this.#state;
    const wanted = state?.wanted ?? null;
    if (state === null || wanted === null || state.bootId !== bootId()) return;
    void this.#only(TAKING_OVER, async (signal) => {
      const stage = await this.#prepare(state, wanted, signal);
      await adopt(stage, signal);
      this.#duties?.start();
    }).catch((cause: unknown) => {
      this.#duties?.start();
      if (cause instanceof Failure && cause.code === "cancelled") return;
      this.#report({ part: "controller", state: "failed", step: cause instanceof Error ? cause.message : String(cause) });
    });
  }

  async up(definition: string, wanted: Wanted, edgePort: number | null, signal: AbortSignal, exact = false): Promise<StatusReport> {
    const name = `${wanted.shared.name} ${wanted.environment.name}`;
    this.#refuseForeign(definition, name);
    await this.#untilTakenOver();
    await this.#only("up", async (operation) => {
      const state = Object.assign(this.#state ?? emptyState(), { definition, name, bootId: bootId() });
      this.#state = state;
      const stage = await this.#prepare(state, wanted, operation, exact);
      this.#duties?.start();
      await raise(stage, wanted, edgePort, operation);
      this.#duties?.scheduler.look();
    }, signal);
    return this.#settled();
  }

  /** What a service says of itself may lag behind its database by a moment. */
  async #settled(): Promise<StatusReport> {
    const end = Date.now() + 10_000;
    for (let databasesAnswer = true; ; databasesAnswer = false) {
      if (this.#stage === null) throw notRunning();
      const found = await report(this.#stage, databasesAnswer);
      if (found.ready || Date.now() > end || found.parts.every(({ state }) => state === "ready" || state === "waiting")) return found;
      await sleep(100);
    }
  }

  async deploy(name: string, from: string | null, hurried: boolean, signal: AbortSignal): Promise<Answers["deploy"]> {
    await this.#untilTakenOver();
    return this.#only(`deploy ${name}`, async (operation) => {
      const { stage, workload } = this.#workload(name);
      const sources = absolutePath(from ?? join(stage.state.wanted?.sources ?? "", workload.directory));
      if (!existsSync(sources)) throw new Failure("usage", `cannot deploy ${name} from ${sources}: there is no such directory`, { hint: `./dailyge deploy ${name} --from DIRECTORY` });
      const building = new AbortController();
      for (const ended of hurried ? [operation, signal] : [operation]) ended.addEventListener("abort", () => building.abort(operation.aborted ? operation.reason : SUPERSEDED), { once: true });
      const release = await build(stage, workload, sources, building.signal);
      return this.#release(stage, workload, release.id, operation, hurried ? "at once" : "one by one");
    }, hurried ? undefined : signal);
  }

  async rollback(name: string, signal: AbortSignal): Promise<Answers["rollback"]> {
    await this.#untilTakenOver();
    return this.#only(`rollback ${name}`, async (operation) => {
      const { stage, workload } = this.#workload(name);
      const record = recordOf(stage, name);
      const before = record.history[record.history.findIndex(({ id }) => id === record.current) + 1];
      if (record.current === null || before === undefined) {
        throw new Failure("nothing-to-roll-back", `cannot roll back ${name}: no release served before ${record.current ?? "the first one"}`, { hint: `./dailyge releases ${name}` });
      }
      return this.#release(stage, workload, before.id, operation);
    }, signal);
  }

  async #release(stage: Stage, workload: Workload, id: string, signal: AbortSignal, pace: Pace = "one by one"): Promise<Answers["deploy"]> {
    const [waitsFor] = missingNeeds(stage, workload);
    const missing = waitsFor === undefined ? undefined : stage.parts.missing[waitsFor];
    if (missing !== undefined) throw new Failure("part-missing", `cannot release ${workload.name}: it waits for ${waitsFor}: ${missing.why}`, { hint: missing.help });
    const started = Date.now();
    const previous = recordOf(stage, workload.name).current;
    await roll(stage, workload, id, signal, pace);
    this.#report({ part: workload.name, state: "ready", step: id });
    return { release: id, previous, seconds: Math.round((Date.now() - started) / 100) / 10 };
  }

  async status(): Promise<StatusReport> {
    if (this.#stage === null) await this.#untilTakenOver();
    else await Promise.race([this.#untilTakenOver(), sleep(TAKEN_OVER_WITHIN_MS)]);
    if (this.#stage === null) throw notRunning();
    const found = await report(this.#stage);
    return this.#takingOver() ? { ...found, ready: false } : found;
  }

  /** Begins a run of a scheduled service. */
  async run(name: string): Promise<RunRecord> {
    await this.#untilTakenOver();
    const { workload } = this.#workload(name);
    return this.#scheduler.begin(workload);
  }

  /** Waits for the end of a run; when it is cancelled, ends it. */
  async runEnd(name: string, run: RunRecord, signal: AbortSignal): Promise<RunEnd> {
    await this.#untilTakenOver();
    const { workload } = this.#workload(name);
    return this.#scheduler.ended(workload, run, signal);
  }

  get #scheduler(): Scheduler {
    if (this.#duties === null) throw notRunning();
    return this.#duties.scheduler;
  }

  async surroundings(name: string): Promise<Surroundings> {
    await this.#untilTakenOver();
    const { stage, workload } = this.#workload(name);
    return surroundingsNow(stage, workload);
  }

  async snapshot(name: string, signal: AbortSignal): Promise<MadeSnapshot> {
    await this.#untilTakenOver();
    return this.#only(`snapshot ${name}`, (operation) => this.#toItsEnd("snapshot", `${name} is kept`, takeSnapshot(this.#running(), name, operation)), signal);
  }

  async restore(name: string, signal: AbortSignal): Promise<Answers["restore"]> {
    await this.#untilTakenOver();
    const started = Date.now();
    const snapshot = await this.#only(`restore ${name}`, (operation) => this.#toItsEnd("restore", `data are as in ${name}`, restoreSnapshot(this.#running(), name, operation)), signal);
    return { snapshot, seconds: Math.round((Date.now() - started) / 100) / 10 };
  }

  /** Whoever looks on is told how it ended as well. */
  async #toItsEnd<Result>(part: string, step: string, act: Promise<Result>): Promise<Result> {
    try {
      const result = await act;
      this.#report({ part, state: "ready", step });
      return result;
    } catch (cause) {
      this.#report({ part, state: "failed", step: cause instanceof Error ? cause.message : String(cause) });
      throw cause;
    }
  }

  #running(): Stage {
    if (this.#stage === null || this.#stage.state.wanted === null) throw notRunning();
    return this.#stage;
  }

  /** Asks what runs, whatever else is being done to it. */
  async withRunning<Answer>(ask: (stage: Stage) => Promise<Answer>): Promise<Answer> {
    await this.#untilTakenOver();
    return ask(this.#running());
  }

  /** Interrupts what is being done, then ends everything. */
  async down(atOnce: boolean): Promise<void> {
    while (this.#current !== null) {
      const { abort, done, name } = this.#current;
      if (name === "down" && !atOnce) return void (await done);
      abort.abort(TAKEN_DOWN);
      if (name === "down") break;
      await done.catch(() => {});
    }
    await this.#only("down", async (signal) => {
      const stage = this.#stage ?? (this.#state?.wanted ? await this.#prepare(this.#state, this.#state.wanted, signal) : null);
      await this.#duties?.stop();
      if (stage !== null) await lower(stage, atOnce);
    }, undefined, true);
  }

  async leave(): Promise<void> {
    const current = this.#current;
    if (current !== null && current.name !== TAKING_OVER) throw busy(current, "leave");
    current?.abort.abort();
    await current?.done.catch(() => {});
  }

  /** The state directory has been deleted: nobody can ask for anything any more, so nothing is left running. */
  async abandon(): Promise<void> {
    this.#current?.abort.abort(TAKEN_DOWN);
    await this.#duties?.stop();
    await endAbandoned(this.#place);
    const databases = this.#state?.wanted?.environment.databases ?? [];
    const replicas = Object.values(this.#state?.workloads ?? {}).flatMap((workload) => workload.replicas);
    for (const { name } of [...databases, ...replicas]) await this.#stage?.ground.unconfine(name);
    await rm(socketDirectory(this.#place.state), { recursive: true, force: true });
    // What we made while we did not know is not anybody's; a lock says that it is.
    if (!existsSync(this.#place.lock)) await removeTree(this.#place.state);
  }

  async close(): Promise<void> {
    await this.#duties?.stop();
  }

  async #untilTakenOver(): Promise<void> {
    if (this.#takingOver()) await this.#current?.done.catch(() => {});
  }

  #takingOver(): boolean {
    return this.#current?.name === TAKING_OVER;
  }

  /** One operation at a time; a second one is refused by name. */
  #only<Result>(name: string, act: (signal: AbortSignal) => Promise<Result>, signal?: AbortSignal, over = false): Promise<Result> {
    if (this.#current !== null && !over) throw busy(this.#current, name);
    const abort = new AbortController();
    const cancelled = new Failure("cancelled", `${name} was cancelled: nothing that serves was changed`, { hint: "./dailyge status" });
    signal?.addEventListener("abort", () => abort.abort(cancelled), { once: true });
    const done = act(abort.signal)
      .catch((cause: unknown) => {
        throw abort.signal.aborted && !(cause instanceof Failure) ? abort.signal.reason : cause;
      })
      .finally(() => {
        if (this.#current === operation) this.#current = null;
      });
    const operation: Operation = { name, startedAt: Date.now(), abort, done };
    this.#current = operation;
    return done;
  }

  #refuseForeign(definition: string, name: string): void {
    const hint = "keep them apart: ./dailyge up --state DIRECTORY, or take the other one down there: ./dailyge down --erase";
    const known = this.#state;
    if (known === null || known.definition === "") return;
    if (belongsToAnother(known, definition)) {
      throw new Failure("state-foreign", `${this.#place.state} holds the platform of ${known.definition}, not of ${definition}`, { hint });
    }
    if (known.name !== name) throw new Failure("state-foreign", `${this.#place.state} holds ${known.name}, not ${name}`, { hint });
  }

  #workload(name: string): { readonly stage: Stage; readonly workload: Workload } {
    const stage = this.#stage;
    if (stage === null || stage.state.wanted === null) throw notRunning();
    const workload = stage.workloads.find((one) => one.name === name);
    if (workload !== undefined) return { stage, workload };
    throw new Failure("unknown-name", `there is no service or site ${name} in what runs`, { hint: `it has: ${stage.workloads.map((one) => one.name).join(", ")}` });
  }

  /** Finds the parts and makes the stage, once; later only what a changed definition needs more. */
  async #prepare(state: State, wanted: Wanted, signal: AbortSignal, exact = false): Promise<Stage> {
    const parts = await findNeededParts(wanted, this.#cache, ({ part, step, doneBytes, totalBytes }) => this.#report({ part, state: step === "ready" ? "ready" : "working", step: describePart(step, doneBytes, totalBytes) }), signal, exact);
    const secrets = secretStore(this.#place.secrets);
    const confinement = this.#stage?.confinement ?? (await findConfinement(this.#place.state));
    const ground = await prepareGround(this.#place, state, wanted, parts, secrets, confinement);
    if (this.#stage !== null) return Object.assign(this.#stage, { ground, parts });
    const serially = oneAfterTheOther();
    this.#stage = {
      place: this.#place,
      ground,
      parts,
      confinement,
      secrets,
      state,
      edge: edgeClient(edgeSockets(this.#place.state)),
      workloads: [],
      busy: new Turns(),
      leaving: new Set(),
      cpuPercent: new Map(),
      report: (progress) => this.#report(progress),
      remember: () => serially(() => writeState(this.#place, state)),
      serially,
    };
    this.#duties = new Duties(this.#stage);
    return this.#stage;
  }
}

const notRunning = (): Failure => new Failure("not-running", "the platform is not running", { hint: "./dailyge up" });

const busy = ({ name, startedAt }: Operation, wanted: string): Failure =>
  new Failure("state-busy", `cannot ${wanted}: "${name}" is under way since ${Math.round((Date.now() - startedAt) / 1000)} s`, { hint: "wait for it, or see: ./dailyge status" });

function describePart(step: string, done?: number, total?: number): string {
  if (done === undefined || total === undefined || total === 0) return step;
  return `${step} ${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
}
