import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import type { Replica } from "../render/service.ts";
import type { Workload } from "../render/workload.ts";
import { writeEdgeFiles } from "./edge-process.ts";
import { runJob } from "./job.ts";
import { lastLines } from "./logs.ts";
import { freePort } from "./port.ts";
import { describe, describeDeath, observe, waitUntilReady, type Observation, type Probe } from "./readiness.ts";
import { pruneReleases } from "./release.ts";
import { emptyWorkload, type ReleaseRecord, type WorkloadState } from "./state.ts";
import { TAKEN_DOWN, type Stage } from "./stage.ts";
import { inspectProcess, specHash, startProcess, stopProcess, type Death } from "./supervisor.ts";
import { surroundingsOf } from "./surroundings.ts";

/** How long a new release is watched once all of it runs, before the last replica of the old one goes. */
const BAKE_SECONDS = { "one by one": 2, "at once": 0.5 } as const;
const RELEASES_KEPT = 5;
/** Of a replica that did not start or stay: a stack trace of Node takes twenty, and what is wrong stands above it. */
const SHOWN_LINES = 30;

/** What is remembered of a workload; begins with nothing. */
export function recordOf(stage: Stage, name: string): WorkloadState {
  return (stage.state.workloads[name] ??= emptyWorkload());
}

/** How many replicas are to run. */
export function replicasOf(stage: Stage, { name, replicas, scaling }: Workload): number {
  return scaling === null ? replicas : Math.min(scaling.most, Math.max(replicas, recordOf(stage, name).scaled?.count ?? replicas));
}

/**
 * Brings a workload to a release, one replica at a time, each drained; or, when anything goes wrong, back to the one before.
 * @throws Failure `migration-failed`: nothing was touched. `start-failed`, `deploy-failed`, `cancelled`: undone.
 */
export async function roll(stage: Stage, workload: Workload, to: string, signal?: AbortSignal, pace: Pace = "one by one"): Promise<void> {
  const endTurn = await stage.busy.take(workload.name);
  try {
    await rollAlone(stage, workload, to, signal, pace);
  } catch (cause) {
    stage.report({ part: workload.name, state: "failed", step: cause instanceof Error ? cause.message : "failed" });
    await refuse(stage, workload, cause);
    throw cause;
  } finally {
    endTurn();
  }
}

/** At once is for who waits for it: with less care for load, and less time to look on. */
export type Pace = keyof typeof BAKE_SECONDS;

/** Writes down that a release was not taken, and why: status says it until one is. */
export async function refuse(stage: Stage, workload: Workload, cause: unknown): Promise<void> {
  if (!(cause instanceof Failure) || cause.code === "cancelled") return;
  recordOf(stage, workload.name).refused = { at: new Date().toISOString(), why: cause.message };
  await stage.remember().catch(() => {});
}

async function rollAlone(stage: Stage, workload: Workload, to: string, signal: AbortSignal | undefined, pace: Pace): Promise<void> {
  const record = recordOf(stage, workload.name);
  const from = record.current;
  const started = Date.now();
  await migrate(stage, workload, to, signal);
  record.rollout = from === to ? null : { to, startedAt: new Date(started).toISOString() };
  await stage.remember();
  try {
    const watched = async (): Promise<void> => {
      if (from !== null && from !== to) await bake(stage, workload, to, started, BAKE_SECONDS[pace], signal);
    };
    await replaceAll(stage, workload, to, signal, pace, watched);
  } catch (cause) {
    if (from === to || signal?.reason === TAKEN_DOWN) throw rollFailure(workload, to, from, cause, "what served before serves on", signal);
    const outcome = await undo(stage, workload, from).then(
      () => (from === null ? "it is not served" : `rolled back, ${from} serves`),
      (trouble: unknown) => `going back to ${from} failed as well: ${trouble instanceof Error ? trouble.message : String(trouble)}`,
    );
    throw rollFailure(workload, to, from, cause, outcome, signal);
  }
  record.current = to;
  record.rollout = null;
  delete record.refused;
  record.history = historyWith(record, from, to);
  await stage.remember();
  const running = record.schedule?.runs.filter(({ end }) => end === null) ?? [];
  await pruneReleases(stage.place, workload.name, new Set([...record.history.map(({ id }) => id), ...running.map(({ release }) => release)]));
}

/** A new release follows the one that served: what was rolled back from is forgotten then, so that nobody rolls back to it. */
function historyWith({ history }: WorkloadState, from: string | null, to: string): ReleaseRecord[] {
  if (history.some(({ id }) => id === to)) return history;
  const at = Math.max(0, history.findIndex(({ id }) => id === from));
  return [{ id: to, servedSince: new Date().toISOString() }, ...history.slice(at)].slice(0, RELEASES_KEPT);
}

function rollFailure(workload: Workload, to: string, from: string | null, cause: unknown, outcome: string, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return new Failure("cancelled", `${workload.name} ${to} was cancelled: ${outcome}`, { cause });
  if (!(cause instanceof Failure)) return cause;
  return new Failure(from === null ? cause.code : "deploy-failed", `${workload.name} ${to} is refused: ${cause.message}; ${outcome}`, {
    hint: cause.hint,
    details: cause.details,
    cause,
  });
}

/** Back to the release that served; a part of it may still be serving. */
export async function undo(stage: Stage, workload: Workload, from: string | null): Promise<void> {
  const record = recordOf(stage, workload.name);
  stage.report({ part: workload.name, state: "working", step: from === null ? "taking it down" : `rolling back to ${from}` });
  if (from === null) for (const replica of [...record.replicas]) await retire(stage, workload, replica);
  else await replaceAll(stage, workload, from, undefined, "at once");
  record.rollout = null;
  await stage.remember();
}

/** Once per release, before its first replica. */
async function migrate(stage: Stage, workload: Workload, release: string, signal?: AbortSignal): Promise<void> {
  const record = recordOf(stage, workload.name);
  if (workload.migrate === null || record.migrated.includes(release)) return;
  stage.report({ part: workload.name, state: "working", step: `migrating to ${release}` });
  const { before, directory, environment } = await surroundingsOf(stage, workload, release, "migrate");
  const command = [...before, "/bin/sh", "-c", workload.migrate];
  const result = await runJob(stage.place, { name: `${workload.name}.migrate`, command, directory, environment }, signal);
  if (result.exitCode !== 0) {
    throw new Failure("migration-failed", `cannot release ${workload.name} ${release}: "${workload.migrate}" ended with ${result.exitCode ?? result.signal}; nothing that serves was changed`, {
      hint: `./dailyge logs ${workload.name}.migrate`,
      details: result.lastLines,
    });
  }
  record.migrated = [release, ...record.migrated].slice(0, RELEASES_KEPT * 2);
  await stage.remember();
}

/**
 * Until exactly the wanted number of replicas runs, all of this release and of the present definition. A new release is
 * given up when a part of it does not hold. The last of what served before goes after `complete`: until then it serves.
 */
export async function replaceAll(
  stage: Stage, workload: Workload, release: string, signal?: AbortSignal, pace: Pace = "one by one", complete = async (): Promise<void> => {},
): Promise<void> {
  const record = recordOf(stage, workload.name);
  const started = Date.now();
  const fitting: Replica[] = [];
  const others: Replica[] = [];
  for (const replica of record.replicas) ((await fits(stage, workload, replica, release)) ? fitting : others).push(replica);
  const count = replicasOf(stage, workload);
  for (const surplus of fitting.splice(count)) others.push(surplus);
  let missing = count - fitting.length;
  if (others.length === 0 || pace === "at once") {
    await startAll(stage, workload, release, missing, signal);
    missing = 0;
  }
  const fresh: Replica[] = [];
  while (missing > 0 || (others.length > 1 && pace === "one by one")) {
    if (missing > 0) fresh.push(await start(stage, workload, release, signal));
    missing -= 1;
    if (release !== record.current) for (const replica of fresh) await requireHolding(stage, workload, replica, started);
    const oldest = others.length > 1 ? others.shift() : undefined;
    if (oldest !== undefined) await retire(stage, workload, oldest);
  }
  await complete();
  await Promise.all(others.map((other) => retire(stage, workload, other)));
}

/** Where nothing serves, or what serves is broken. When one fails, none is left in the edge half started. */
async function startAll(stage: Stage, workload: Workload, release: string, count: number, signal?: AbortSignal): Promise<void> {
  const results = await Promise.allSettled(Array.from({ length: count }, () => start(stage, workload, release, signal)));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function fits(stage: Stage, workload: Workload, replica: Replica, release: string): Promise<boolean> {
  const standing = await inspectProcess(stage.ground, replica.name);
  const { process, files } = workload.process({ ...replica, release });
  return replica.release === release && standing.state === "running" && standing.hash === (await specHash(stage.ground, process, files));
}

/** One more replica, ready and in the edge. When it does not become ready nothing of it stays. */
async function start(stage: Stage, workload: Workload, release: string, signal?: AbortSignal): Promise<Replica> {
  for (let attempt = 1; ; attempt += 1) {
    const replica = await place(stage, workload, release);
    const since = new Date();
    try {
      stage.report({ part: replica.name, state: "working", step: `starting ${release}` });
      await launch(stage, workload, replica, signal);
      stage.report({ part: replica.name, state: "ready", step: release });
      return replica;
    } catch (cause) {
      await retire(stage, workload, replica);
      // Now its logger has written everything.
      const details = await lastLines(stage.place, replica.name, SHOWN_LINES, since);
      stage.report({ part: replica.name, state: "failed", step: cause instanceof Error ? cause.message : "failed" });
      if (cause instanceof Failure && cause.code === "port-taken" && attempt < 3) continue;
      throw cause instanceof Failure ? new Failure(cause.code, cause.message, { hint: cause.hint, details, cause }) : cause;
    }
  }
}

/** A name and ports for one more replica, remembered before anything is started. */
async function place(stage: Stage, workload: Workload, release: string): Promise<Replica> {
  const record = recordOf(stage, workload.name);
  const port = await freePort(portsTaken(stage));
  const metricsPort = await freePort(portsTaken(stage).add(port));
  // Others are placed at the same time.
  if (portsTaken(stage).has(port) || portsTaken(stage).has(metricsPort)) return place(stage, workload, release);
  const names = new Set(record.replicas.map(({ name }) => name));
  let index = 1;
  while (names.has(`${workload.name}.${index}`)) index += 1;
  const before = workload.kind === "site" ? releaseBefore(record, release) : undefined;
  const replica = { name: `${workload.name}.${index}`, release, port, metricsPort, ...(before === undefined ? {} : { before }) };
  record.replicas.push(replica);
  await stage.remember();
  return replica;
}

/** What served before this release does; what serves now, unless that is it. */
const releaseBefore = ({ current, history }: WorkloadState, release: string): string | undefined =>
  current !== null && current !== release ? current : history.find(({ id }) => id !== release)?.id;

const portsTaken = ({ state }: Stage): Set<number> =>
  new Set([...Object.values(state.ports), ...Object.values(state.workloads).flatMap(({ replicas }) => replicas.flatMap(({ port, metricsPort }) => [port, metricsPort]))]);

/** Starts a replica's process and lets the edge send it requests once it is ready. */
export async function launch(stage: Stage, workload: Workload, replica: Replica, signal?: AbortSignal): Promise<void> {
  const { process, files } = workload.process(replica);
  await startProcess(stage.ground, process, files);
  await waitUntilReady(stage.ground, probeOf(workload, replica), 0, signal);
  await enterEdge(stage, workload, replica);
}

/** Lets the edge send a replica requests, and writes that down for the edge's next start. */
export async function enterEdge(stage: Stage, workload: Workload, replica: Replica): Promise<void> {
  if (workload.host === null) return;
  await writeEdgeFiles(stage);
  await stage.edge.add({ backend: workload.name, kind: workload.kind }, { name: replica.name, port: replica.port });
}

export const probeOf = (workload: Workload, replica: Replica): Probe => ({
  name: replica.name,
  endpoint: workload.health === null ? null : { port: replica.port, path: workload.health, besides: replica.metricsPort },
  withinSeconds: workload.startSeconds,
});

/** Takes a replica out of the edge, lets it finish its requests, and ends it. */
export async function retire(stage: Stage, workload: Workload, replica: Replica): Promise<void> {
  const record = recordOf(stage, workload.name);
  stage.leaving.add(replica.name);
  try {
    if (workload.host !== null) await leaveEdge(stage, workload, replica);
    await stopProcess(stage.ground, replica.name, workload.stopSeconds);
    if (workload.host !== null) await stage.edge.remove(workload.name, replica.name).catch(ignoreEdge);
    record.replicas = record.replicas.filter(({ name }) => name !== replica.name);
  } finally {
    stage.leaving.delete(replica.name);
  }
  await stage.remember();
}

/** No new requests; an edge that starts anew meanwhile does not know it any more. */
async function leaveEdge(stage: Stage, workload: Workload, replica: Replica): Promise<void> {
  await writeEdgeFiles(stage);
  await stage.edge.drain(workload.name, replica.name, workload.stopSeconds).catch(ignoreEdge);
}

/** An edge that is down forgets the server by itself: its files no longer name it. */
function ignoreEdge(cause: unknown): void {
  if (!(cause instanceof Failure)) throw cause;
}

/** The whole release stays up and healthy for a while. */
async function bake(stage: Stage, workload: Workload, release: string, startedAt: number, seconds: number, signal?: AbortSignal): Promise<void> {
  const replicas = recordOf(stage, workload.name).replicas.filter((replica) => replica.release === release);
  if (replicas.length === 0) return;
  stage.report({ part: workload.name, state: "working", step: `watching it for ${seconds} s` });
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    for (const replica of replicas) await requireHolding(stage, workload, replica, startedAt);
    await sleep(200, undefined, { signal });
  }
}

const afterwards = (seen: Observation, probe: Probe): string => (seen.kind === "not listening" ? "it listens no more" : seen.kind === "not started" ? "it ended" : describe(seen, probe));

/** That a replica that was ready is so still; one look may err. */
async function requireHolding(stage: Stage, workload: Workload, replica: Replica, startedAt: number): Promise<void> {
  const probe = probeOf(workload, replica);
  const died = async (): Promise<Death | undefined> => (await inspectProcess(stage.ground, replica.name)).deaths.find(({ atSeconds }) => atSeconds >= Math.floor(startedAt / 1000));
  const seen = await observe(stage.ground, probe);
  let death = await died();
  if (death === undefined && seen.kind === "ready") return;
  await sleep(100);
  const again = await observe(stage.ground, probe);
  death ??= await died();
  if (death === undefined && again.kind === "ready") return;
  throw new Failure("deploy-failed", `${replica.name} was ready and did not stay so: ${death === undefined ? afterwards(again, probe) : `it ${describeDeath(death)}`}`, {
    hint: `./dailyge logs ${replica.name}`,
    details: await lastLines(stage.place, replica.name, SHOWN_LINES, new Date(startedAt)),
  });
}
