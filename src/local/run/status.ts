import { uptime } from "node:os";
import type { Audience } from "../../model/service.ts";
import { publicUrl } from "../render/address.ts";
import type { Workload } from "../render/workload.ts";
import { databaseHere, databasePromises } from "./database-engines.ts";
import { databaseAnswers } from "./databases.ts";
import { edgePromises, refusalsOf, type Refusals } from "./edge-status.ts";
import type { RequestCounts } from "./edge.ts";
import { identify, processGroups, residentBytes } from "./process-table.ts";
import { observe } from "./readiness.ts";
import { probeOf, recordOf, replicasOf } from "./rollout.ts";
import type { Stage } from "./stage.ts";
import type { RefusedRelease } from "./state.ts";
import { runsNow, scalingPromise, scalingStatuses, schedulePromise, scheduleStatuses, type ScalingStatus, type ScheduleStatus } from "./status-duties.ts";
import { elsewherePromises } from "./status-elsewhere.ts";
import { messagingPromises, messagingStatuses } from "./status-topics.ts";
import { inspectProcess } from "./supervisor.ts";
import type { QueueStatus } from "./topics.ts";

/** What runs, as a person and a program want to know it. */
export interface StatusReport {
  readonly platform: string;
  readonly environment: string;
  /** Whether everything that was asked for serves. */
  readonly ready: boolean;
  readonly urls: Readonly<Record<string, string>>;
  readonly parts: readonly PartStatus[];
  /** Services and sites whose newest sources are not served, because their release was refused. */
  readonly refused: readonly (RefusedRelease & { readonly name: string })[];
  readonly schedules: readonly ScheduleStatus[];
  readonly scaling: readonly ScalingStatus[];
  /** Requests that the edge refused. */
  readonly refusals: Refusals;
  /** How this machine keeps each promise of the definition. */
  readonly promises: readonly PromiseStatus[];
}

export interface PartStatus {
  readonly name: string;
  readonly kind: "edge" | "site" | "database" | "messaging" | "topic" | "service";
  readonly state: "ready" | "starting" | "unhealthy" | "crashing" | "stopped" | "waiting";
  /** What nothing on this machine can play, for what waits. */
  readonly waitingFor?: readonly Waiting[];
  /** `SecantusDB 0.7.0b3 in place of MongoDB 8.0`, where it only stands in for what production runs. */
  readonly approximate?: string;
  /** Of a topic. */
  readonly queues?: readonly QueueStatus[];
  readonly pid: number | null;
  readonly release: string | null;
  readonly url: string | null;
  readonly reachableBy: string | null;
  /** Paths that fewer may reach: `/internal/*: nobody`. */
  readonly except: readonly string[];
  /** Times it ended by itself, of late. */
  readonly crashes: number;
  readonly memoryMb: number | null;
  readonly uptimeSeconds: number | null;
}

export interface Waiting {
  /** `mongodb` */
  readonly part: string;
  readonly why: string;
  /** The command that helps. */
  readonly help: string;
}

export interface PromiseStatus {
  readonly promise: string;
  readonly how: string;
  /** What one has to know of it, each by itself. */
  readonly details?: readonly string[];
}

/** Looks at everything, now. Databases that have just answered need not be asked again. */
export async function report(stage: Stage, databasesAnswer = false): Promise<StatusReport> {
  const { wanted } = stage.state;
  const groups = await processGroups();
  const edge = await edgeStatus(stage, groups);
  const refusals = refusalsOf(stage, edge.counts);
  const [databases, messaging, workloads] = await Promise.all([
    Promise.all(databaseStatuses(stage, groups, databasesAnswer)),
    messagingStatuses(stage, (name) => looks(stage, groups, name)),
    Promise.all(workloadStatuses(stage, groups)),
  ]);
  const parts = [edge.part, ...databases, ...messaging, ...workloads];
  const complete = stage.workloads.every((workload) => parts.filter((part) => part.name.startsWith(`${workload.name}.`)).length === replicasOf(stage, workload));
  const [schedules, scaling] = [scheduleStatuses(stage, new Date()), scalingStatuses(stage)];
  return {
    platform: wanted?.shared.name ?? "",
    environment: wanted?.environment.name ?? "",
    ready: wanted !== null && complete && parts.every(({ state }) => state === "ready"),
    urls: Object.fromEntries(stage.workloads.flatMap(({ name }) => urlOf(stage, name).map((url) => [name, url]))),
    parts,
    refused: stage.workloads.flatMap(({ name }) => {
      const { refused } = recordOf(stage, name);
      return refused === undefined ? [] : [{ name, ...refused }];
    }),
    schedules,
    scaling,
    refusals,
    promises: [...promises(stage, refusals), ...scalingPromise(scaling), ...schedulePromise(schedules)],
  };
}

function urlOf(stage: Stage, name: string): readonly string[] {
  const { wanted, ports } = stage.state;
  const url = wanted === null ? null : publicUrl(name, wanted.shared, wanted.environment, ports["edge"] ?? 0);
  return url === null ? [] : [url];
}

type Looks = Pick<PartStatus, "pid" | "crashes" | "memoryMb" | "uptimeSeconds"> & { readonly running: boolean };

type Groups = ReadonlyMap<number, readonly number[]>;

async function looks(stage: Stage, groups: Groups, name: string): Promise<Looks> {
  const { pid, deaths, state } = await inspectProcess(stage.ground, name);
  const running = (state === "running" || state === "unsupervised") && pid !== null;
  const bytes = pid === null ? null : await residentBytes(groups.get(pid) ?? []);
  const identity = pid === null ? null : await identify(pid);
  return {
    running,
    pid,
    crashes: deaths.length,
    memoryMb: bytes === null ? null : Math.round(bytes / 1024 / 1024),
    // Clock ticks are hundredths of a second on Linux, whatever the kernel's own: time(7), USER_HZ.
    uptimeSeconds: identity === null ? null : Math.max(0, Math.round(uptime() - identity.startTicks / 100)),
  };
}

async function edgeStatus(stage: Stage, groups: Groups): Promise<{ readonly part: PartStatus; readonly counts: Readonly<Record<string, RequestCounts>> }> {
  const { running, ...seen } = await looks(stage, groups, "edge");
  const counts = running ? await stage.edge.counts().catch(() => null) : null;
  const url = `http://127.0.0.1:${stage.state.ports["edge"] ?? 0}`;
  const state = counts !== null ? "ready" : running ? "unhealthy" : stateOf(seen.crashes);
  return { part: { name: "edge", kind: "edge", state, release: null, url, reachableBy: null, except: [], ...seen }, counts: counts ?? {} };
}

const stateOf = (crashes: number): "crashing" | "stopped" => (crashes > 0 ? "crashing" : "stopped");

function databaseStatuses(stage: Stage, groups: Groups, answered: boolean): readonly Promise<PartStatus>[] {
  return (stage.state.wanted?.environment.databases ?? []).map(async (database): Promise<PartStatus> => {
    const { name, usedBy } = database;
    const { running, ...seen } = await looks(stage, groups, name);
    const shared = { name, kind: "database" as const, release: null, reachableBy: usedBy.length === 0 ? "nobody" : usedBy.join(", "), except: [], ...seen };
    const here = databaseHere(stage, database);
    if (here === null) return { ...shared, state: "waiting", waitingFor: waiting(stage, [name]), url: null };
    const starting = stage.busy.has(name);
    const answers = running && !starting && (answered || (await databaseAnswers(here)));
    const { product, version, substitutes } = here.server;
    const approximate = substitutes === null ? {} : { approximate: `${product} ${version} in place of ${substitutes}` };
    return { ...shared, ...approximate, state: answers ? "ready" : starting ? "starting" : running ? "unhealthy" : stateOf(seen.crashes), url: here.url };
  });
}

/** Of these needs, those that nothing on this machine can play. */
function waiting(stage: Stage, needs: readonly string[]): readonly Waiting[] {
  return needs.flatMap((part) => {
    const missing = stage.parts.missing[part];
    return missing === undefined ? [] : [{ part, ...missing }];
  });
}

function workloadStatuses(stage: Stage, groups: Groups): readonly Promise<PartStatus>[] {
  return stage.workloads.flatMap((workload) => {
    const record = stage.state.workloads[workload.name];
    const shared = {
      kind: workload.kind,
      url: urlOf(stage, workload.name)[0] ?? null,
      reachableBy: workload.host === null ? "nobody" : audience(workload.host.reachableBy),
      except: workload.host?.paths.map(({ pattern, reachableBy }) => `${pattern}: ${audience(reachableBy)}`) ?? [],
    };
    if (workload.schedule !== null) return [scheduledStatus(stage, groups, workload, shared)];
    const waitingFor = waiting(stage, workload.needs);
    if (waitingFor.length > 0 && (record?.replicas ?? []).length === 0) return [looks(stage, groups, workload.name).then(({ running: _none, ...seen }) => ({ name: workload.name, state: "waiting" as const, waitingFor, release: null, ...shared, ...seen }))];
    return (record?.replicas ?? []).map(async (replica): Promise<PartStatus> => {
      const { running, ...seen } = await looks(stage, groups, replica.name);
      const observed = running ? await observe(stage.ground, probeOf(workload, replica)) : null;
      const busy = stage.busy.has(workload.name);
      const state = observed?.kind === "ready" ? "ready" : busy ? "starting" : running ? "unhealthy" : stateOf(seen.crashes);
      return { name: replica.name, state, release: replica.release, ...shared, ...seen };
    });
  });
}

/** Nothing of it has to run to be ready: its release has to be there. */
async function scheduledStatus(stage: Stage, groups: Groups, { name }: Workload, shared: Pick<PartStatus, "kind" | "url" | "reachableBy" | "except">): Promise<PartStatus> {
  const [running] = runsNow(stage, name);
  const { running: _runs, ...seen } = await looks(stage, groups, running ?? name);
  const release = recordOf(stage, name).current;
  return { name, state: release !== null ? "ready" : stage.busy.has(name) ? "starting" : "stopped", release, ...shared, ...seen };
}

const audience = (reachableBy: Audience): string => (reachableBy === "public" ? "everyone" : reachableBy.length === 0 ? "nobody" : reachableBy.join(", "));

/** How this machine keeps each promise, and which it cannot. */
function promises(stage: Stage, refusals: Refusals): readonly PromiseStatus[] {
  const { ground, confinement, workloads } = stage;
  const own = ground.userOf("edge") !== null;
  const teams = stage.state.wanted?.environment.teams ?? [];
  return [
    { promise: "isolation", how: own ? "every part runs as a user of its own; services see only their own releases" : "all parts run as you: kept apart by credentials, not from hostile code" },
    { promise: "memory limit", how: confinement.how === "watched" ? "watched twice a second; a process above its limit is ended" : `${confinement.how}, enforced by the kernel` },
    ...((stage.state.wanted?.environment.hosts ?? []).length > 1 ? [{ promise: "groups of hosts", how: "this one machine is all of them: services of different groups share its network" }] : []),
    { promise: "processor share", how: "not enforced on this machine" },
    ...(teams.length > 0 ? [{ promise: "teams", how: `127.0.0.1 is ${teams.map(({ name }) => name).join(" and ")}; any other loopback address is the world` }] : []),
    ...edgePromises(stage, refusals),
    ...elsewherePromises(stage.state.wanted?.environment),
    { promise: "encryption", how: "plain HTTP and SQL, on loopback only" },
    ...(stage.state.wanted?.environment.databases.length ? [{ promise: "backups and standby", how: "none on this machine" }] : []),
    ...databasePromises(stage),
    ...messagingPromises(stage),
    ...(workloads.length === 0 ? [] : [{ promise: "survival", how: "parts outlive the controller; a restart of the machine stops them until the next up" }]),
  ];
}
