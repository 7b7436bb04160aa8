import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import { calledServices, type Addresses } from "../render/address.ts";
import { MESSAGING } from "../render/messaging.ts";
import { workloadsOf, type Workload } from "../render/workload.ts";
import { chooseDatabasePorts, raiseDatabase } from "./databases.ts";
import { raiseEdge } from "./edge-process.ts";
import { chooseMessagingPort, isMessagingWanted, raiseMessaging } from "./messaging.ts";
import { freePort, tryPort } from "./port.ts";
import { buildRelease, type Release } from "./release.ts";
import { recordOf, refuse, retire, roll } from "./rollout.ts";
import { endRuns } from "./scheduled-run.ts";
import type { Wanted } from "./state.ts";
import type { Stage } from "./stage.ts";
import { finishRestore } from "./restore.ts";
import { inspectProcess, standingParts, stopProcess } from "./supervisor.ts";

/**
 * Brings the platform to what is wanted, as much of it at once as can be; what fits already is left alone.
 * @throws Failure of the first part that failed; the others are up or as they were
 */
export async function raise(stage: Stage, wanted: Wanted, edgePort: number | null, signal: AbortSignal): Promise<void> {
  stage.state.wanted = wanted;
  await choosePorts(stage, wanted, edgePort);
  setWorkloads(stage);
  await stage.remember();
  for (const path of stage.workloads.flatMap(({ generatedSecrets }) => generatedSecrets)) await stage.secrets.generate(path);
  const edge = raiseEdge(stage);
  const restored = finishRestore(stage, signal);
  const parts = new Map([...wanted.environment.databases.map((database) => [database.name, restored.then(() => raiseDatabase(stage, database, signal))] as const), [MESSAGING, restored.then(() => raiseMessaging(stage, signal))] as const]);
  const workloads = stage.workloads.map(async (workload) => {
    const waitsFor = missingNeeds(stage, workload);
    if (waitsFor.length > 0) return stage.report({ part: workload.name, state: "note", step: `waiting for ${waitsFor.join(" and ")}` });
    const release = await build(stage, workload, join(wanted.sources, workload.directory), signal);
    const needed = ["edge", ...workload.needs];
    stage.report({ part: workload.name, state: "working", step: `waiting for ${needed.join(" and ")}` });
    await Promise.all([edge, ...workload.needs.map((name) => parts.get(name))]);
    await roll(stage, workload, release.id, signal);
    stage.report({ part: workload.name, state: "ready", step: release.id });
  });
  const results = await Promise.allSettled([edge, restored, ...parts.values(), ...workloads]);
  await retireLeftovers(stage, wanted);
  throwFirst(results, signal);
}

/** What a site or service needs and nothing on this machine can play: it waits for that. */
export const missingNeeds = (stage: Stage, { needs }: Workload): readonly string[] => needs.filter((name) => stage.parts.missing[name] !== undefined);

/** A failure of a part that others waited for is told once. */
function throwFirst(results: readonly PromiseSettledResult<unknown>[], signal: AbortSignal): void {
  const reasons = new Set(results.flatMap((result) => (result.status === "rejected" ? [asError(result.reason)] : [])));
  const [first, ...others] = reasons;
  if (first === undefined) return;
  if (signal.aborted) throw new Failure("cancelled", "it was cancelled: what was ready stays as it is", { hint: "./dailyge status", cause: first });
  if (!(first instanceof Failure) || others.length === 0) throw first;
  const more = others.map(({ message }) => message);
  throw new Failure(first.code, first.message, { hint: first.hint, details: [...first.details, ...more], cause: first });
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

/** Builds a workload's release, or finds it built. */
export async function build(stage: Stage, workload: Workload, sources: string, signal: AbortSignal): Promise<Release> {
  try {
    return await buildRelease(
      stage.place,
      {
        name: workload.name,
        sources,
        build: workload.build,
        output: workload.output,
        environment: workload.buildEnvironment,
        reader: stage.ground.userOf(workload.name),
        begun: () => stage.report({ part: workload.name, state: "working", step: workload.build === null ? "copying" : `building: ${workload.build}` }),
      },
      signal,
    );
  } catch (cause) {
    stage.report({ part: workload.name, state: "failed", step: cause instanceof Error ? cause.message : "failed" });
    await refuse(stage, workload, cause);
    throw cause;
  }
}

/** Sites and services as the wanted definition and the present ports make them. */
export function setWorkloads(stage: Stage): void {
  const { wanted, ports } = stage.state;
  if (wanted === null) {
    stage.workloads = [];
    return;
  }
  const databasePorts = Object.fromEntries(wanted.environment.databases.map(({ name }) => [name, ports[name] ?? 0]));
  const internalPorts = Object.fromEntries(calledServices(wanted.environment).map((name) => [name, ports[internalPort(name)] ?? 0]));
  const addresses: Addresses = { edgePort: ports["edge"] ?? 0, databasePorts, internalPorts, messagingPort: ports[MESSAGING] ?? 0 };
  stage.workloads = workloadsOf(wanted.shared, wanted.environment, addresses, stage.place);
}

/** Its name among the ports; no part is called so. */
const internalPort = (service: string): string => `internal.${service}`;

async function choosePorts(stage: Stage, wanted: Wanted, edgePort: number | null): Promise<void> {
  const { ports } = stage.state;
  const running = (await inspectProcess(stage.ground, "edge")).state === "running";
  const known = ports["edge"];
  if (edgePort !== null && edgePort !== known) {
    ports["edge"] = await freePort(new Set(), edgePort);
    // HAProxy takes over another address only by starting anew.
    if (running) await stopAlone(stage, "edge", "edge", 5);
  } else if (known === undefined || (!running && (await tryPort(known)) === null)) {
    if (edgePort !== null) await freePort(new Set(), edgePort);
    ports["edge"] = await freePort(new Set(Object.values(ports)));
    if (known !== undefined) stage.report({ part: "edge", state: "note", step: `another program has taken port ${known}: from now on it is ${ports["edge"]}` });
  }
  for (const name of calledServices(wanted.environment).map(internalPort)) {
    const port = ports[name];
    if (port === undefined || (!running && (await tryPort(port)) === null)) ports[name] = await freePort(new Set(Object.values(ports)));
  }
  await chooseDatabasePorts(stage, wanted.environment.databases);
  await chooseMessagingPort(stage, wanted);
}

/** Ends what an earlier definition had and this one has not. Data and releases stay. */
async function retireLeftovers(stage: Stage, wanted: Wanted): Promise<void> {
  const kept = new Set(["edge", ...(isMessagingWanted(wanted) ? [MESSAGING] : []), ...wanted.environment.databases.map(({ name }) => name)]);
  for (const [name, record] of Object.entries(stage.state.workloads)) {
    if (stage.workloads.some((workload) => workload.name === name)) for (const { name: part } of [...record.replicas, ...(record.schedule?.runs ?? [])]) kept.add(part);
    else record.replicas = [];
  }
  for (const part of await standingParts(stage.place)) {
    if (kept.has(part)) continue;
    stage.report({ part, state: "working", step: "no longer in the definition: stopping" });
    await stopAlone(stage, part.replace(/\.\d+$/, ""), part, 20);
    stage.report({ part, state: "ready", step: "stopped" });
  }
  await stage.remember();
}

async function stopAlone(stage: Stage, owner: string, part: string, withinSeconds: number): Promise<void> {
  const endTurn = await stage.busy.take(owner);
  await stopProcess(stage.ground, part, withinSeconds).finally(endTurn);
}

/** Ends everything in order: who asks before who answers. Data, releases and secrets stay. */
export async function lower(stage: Stage, atOnce: boolean): Promise<void> {
  const answering = new Set([MESSAGING, ...(stage.state.wanted?.environment.databases.map(({ name }) => name) ?? [])]);
  const parts = await standingParts(stage.place);
  const within = (name: string): number => {
    if (atOnce) return 0;
    return stage.workloads.find((workload) => name.startsWith(`${workload.name}.`))?.stopSeconds ?? 30;
  };
  const end = async (names: readonly string[]): Promise<void> => {
    await Promise.all(
      names.map(async (name) => {
        stage.report({ part: name, state: "working", step: "stopping" });
        await stopProcess(stage.ground, name, within(name));
        stage.report({ part: name, state: "ready", step: "stopped" });
      }),
    );
  };
  if (!atOnce) await drainAll(stage);
  await end(parts.filter((name) => name === "edge"));
  await end(parts.filter((name) => name !== "edge" && !answering.has(name)));
  await end(parts.filter((name) => answering.has(name)));
  for (const record of Object.values(stage.state.workloads)) {
    Object.assign(record, { replicas: [], rollout: null });
    delete record.scaled;
    if (record.schedule !== undefined) endRuns(record.schedule, new Date());
  }
  stage.state.wanted = null;
  stage.workloads = [];
  await stage.remember();
}

/** No new requests, and time for those that are being answered. */
async function drainAll(stage: Stage): Promise<void> {
  if ((await inspectProcess(stage.ground, "edge")).state !== "running") return;
  const served = stage.workloads.filter(({ host }) => host !== null);
  await Promise.all(
    served.flatMap(({ name, stopSeconds }) =>
      recordOf(stage, name).replicas.map((replica) => stage.edge.drain(name, replica.name, stopSeconds).catch(() => false)),
    ),
  );
}

/** After a controller that is gone: what was half done is undone, what stands is taken over, what is missing is started. */
export async function adopt(stage: Stage, signal: AbortSignal): Promise<void> {
  setWorkloads(stage);
  const { wanted } = stage.state;
  if (wanted === null) return;
  const restored = finishRestore(stage, signal);
  // One that cannot be taken over keeps nobody from the others.
  const results = [
    ...(await Promise.allSettled([raiseEdge(stage), restored, restored.then(() => raiseMessaging(stage, signal)), ...wanted.environment.databases.map((database) => restored.then(() => raiseDatabase(stage, database, signal)))])),
    ...(await Promise.allSettled(stage.workloads.map((workload) => adoptWorkload(stage, workload, signal)))),
  ];
  await retireLeftovers(stage, wanted);
  throwFirst(results, signal);
}

async function adoptWorkload(stage: Stage, workload: Workload, signal: AbortSignal): Promise<void> {
  const record = recordOf(stage, workload.name);
  if (record.rollout !== null) stage.report({ part: workload.name, state: "note", step: `undoing the unfinished release ${record.rollout.to}` });
  record.rollout = null;
  if (missingNeeds(stage, workload).length > 0) return;
  if (record.current !== null) return roll(stage, workload, record.current, signal);
  for (const replica of [...record.replicas]) await retire(stage, workload, replica);
}
