import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import { MESSAGING } from "../render/messaging.ts";
import type { LocalDatabase } from "./database-engine.ts";
import { databasesHere } from "./database-engines.ts";
import { writeMark } from "./database-mark.ts";
import { messagingHere } from "./messaging.ts";
import { restoreIsUnfinished } from "./restore-plan.ts";
import { copyData } from "./snapshot-copy.ts";
import { bytesBelow, keepSnapshot, requireSnapshotName, snapshotDirectory, sweepSnapshots, unfinishedSnapshot, type Snapshot } from "./snapshot-store.ts";
import type { Stage } from "./stage.ts";
import { inspectProcess } from "./supervisor.ts";

/** A snapshot that was made. */
export interface MadeSnapshot {
  readonly snapshot: Snapshot;
  /** For so long no database answered, and nobody's connection was lost. */
  readonly stillSeconds: number;
}

/** Keeps all data of the platform under a name, as they are at one moment; services wait for as long as the copy takes. */
export async function takeSnapshot(stage: Stage, name: string, signal: AbortSignal): Promise<MadeSnapshot> {
  const { place, state } = stage;
  requireSnapshotName(name);
  if (existsSync(snapshotDirectory(place, name))) throw new Failure("usage", `there is a snapshot ${name} already`, { hint: `take another name, or: ./dailyge snapshots delete ${name}` });
  if (restoreIsUnfinished(place)) throw new Failure("state-busy", "cannot make a snapshot: a restore is not finished yet", { hint: "finish it: ./dailyge up" });
  await sweepSnapshots(place);
  const databases = databasesHere(stage);
  requireAll(stage, databases);
  const messages = messagingHere(stage) !== null;
  const ends = await Promise.all([...databases.map(({ database }) => database.name), ...(messages ? [MESSAGING] : [])].map((part) => stage.busy.take(part)));
  try {
    const stillSeconds = await copyStill(stage, name, databases, messages, signal);
    const unfinished = unfinishedSnapshot(place, name);
    const snapshot: Snapshot = {
      format: 1,
      name,
      platform: state.name,
      madeAt: new Date().toISOString(),
      bytes: await bytesBelow(unfinished),
      databases: databases.map(({ database, server }) => ({ name: database.name, engine: database.engine, product: server.product, version: server.version })),
      ...(messages ? { messages } : {}),
      migrated: Object.fromEntries(Object.entries(state.workloads).map(([workload, { migrated }]) => [workload, migrated])),
    };
    await keepSnapshot(place, snapshot);
    return { snapshot, stillSeconds };
  } finally {
    for (const end of ends) end();
  }
}

function requireAll(stage: Stage, here: readonly LocalDatabase[]): void {
  const wanted = stage.state.wanted?.environment.databases ?? [];
  if (messagingHere(stage) !== null) return;
  if (wanted.length === 0) throw new Failure("usage", "there is nothing to keep: the platform has no database", { hint: "./dailyge status" });
  if (here.length === 0) throw new Failure("not-running", "there is nothing to keep: no database runs on this machine", { hint: "see what is waited for: ./dailyge status" });
}

/** The processes of what keeps data, each the leader of its group. @throws Failure where one does not run: what it holds may be half of something */
async function groupsOf(stage: Stage, names: readonly string[]): Promise<readonly number[]> {
  return Promise.all(
    names.map(async (name) => {
      const { state, pid } = await inspectProcess(stage.ground, name);
      if (state === "running" && pid !== null) return pid;
      throw new Failure("not-running", `cannot make a snapshot: ${name} does not run`, { hint: "./dailyge status" });
    }),
  );
}

async function copyStill(stage: Stage, name: string, databases: readonly LocalDatabase[], messages: boolean, signal: AbortSignal): Promise<number> {
  const names = [...databases.map(({ database }) => database.name), ...(messages ? [MESSAGING] : [])];
  const still = await groupsOf(stage, names);
  for (const here of databases) await here.writeDown?.(signal);
  stage.report({ part: "snapshot", state: "working", step: `copying ${names.join(", ")}` });
  const started = performance.now();
  const to = unfinishedSnapshot(stage.place, name);
  await copyData(stage.place, { name: "snapshot", from: [...databases.map(({ dataDirectory }) => dataDirectory), ...(messages ? [stage.place.data(MESSAGING)] : [])], to, still }, signal);
  for (const { dataDirectory, server } of databases) await writeMark(join(to, basename(dataDirectory)), server);
  return Math.round(performance.now() - started) / 1000;
}
