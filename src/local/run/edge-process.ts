import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { assignSlots, type Slots } from "../render/edge-limits.ts";
import { releasesMap } from "../render/edge-sites.ts";
import { renderEdge, type Edge, type EdgeHost } from "../render/edge.ts";
import type { ProcessSpec } from "../render/process.ts";
import { writeWhole } from "./files.ts";
import { makePartSockets, partSockets } from "./sockets.ts";
import type { Stage } from "./stage.ts";
import { inspectProcess, startProcess, until } from "./supervisor.ts";
import { Failure } from "../../kit/failure.ts";
import { lastLines } from "./logs.ts";

/** Sockets by which the edge is spoken to; they are in a directory of its own user. */
export function edgeSockets(state: string): Edge["sockets"] {
  const directory = partSockets(state, "edge");
  return { admin: `${directory}/admin.sock`, master: `${directory}/master.sock`, peer: `${directory}/peer.sock` };
}

/** Hosts with the replicas that run; a new edge sends them requests once they pass its check. */
export function edgeHosts(stage: Stage): readonly EdgeHost[] {
  return stage.workloads.flatMap((workload) => {
    if (workload.host === null) return [];
    const replicas = stage.state.workloads[workload.name]?.replicas ?? [];
    const staying = replicas.filter(({ name }) => !stage.leaving.has(name));
    const servers = staying.map(({ name, port }) => ({ name, port }));
    const release = workload.kind === "site" ? (staying[0]?.release ?? null) : null;
    return [{ ...workload.host, backend: workload.name, kind: workload.kind, health: workload.health ?? "/", servers, release }];
  });
}

/** Where each limit counts is remembered beside the configuration. */
const slotsFile = (stage: Stage): string => `${stage.place.config("edge")}/slots`;

async function edgeOf(stage: Stage, hosts: readonly EdgeHost[]): Promise<Edge> {
  const known = await readFile(slotsFile(stage), "utf8").then((text) => JSON.parse(text) as Slots, () => ({}));
  const { slots, limits } = assignSlots(known, stage.state.wanted?.environment.protection.rateLimits ?? []);
  if (JSON.stringify(slots) !== JSON.stringify(known)) await writeWhole(slotsFile(stage), JSON.stringify(slots));
  return {
    listen: { address: "127.0.0.1", port: stage.state.ports["edge"] ?? 0 },
    teams: stage.state.wanted?.environment.teams.map(({ name }) => name) ?? [],
    hosts,
    limits,
    directory: stage.place.config("edge"),
    sockets: edgeSockets(stage.place.state),
  };
}

/**
 * The edge's files as they are to be at its next start, when replicas come or go. A running edge does not read them; it is
 * told which release its sites serve, and one that is being started anew need not be.
 */
export async function writeEdgeFiles(stage: Stage): Promise<void> {
  const before = await readFile(`${stage.place.config("edge")}/releases.map`, "utf8").catch(() => "");
  const edge = await writeFiles(stage);
  if (releasesMap(edge.hosts) === before) return;
  await stage.edge.serve(edge.hosts).catch((cause: unknown) => {
    if (!(cause instanceof Failure)) throw cause;
  });
}

async function writeFiles(stage: Stage): Promise<Edge> {
  const written = Promise.withResolvers<Edge>();
  await stage.serially(async () => {
    const edge = await edgeOf(stage, edgeHosts(stage));
    for (const { path, text } of renderEdge(edge).files) await writeWhole(path, text, 0o644);
    written.resolve(edge);
  });
  return written.promise;
}

function edgeSpec(stage: Stage, edge: Edge): ProcessSpec {
  const work = stage.place.work("edge");
  return {
    name: "edge",
    kind: "edge",
    command: ["haproxy", ...renderEdge(edge).arguments],
    directory: work,
    environment: [],
    identity: "edge",
    writes: [work],
    memoryMb: null,
    stop: { signal: "SIGTERM", withinSeconds: 5 },
  };
}

/** Starts the edge, or brings a running one to the present hosts: a changed host is a reload that breaks no connection, else nothing happens. */
export async function raiseEdge(stage: Stage): Promise<void> {
  const endTurn = await stage.busy.take("edge");
  try {
    await raiseAlone(stage);
  } finally {
    endTurn();
  }
}

async function raiseAlone(stage: Stage): Promise<void> {
  await makePartSockets(stage.ground, "edge");
  const edge = await writeFiles(stage);
  const spec = edgeSpec(stage, edge);
  const structure = createHash("sha256").update(JSON.stringify([spec, withoutChangeable(edge)])).digest("hex");
  const known = await readFile(`${stage.place.config("edge")}/structure`, "utf8").catch(() => null);
  const { state } = await inspectProcess(stage.ground, "edge");
  if (state !== "running") {
    stage.report({ part: "edge", state: "working", step: "starting" });
    await startProcess(stage.ground, spec, []);
    await edgeAnswers(stage);
  } else if (known !== structure) {
    stage.report({ part: "edge", state: "working", step: "taking over the changed hosts" });
    await stage.edge.reload();
  }
  await writeWhole(`${stage.place.config("edge")}/structure`, structure);
  await stage.edge.reconcile(edgeHosts(stage));
  await stage.edge.limit(edge.limits);
  await stage.edge.serve(edgeHosts(stage));
  stage.report({ part: "edge", state: "ready", step: `http://127.0.0.1:${stage.state.ports["edge"]}` });
}

/** What a running edge cannot be told: all but its servers and how much its limits take. */
const withoutChangeable = (edge: Edge): Edge => ({
  ...edge,
  hosts: edge.hosts.map((host) => ({ ...host, servers: [], release: null })),
  limits: edge.limits.map((limit) => ({ ...limit, requests: 0 })),
});

/** Waits until it answers on its socket. */
async function edgeAnswers(stage: Stage): Promise<void> {
  const answers = await until(10, async () => {
    const { deaths } = await inspectProcess(stage.ground, "edge");
    if (deaths.length > 0) return true;
    return stage.edge.counts().then(() => true, () => false);
  });
  const { deaths } = await inspectProcess(stage.ground, "edge");
  if (answers && deaths.length === 0) return;
  throw new Failure("start-failed", `the edge did not start: HAProxy ${deaths.length > 0 ? "ended" : "does not answer"}`, {
    hint: "./dailyge logs edge",
    details: await lastLines(stage.place, "edge", 12),
  });
}
