import { existsSync, watch as watchDirectory, type FSWatcher } from "node:fs";
import { MESSAGING } from "../render/messaging.ts";
import type { Replica } from "../render/service.ts";
import type { Workload } from "../render/workload.ts";
import type { LocalDatabase } from "./database-engine.ts";
import { databasesHere } from "./database-engines.ts";
import { raiseDatabase } from "./databases.ts";
import { edgeHosts, raiseEdge } from "./edge-process.ts";
import { messagingHere, raiseMessaging } from "./messaging.ts";
import { looksBeforeEnding, recent } from "./patience.ts";
import { groupMembers, residentBytes } from "./process-table.ts";
import { describeDeath, observe } from "./readiness.ts";
import { enterEdge, probeOf, recordOf, replaceAll } from "./rollout.ts";
import type { Stage } from "./stage.ts";
import { inspectProcess, killGroup, type Standing } from "./supervisor.ts";

const LOOK_EVERY_MS = 1_000;
/** Where the kernel does not hold a process to its memory, that is looked at. */
const LOOK_AT_MEMORY_EVERY_MS = 500;
const OWN_LOGS_EVERY_MS = 60_000;
/** A part that is not ready again is looked at more often at first. */
const SOONEST_LOOK_MS = 50;
const LONGEST_WAIT_MS = 30_000;

/** What the watch remembers of a part between two looks. */
interface Seen {
  /** Tells a replica from a later one of the same name. */
  readonly port: number;
  pid: number | null;
  deaths: number;
  kernelKills: number;
  /** Whether the edge may send it requests. */
  inEdge: boolean;
  silent: number;
  lookedAt: number;
  startedAt: number;
  watcher: FSWatcher | null;
}

const gone = ({ state }: Standing): boolean => state === "unsupervised" || state === "absent" || state === "down";

/**
 * Looks after what runs until it is stopped: crashed, hanging and too large replicas, killed supervisors, a restarted
 * edge. Each part by itself: one that hangs keeps nobody from the others.
 */
export class Watch {
  readonly #stage: Stage;
  readonly #seen = new Map<string, Seen>();
  readonly #looks = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #mending = new Map<string, { failures: number; notBefore: number }>();
  /** By service: when its replicas were ended because they did not answer. */
  readonly #silenced = new Map<string, readonly number[]>();
  /** Parts that ran before we looked: what befell them until then was told by another controller. */
  #old: ReadonlySet<string> = new Set();
  #startedAtSeconds = 0;
  #edgePid: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = new AbortController();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  start(): void {
    if (this.#timer !== null) return;
    this.#stopped = new AbortController();
    const { wanted, workloads } = this.#stage.state;
    this.#old = new Set([`${MESSAGING} 0`, ...(wanted?.environment.databases ?? []).map(({ name }) => `${name} 0`), ...Object.values(workloads).flatMap(({ replicas }) => replicas.map(({ name, port }) => `${name} ${port}`))]);
    this.#startedAtSeconds = Math.floor(Date.now() / 1000);
    this.#timer = setInterval(() => this.#lookAtAll(), this.#stage.confinement.how === "watched" ? LOOK_AT_MEMORY_EVERY_MS : LOOK_EVERY_MS);
  }

  /** Ends also what it is mending. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#stopped.abort();
    await Promise.all(this.#looks.values());
    for (const name of [...this.#seen.keys()]) this.#forget(name);
  }

  #lookAtAll(): void {
    const { workloads, state } = this.#stage;
    if (state.wanted === null) return;
    this.#look("edge", () => this.#lookAtEdge());
    for (const here of databasesHere(this.#stage)) this.#look(here.database.name, () => this.#lookAtDatabase(here));
    if (messagingHere(this.#stage) !== null) this.#look(MESSAGING, () => this.#lookAtMessaging());
    const replicas = workloads.flatMap((workload) => recordOf(this.#stage, workload.name).replicas.map((replica) => ({ workload, replica })));
    for (const { workload, replica } of replicas) this.#lookSoon(workload, replica);
    const names = new Set([MESSAGING, ...replicas.map(({ replica }) => replica.name), ...state.wanted.environment.databases.map(({ name }) => name)]);
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#forget(name);
  }

  #lookSoon(workload: Workload, replica: Replica): void {
    this.#look(replica.name, () => this.#lookAt(workload, replica));
  }

  /** One look at a part at a time; what happens during it is looked at afterwards. */
  #look(name: string, act: () => Promise<void>): void {
    // Where the state directory has been deleted, mending would make half of it again.
    if (this.#timer === null || !existsSync(this.#stage.place.lock)) return;
    if (this.#looks.has(name)) return void this.#again.add(name);
    const look = act()
      .catch((cause: unknown) => this.#note(name, cause instanceof Error ? cause.message : String(cause)))
      .finally(() => {
        this.#looks.delete(name);
        if (this.#again.delete(name)) this.#look(name, act);
      });
    this.#looks.set(name, look);
  }

  #note(part: string, step: string): void {
    this.#stage.report({ part, state: "note", step });
  }

  async #lookAtEdge(): Promise<void> {
    const stage = this.#stage;
    const standing = await inspectProcess(stage.ground, "edge");
    if (stage.busy.has("edge")) return;
    if (gone(standing)) {
      await this.#mend("edge", "its supervisor is gone: starting the edge anew", () => raiseEdge(stage));
    } else if (standing.pid !== null && this.#edgePid !== null && standing.pid !== this.#edgePid) {
      this.#note("edge", "ended and was started again");
      await stage.edge.reconcile(edgeHosts(stage));
    }
    if (standing.state === "running") this.#edgePid = standing.pid;
  }

  async #lookAtDatabase(here: LocalDatabase): Promise<void> {
    const stage = this.#stage;
    const { database } = here;
    const standing = await inspectProcess(stage.ground, database.name);
    const kills = await stage.confinement.kills(database.name);
    if (stage.busy.has(database.name)) return;
    const seen = this.#remembered(database.name, 0, standing, kills);
    const { memoryMb } = here.render().process;
    if (kills > seen.kernelKills) this.#note(database.name, `needed more memory than its limit of ${memoryMb} MB and was ended by the kernel`);
    seen.kernelKills = kills;
    this.#tellDeaths(database.name, standing, seen);
    if (standing.state === "running" && standing.pid !== null) await this.#lookAtMemory(database.name, memoryMb, standing.pid, "its limit allows");
    if (performance.now() - seen.lookedAt > OWN_LOGS_EVERY_MS) {
      seen.lookedAt = performance.now();
      await here.boundLogs();
    }
    if (gone(standing)) await this.#mend(database.name, "its supervisor is gone: starting it anew", () => raiseDatabase(stage, database, this.#stopped.signal));
  }

  async #lookAtMessaging(): Promise<void> {
    const stage = this.#stage;
    const standing = await inspectProcess(stage.ground, MESSAGING);
    if (stage.busy.has(MESSAGING)) return;
    this.#tellDeaths(MESSAGING, standing, this.#remembered(MESSAGING, 0, standing, 0));
    if (gone(standing)) await this.#mend(MESSAGING, "its supervisor is gone: starting it anew", () => raiseMessaging(stage, this.#stopped.signal));
  }

  #remembered(name: string, port: number, standing: Standing, kills: number): Seen {
    const known = this.#seen.get(name);
    if (known?.port === port) return known;
    this.#forget(name);
    const deaths = standing.deaths.filter(({ atSeconds }) => atSeconds < this.#startedAtSeconds).length;
    const before = this.#old.has(`${name} ${port}`) ? { deaths, kernelKills: kills } : { deaths: 0, kernelKills: 0 };
    const seen = { port, pid: standing.pid, ...before, inEdge: true, silent: 0, lookedAt: -Infinity, startedAt: performance.now(), watcher: null };
    this.#seen.set(name, seen);
    return seen;
  }

  #forget(name: string): void {
    this.#seen.get(name)?.watcher?.close();
    this.#seen.delete(name);
  }

  #tellDeaths(name: string, standing: Standing, seen: Seen): void {
    for (const death of standing.deaths.slice(seen.deaths)) this.#note(name, `${describeDeath(death)}; it is started again`);
    seen.deaths = standing.deaths.length;
  }

  async #lookAt(workload: Workload, replica: Replica): Promise<void> {
    const { ground, busy, confinement } = this.#stage;
    const standing = await inspectProcess(ground, replica.name);
    const kills = await confinement.kills(replica.name);
    // A look may have begun before the part got other hands, and ended after.
    if (busy.has(workload.name) || !recordOf(this.#stage, workload.name).replicas.includes(replica)) return;
    const seen = this.#remembered(replica.name, replica.port, standing, kills);
    this.#listen(workload, replica, seen);
    if (kills > seen.kernelKills) this.#note(replica.name, "needed more memory than `size.memory` allows and was ended by the kernel");
    seen.kernelKills = kills;
    if (standing.deaths.length > seen.deaths || (seen.pid !== standing.pid && standing.state !== "unsupervised")) await this.#fell(workload, replica, standing, seen);
    if (gone(standing)) {
      await this.#replace(workload, "its supervisor is gone: replacing it", replica);
    } else if (standing.state === "running" && standing.pid !== null) {
      await this.#lookAtMemory(replica.name, workload.process(replica).process.memoryMb, standing.pid, "`size.memory` allows");
      await this.#lookAtHealth(workload, replica, standing.pid, seen);
    }
    if (!seen.inEdge) setTimeout(() => this.#lookSoon(workload, replica), Math.max(SOONEST_LOOK_MS, (performance.now() - seen.startedAt) / 20)).unref();
  }

  /** A process that ends changes files beside it: that is seen at once. */
  #listen(workload: Workload, replica: Replica, seen: Seen): void {
    if (seen.watcher !== null) return;
    try {
      seen.watcher = watchDirectory(`${this.#stage.place.part(replica.name)}/supervise`, () => this.#lookSoon(workload, replica));
      seen.watcher.on("error", () => {});
    } catch {
      // The next look sees it.
    }
  }

  /** It ended: no more requests until it is ready again. */
  async #fell(workload: Workload, replica: Replica, standing: Standing, seen: Seen): Promise<void> {
    if (seen.inEdge && workload.host !== null) await this.#alone(workload, () => this.#stage.edge.out(workload.name, replica.name).catch(() => {}));
    this.#tellDeaths(replica.name, standing, seen);
    Object.assign(seen, { pid: standing.pid, inEdge: false, silent: 0, startedAt: performance.now() });
  }

  async #lookAtMemory(name: string, memoryMb: number | null, pid: number, allowed: string): Promise<void> {
    if (memoryMb === null || this.#stage.confinement.how !== "watched") return;
    const megabytes = (await residentBytes(await groupMembers(pid))) / 1024 / 1024;
    if (megabytes <= memoryMb) return;
    this.#note(name, `holds ${Math.round(megabytes)} MB, more than ${allowed} (${memoryMb} MB): ended`);
    killGroup(pid);
  }

  async #lookAtHealth(workload: Workload, replica: Replica, pid: number, seen: Seen): Promise<void> {
    if (seen.inEdge && performance.now() - seen.lookedAt < 0.9 * LOOK_EVERY_MS) return;
    seen.lookedAt = performance.now();
    const observed = await observe(this.#stage.ground, probeOf(workload, replica));
    if (this.#stage.busy.has(workload.name)) return;
    if (observed.kind === "ready") {
      seen.silent = 0;
      if (!seen.inEdge) await this.#alone(workload, () => this.#enter(workload, replica, seen));
    } else if (observed.kind === "port of another") {
      await this.#replace(workload, `another program listens on its port ${replica.port}: replacing it`, replica);
    } else if (observed.kind === "no answer" || observed.kind === "not listening") {
      // A snapshot holds its databases still, a restore stops them: who asks them waits.
      if (workload.needs.some((name) => this.#stage.busy.has(name))) return;
      seen.silent += 1;
      const starting = !seen.inEdge && performance.now() - seen.startedAt < workload.startSeconds * 1000;
      const [silenced, now] = [this.#silenced.get(workload.name) ?? [], performance.now()];
      if (seen.silent < looksBeforeEnding(silenced, now) || starting) return;
      this.#silenced.set(workload.name, [...recent(silenced, now), now]);
      this.#note(replica.name, "does not answer any more: ended, to be started again");
      seen.silent = 0;
      killGroup(pid);
    } else {
      seen.silent = 0;
    }
  }

  async #enter(workload: Workload, replica: Replica, seen: Seen): Promise<void> {
    await enterEdge(this.#stage, workload, replica);
    this.#note(replica.name, "is ready again");
    seen.inEdge = true;
  }

  /** Does something to a workload, unless somebody else does. */
  async #alone(workload: Workload, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const turn = this.#stage.busy.tryTake(workload.name);
    if (turn === null) return;
    await act(AbortSignal.any([turn.signal, this.#stopped.signal])).finally(() => turn.end());
  }

  /** By a new one, which must be ready first. */
  async #replace(workload: Workload, why: string, replica: Replica): Promise<void> {
    const record = recordOf(this.#stage, workload.name);
    const { current } = record;
    if (current === null) return;
    await this.#mend(workload.name, `${replica.name}: ${why}`, () =>
      this.#alone(workload, async (signal) => {
        record.replicas = record.replicas.map((other) => (other.name === replica.name ? { ...other, release: "" } : other));
        await replaceAll(this.#stage, workload, current, signal);
      }),
    );
  }

  /** Mends a part; when that fails it is tried again after a while, and a longer one each time. */
  async #mend(name: string, why: string, act: () => Promise<void>): Promise<void> {
    const { failures, notBefore } = this.#mending.get(name) ?? { failures: 0, notBefore: 0 };
    if (performance.now() < notBefore) return;
    this.#note(name, why);
    try {
      await act();
      this.#mending.delete(name);
    } catch (cause) {
      if (this.#stopped.signal.aborted) return;
      this.#mending.set(name, { failures: failures + 1, notBefore: performance.now() + Math.min(LONGEST_WAIT_MS, 1000 * 2 ** failures) });
      throw cause;
    }
  }
}
