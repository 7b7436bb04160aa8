import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import { MESSAGING } from "../render/messaging.ts";
import { databaseHere, databasesHere } from "./database-engines.ts";
import { readMark, whyForeign } from "./database-mark.ts";
import { raiseAlone } from "./databases.ts";
import { removeTree } from "./files.ts";
import { raiseMessagingAlone } from "./messaging.ts";
import { recordOf, roll } from "./rollout.ts";
import { exchange, forgetPlan, incoming, readPlan, restoreIsUnfinished, writePlan, type RestorePlan } from "./restore-plan.ts";
import { copyData } from "./snapshot-copy.ts";
import { demandSnapshot, snapshotDirectory, sweepSnapshots, type Snapshot } from "./snapshot-store.ts";
import type { Stage } from "./stage.ts";
import { stopProcess } from "./supervisor.ts";

const STOP_WITHIN_SECONDS = 30;

/**
 * Replaces all data by those of a snapshot. The databases stop for some seconds, services lose their connections to them;
 * releases whose migration those data have not seen run it again.
 * @throws Failure what was there before is there still, or again
 */
export async function restoreSnapshot(stage: Stage, name: string, signal: AbortSignal): Promise<Snapshot> {
  const { place } = stage;
  const snapshot = await demandSnapshot(place, name);
  await requireFitting(stage, snapshot);
  if (restoreIsUnfinished(place)) throw new Failure("state-busy", "cannot restore: an earlier restore is not finished yet", { hint: "finish it: ./dailyge up" });
  const databases = [...snapshot.databases.map((database) => database.name), ...(snapshot.messages === true ? [MESSAGING] : [])];
  await alone(stage, databases, async () => {
    stage.report({ part: "restore", state: "working", step: `copying ${databases.join(", ")}` });
    await copyData(place, { name: "restore", from: databases.map((database) => join(snapshotDirectory(place, name), database)), to: incoming(place), still: [] }, signal);
    const plan = { snapshot: name, databases, migrated: snapshot.migrated, migratedBefore: migratedNow(stage), back: false };
    signal.throwIfAborted();
    await writePlan(place, plan);
    await carryOut(stage, plan, signal);
  });
  for (const workload of stage.workloads) {
    const { current, migrated } = recordOf(stage, workload.name);
    if (workload.migrate !== null && current !== null && !migrated.includes(current)) await roll(stage, workload, current, signal);
  }
  return snapshot;
}

/** Finishes, or undoes, what a controller that is gone had begun. Before anything works on the data. */
export async function finishRestore(stage: Stage, signal: AbortSignal): Promise<void> {
  const { place } = stage;
  await sweepSnapshots(place);
  const plan = await readPlan(place);
  if (plan === null) return removeTree(place.restore);
  stage.report({ part: "restore", state: "note", step: plan.back ? "going back to the data of before a restore that failed" : `finishing the restore of ${plan.snapshot}` });
  await alone(stage, plan.databases, () => carryOut(stage, plan, signal));
}

/** Nobody else starts or stops them meanwhile. */
async function alone(stage: Stage, databases: readonly string[], act: () => Promise<void>): Promise<void> {
  const ends = await Promise.all(databases.map((name) => stage.busy.take(name)));
  await act().finally(() => ends.forEach((end) => end()));
}

async function carryOut(stage: Stage, plan: RestorePlan, signal: AbortSignal): Promise<void> {
  await exchangeAndRaise(stage, plan, signal).catch(async (cause: unknown) => {
    // Then whoever comes next goes on with it.
    if (plan.back || signal.aborted || !(cause instanceof Failure)) throw cause;
    const back = { ...plan, back: true };
    await writePlan(stage.place, back);
    await exchangeAndRaise(stage, back, signal);
    await forgetPlan(stage.place);
    throw new Failure(cause.code, `cannot restore ${plan.snapshot}: ${cause.message}; the data of before are back`, { hint: cause.hint, details: cause.details, cause });
  });
  await forgetPlan(stage.place);
}

async function exchangeAndRaise(stage: Stage, plan: RestorePlan, signal: AbortSignal): Promise<void> {
  stage.report({ part: "restore", state: "working", step: `stopping ${plan.databases.join(", ")}` });
  await Promise.all(plan.databases.map((name) => stopProcess(stage.ground, name, STOP_WITHIN_SECONDS)));
  await exchange(stage.place, plan);
  const migrated = plan.back ? plan.migratedBefore : plan.migrated;
  for (const [name, record] of Object.entries(stage.state.workloads)) record.migrated = [...(migrated[name] ?? [])];
  await stage.remember();
  const wanted = stage.state.wanted?.environment.databases.filter(({ name }) => plan.databases.includes(name)) ?? [];
  const messaging = plan.databases.includes(MESSAGING) ? [raiseMessagingAlone(stage, signal)] : [];
  const results = await Promise.allSettled([
    ...messaging,
    ...wanted.map(async (database) => {
      const here = databaseHere(stage, database);
      if (here === null) throw new Failure("part-missing", `nothing here plays ${database.name}`, { hint: "./dailyge status" });
      return raiseAlone(stage, here, signal);
    }),
  ]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

const migratedNow = ({ state }: Stage): Snapshot["migrated"] => Object.fromEntries(Object.entries(state.workloads).map(([name, { migrated }]) => [name, migrated]));

/** That it holds the data of exactly this platform's databases, and that the servers of this machine can read them. */
async function requireFitting(stage: Stage, snapshot: Snapshot): Promise<void> {
  const { state, place } = stage;
  const refuse = (why: string, hint = "./dailyge snapshots"): never => {
    throw new Failure("state-foreign", `cannot restore ${snapshot.name}: ${why}`, { hint });
  };
  if (snapshot.platform !== state.name) refuse(`it holds the data of ${snapshot.platform}, not of ${state.name}`);
  const wanted = state.wanted?.environment.databases ?? [];
  const unknown = snapshot.databases.find(({ name, engine }) => !wanted.some((database) => database.name === name && database.engine === engine));
  if (unknown !== undefined) refuse(`it holds a ${unknown.engine} database ${unknown.name}, which the platform does not have`, "put it back into the definition, then: ./dailyge up");
  const added = databasesHere(stage).find(({ database: { name } }) => !snapshot.databases.some((database) => database.name === name));
  if (added !== undefined) refuse(`it holds nothing of ${added.database.name}, which came to the platform later`);
  for (const database of wanted.filter(({ name }) => snapshot.databases.some((kept) => kept.name === name))) {
    const here = databaseHere(stage, database);
    if (here === null) return refuse(`nothing on this machine plays ${database.name}`, "see what helps: ./dailyge status");
    const why = whyForeign(await readMark(join(snapshotDirectory(place, snapshot.name), database.name)), here.server);
    if (why !== null) refuse(`${database.name}: ${why}`, "make that server available again");
  }
}
