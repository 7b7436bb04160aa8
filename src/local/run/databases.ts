import type { Database } from "../../model/database.ts";
import { Failure } from "../../kit/failure.ts";
import { databaseUserSecret } from "../render/address.ts";
import type { LocalDatabase } from "./database-engine.ts";
import { databaseHere } from "./database-engines.ts";
import { lastLines } from "./logs.ts";
import { freePort, tryPort } from "./port.ts";
import { goOn } from "./snapshot-copy.ts";
import { makePartSockets } from "./sockets.ts";
import type { Stage } from "./stage.ts";
import { inspectProcess, specHash, startProcess, stopProcess } from "./supervisor.ts";

const READY_WITHIN_SECONDS = 120;

/**
 * Starts a database, or finds it running as it is to be; then lets exactly the linked services in. One that nothing here
 * can play is told and left out.
 */
export async function raiseDatabase(stage: Stage, database: Database, signal?: AbortSignal): Promise<void> {
  const here = databaseHere(stage, database);
  if (here === null) return stage.report({ part: database.name, state: "note", step: `is left out: ${stage.parts.missing[database.name]?.why ?? ""}` });
  const endTurn = await stage.busy.take(database.name);
  try {
    await raiseAlone(stage, here, signal);
  } finally {
    endTurn();
  }
}

/** The same for who has its turn already. */
export async function raiseAlone(stage: Stage, here: LocalDatabase, signal?: AbortSignal): Promise<void> {
  const { name, usedBy } = here.database;
  await start(stage, here, signal);
  await here.waitUntilReady({
    withinSeconds: READY_WITHIN_SECONDS,
    isRunning: async () => (await inspectProcess(stage.ground, name)).deaths.length < 2,
    logLines: () => lastLines(stage.place, name, 60),
    ...(signal === undefined ? {} : { signal }),
  });
  await here.grantAccess(await Promise.all(usedBy.map(async (service) => ({ name: service, password: await stage.secrets.generate(databaseUserSecret(name, service)) }))));
  stage.report({ part: name, state: "ready", step: `${here.server.product} ${here.server.version} on port ${stage.state.ports[name]}` });
}

async function start(stage: Stage, here: LocalDatabase, signal?: AbortSignal): Promise<void> {
  const { ground } = stage;
  const { name } = here.database;
  const { process, files } = here.render();
  const hash = await specHash(ground, process, files);
  const standing = await inspectProcess(ground, name);
  // A snapshot may have been interrupted while it held it still.
  if (standing.pid !== null) goOn([standing.pid]);
  if (standing.state === "running" && standing.hash === hash) return;
  if (standing.state !== "absent") {
    stage.report({ part: name, state: "working", step: "stopping it to start it anew" });
    if (standing.state === "running") await here.writeDown?.(signal).catch((cause: unknown) => tellLoss(stage, name, cause));
    await stopProcess(ground, name, process.stop.withinSeconds);
  }
  stage.report({ part: name, state: "working", step: "preparing its data" });
  await here.prepare(signal);
  stage.report({ part: name, state: "working", step: "starting" });
  await makePartSockets(ground, name);
  await startProcess(ground, process, files);
}

/** One that does not answer any more is started anew all the same. */
function tellLoss(stage: Stage, part: string, cause: unknown): void {
  if (!(cause instanceof Failure)) throw cause;
  stage.report({ part, state: "note", step: `what was only in its memory is lost: ${cause.message}` });
}

/** A port for every database. One that somebody took while the database was down is given up for another. */
export async function chooseDatabasePorts(stage: Stage, databases: readonly Database[]): Promise<void> {
  for (const { name } of databases) {
    const known = stage.state.ports[name];
    const running = (await inspectProcess(stage.ground, name)).state === "running";
    if (known !== undefined && (running || (await tryPort(known)) !== null)) continue;
    stage.state.ports[name] = await freePort(new Set(Object.values(stage.state.ports)));
  }
}

/** Whether a database answers a query in bounded time. */
export async function databaseAnswers(database: LocalDatabase): Promise<boolean> {
  try {
    return await database.ping(2000);
  } catch (cause) {
    if (cause instanceof Failure) return false;
    throw cause;
  }
}
