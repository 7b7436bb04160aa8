import { watch as watchDirectory, type FSWatcher } from "node:fs";
import type { Replica } from "../render/service.ts";
import type { Workload } from "../render/workload.ts";
import { openPlaced, raiseDatabase } from "./databases.ts";
import { edgeHosts, raiseEdge } from "./edge-process.ts";
import { groupMembers, residentBytes } from "./process-table.ts";
import { describeDeath, observe } from "./readiness.ts";
import { enterEdge, probeOf, recordOf, replaceAll } from "./rollout.ts";
import type { Stage } from "./stage.ts";
import { inspectProcess, killGroup, type Standing } from "./supervisor.ts";

/** Looks without an answer, a second apart, after which a process hangs and is replaced. */
const SILENT_LOOKS = 3;
const LOOK_EVERY_MS = 500;
const SLOW_LOG_EVERY_MS = 60_000;

/** What the watch remembers of a replica between two looks. */
interface Seen {
  pid: number | null;
  deaths: number;
  kernelKills: number;
  /** Whether the edge may send it requests. */
  inEdge: boolean;
  silent: number;
  lookedAt: number;
  startedAt: number;
}

/** Looks after what runs until it is stopped: crashed, hanging and too large replicas, killed supervisors, a restarted edge. */
export class Watch {
  readonly #stage: Stage;
  readonly #seen = new Map<string, Seen>();
  readonly #watchers = new Map<string, FSWatcher>();
  #edgePid: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #again = false;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #look(): Promise<void> {
    this.#again = this.#looking;
    if (this.#looking || this.#timer === null) return;
    this.#looking = true;
    try {
      await this.#lookAtEdge();
      await this.#lookAtDatabases();
      // At the same time: one that hangs must not keep us from the others.
      await Promise.all(
        this.#stage.workloads
          .filter(({ name }) => !this.#stage.busy.has(name))
          .flatMap((workload) => recordOf(this.#stage, workload.name).replicas.map((replica) => this.#lookAt(workload, replica))),
      );
    } catch (cause) {
      this.#note("watch", cause instanceof Error ? cause.message : String(cause));
    } finally {
      this.#looking = false;
    }
    if (this.#again) void this.#look();
  }

  #note(part: string, step: string): void {
    this.#stage.report({ part, state: "note", step });
  }

  /** A process that ends changes files beside it: that is seen at once. */
  #listen(name: string): void {
    if (this.#watchers.has(name)) return;
    try {
      const watcher = watchDirectory(`${this.#stage.place.part(name)}/supervise`, () => void this.#look());
      watcher.on("error", () => this.#deafen(name));
      this.#watchers.set(name, watcher);
    } catch {
      // The next look sees it.
    }
  }

  #deafen(name: string): void {
    this.#watchers.get(name)?.close();
    this.#watchers.delete(name);
  }

  async #lookAtEdge(): Promise<void> {
    const stage = this.#stage;
    if (stage.busy.has("edge") || stage.state.wanted === null) return;
    const { pid, state } = await inspectProcess(stage.ground, "edge");
    if (state === "unsupervised" || state === "absent" || state === "down") {
      this.#note("edge", "its supervisor is gone: starting the edge anew");
      await raiseEdge(stage);
    } else if (pid !== null && this.#edgePid !== null && pid !== this.#edgePid) {
      this.#note("edge", "ended and was started again");
      await stage.edge.reconcile(edgeHosts(stage));
    }
    if (state === "running") this.#edgePid = pid;
  }

  async #lookAtDatabases(): Promise<void> {
    const stage = this.#stage;
    for (const database of stage.state.wanted?.environment.databases ?? []) {
      if (stage.busy.has(database.name)) continue;
      const standing = await inspectProcess(stage.ground, database.name);
      const seen = this.#remembered(database.name, standing);
      this.#tellDeaths(database.name, standing, seen);
      if (Date.now() - seen.lookedAt > SLOW_LOG_EVERY_MS) {
        seen.lookedAt = Date.now();
        await openPlaced(stage, database).boundSlowLog();
      }
      if (standing.state !== "unsupervised" && standing.state !== "absent" && standing.state !== "down") continue;
      this.#note(database.name, "its supervisor is gone: starting it anew");
      void raiseDatabase(stage, database).catch((cause: unknown) => this.#note(database.name, cause instanceof Error ? cause.message : String(cause)));
    }
  }

  #remembered(name: string, standing: Standing): Seen {
    const known = this.#seen.get(name);
    if (known !== undefined) return known;
    const seen = { pid: standing.pid, deaths: standing.deaths.length, kernelKills: 0, inEdge: true, silent: 0, lookedAt: 0, startedAt: Date.now() };
    this.#seen.set(name, seen);
    return seen;
  }

  #tellDeaths(name: string, standing: Standing, seen: Seen): void {
    for (const death of standing.deaths.slice(seen.deaths)) this.#note(name, `${describeDeath(death)}; it is started again`);
    seen.deaths = standing.deaths.length;
  }

  async #lookAt(workload: Workload, replica: Replica): Promise<void> {
    const stage = this.#stage;
    this.#listen(replica.name);
    const standing = await inspectProcess(stage.ground, replica.name);
    if (stage.busy.has(workload.name)) return;
    const seen = this.#remembered(replica.name, standing);
    if (standing.deaths.length < seen.deaths) seen.deaths = standing.deaths.length;
    if (standing.deaths.length > seen.deaths || (seen.pid !== standing.pid && standing.state !== "unsupervised")) await this.#fell(workload, replica, standing, seen);
    if (standing.state === "unsupervised" || standing.state === "absent" || standing.state === "down") {
      this.#note(replica.name, "its supervisor is gone: replacing it");
      this.#replace(workload);
    } else if (standing.state === "running" && standing.pid !== null) {
      await this.#lookAtMemory(workload, replica, standing.pid);
      await this.#lookAtHealth(workload, replica, standing.pid, seen);
    }
  }

  /** It ended: no more requests until it is ready again. */
  async #fell(workload: Workload, replica: Replica, standing: Standing, seen: Seen): Promise<void> {
    const kills = await this.#stage.confinement.kills(replica.name);
    if (kills > seen.kernelKills) this.#note(replica.name, "needed more memory than `size.memory` allows and was ended by the kernel");
    if (workload.host !== null && seen.inEdge) await this.#stage.edge.out(workload.name, replica.name).catch(() => {});
    this.#tellDeaths(replica.name, standing, seen);
    this.#deafen(replica.name);
    Object.assign(seen, { pid: standing.pid, kernelKills: kills, inEdge: false, silent: 0, startedAt: Date.now() });
  }

  async #lookAtMemory(workload: Workload, replica: Replica, pid: number): Promise<void> {
    const { memoryMb } = workload.process(replica).process;
    if (memoryMb === null || this.#stage.confinement.how !== "watched") return;
    const megabytes = (await residentBytes(await groupMembers(pid))) / 1024 / 1024;
    if (megabytes <= memoryMb) return;
    this.#note(replica.name, `holds ${Math.round(megabytes)} MB, more than \`size.memory\` allows (${memoryMb} MB): ended`);
    killGroup(pid);
  }

  async #lookAtHealth(workload: Workload, replica: Replica, pid: number, seen: Seen): Promise<void> {
    if (seen.inEdge && Date.now() - seen.lookedAt < 1000) return;
    seen.lookedAt = Date.now();
    const observed = await observe(this.#stage.ground, probeOf(workload, replica));
    if (this.#stage.busy.has(workload.name)) return;
    if (observed.kind === "ready") {
      seen.silent = 0;
      if (!seen.inEdge) {
        await enterEdge(this.#stage, workload, replica);
        this.#note(replica.name, "is ready again");
      }
      seen.inEdge = true;
    } else if (observed.kind === "port of another") {
      this.#note(replica.name, `another program listens on its port ${replica.port}: replacing it`);
      this.#replace(workload, replica);
    } else if (observed.kind === "no answer" || observed.kind === "not listening") {
      seen.silent += 1;
      const starting = !seen.inEdge && Date.now() - seen.startedAt < workload.startSeconds * 1000;
      if (seen.silent < SILENT_LOOKS || starting) return;
      this.#note(replica.name, "does not answer any more: ended, to be started again");
      seen.silent = 0;
      killGroup(pid);
    }
  }

  /** In the background: others are looked after meanwhile. A replica given is one that must go although it runs as it should. */
  #replace(workload: Workload, replica?: Replica): void {
    const stage = this.#stage;
    const record = recordOf(stage, workload.name);
    if (record.current === null || stage.busy.has(workload.name)) return;
    stage.busy.add(workload.name);
    if (replica !== undefined) record.replicas = record.replicas.map((other) => (other.name === replica.name ? { ...other, release: "" } : other));
    void replaceAll(stage, workload, record.current)
      .catch((cause: unknown) => this.#note(workload.name, cause instanceof Error ? cause.message : String(cause)))
      .finally(() => {
        for (const name of this.#seen.keys()) if (name.startsWith(`${workload.name}.`)) this.#seen.delete(name);
        stage.busy.delete(workload.name);
      });
  }
}
