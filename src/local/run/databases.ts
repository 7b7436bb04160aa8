import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { MysqlDatabase } from "../../model/database.ts";
import { Failure } from "../../kit/failure.ts";
import { databaseUserSecret } from "../render/address.ts";
import { DEFAULT_BUFFER_POOL_MB, databaseRootSecret, type PlacedDatabase } from "../render/database-placed.ts";
import { renderDatabase } from "../render/database.ts";
import { openDatabase, type OpenDatabase } from "./database-open.ts";
import { prepareDatabase } from "./database.ts";
import { handOver } from "./files.ts";
import { lastLines } from "./logs.ts";
import { freePort, tryPort } from "./port.ts";
import { socketDirectory } from "./sockets.ts";
import type { Stage } from "./stage.ts";
import { inspectProcess, specHash, startProcess, stopProcess } from "./supervisor.ts";

const READY_WITHIN_SECONDS = 120;

/** Where a database of the wanted platform stands. */
export function placeDatabase(stage: Stage, database: MysqlDatabase): PlacedDatabase {
  const { place, state } = stage;
  const { flavour, version, root } = sqlServer(stage);
  return {
    flavour,
    version,
    root,
    dataDirectory: place.data(database.name),
    workDirectory: place.work(database.name),
    configDirectory: place.config(database.name),
    socket: `${socketDirectory(place.state)}/${database.name}/sql.sock`,
    port: state.ports[database.name] ?? 0,
    timezone: state.wanted?.shared.timezone ?? "UTC",
    bufferPoolMb: DEFAULT_BUFFER_POOL_MB,
  };
}

/** Found with the parts whenever the platform has a database. */
function sqlServer(stage: Stage): NonNullable<Stage["parts"]["sql"]> {
  if (stage.parts.sql === null) throw new Error("a database without a server among the parts");
  return stage.parts.sql;
}

export const openPlaced = (stage: Stage, database: MysqlDatabase): OpenDatabase => openDatabase(database, placeDatabase(stage, database), sqlServer(stage));

/** Starts a database, or finds it running as it is to be; then lets exactly the linked services in. */
export async function raiseDatabase(stage: Stage, database: MysqlDatabase, signal?: AbortSignal): Promise<void> {
  const { ground, secrets } = stage;
  const endTurn = await stage.busy.take(database.name);
  try {
    const rootPassword = await secrets.generate(databaseRootSecret(database.name));
    await start(stage, database, rootPassword, signal);
    const open = openPlaced(stage, database);
    await open.waitUntilReady({
      withinSeconds: READY_WITHIN_SECONDS,
      isRunning: async () => (await inspectProcess(ground, database.name)).deaths.length < 2,
      logLines: () => lastLines(stage.place, database.name, 60),
      ...(signal === undefined ? {} : { signal }),
    });
    const users = await Promise.all(database.usedBy.map(async (name) => ({ name, password: await secrets.generate(databaseUserSecret(database.name, name)) })));
    await open.grantAccess(users);
    stage.report({ part: database.name, state: "ready", step: `${sqlServer(stage).product} ${sqlServer(stage).version} on port ${stage.state.ports[database.name]}` });
  } finally {
    endTurn();
  }
}

async function start(stage: Stage, database: MysqlDatabase, rootPassword: string, signal?: AbortSignal): Promise<void> {
  const { ground, parts } = stage;
  const placed = placeDatabase(stage, database);
  const { process, files } = renderDatabase(database, placed);
  const hash = await specHash(ground, process, files);
  const standing = await inspectProcess(ground, database.name);
  if (standing.state === "running" && standing.hash === hash) return;
  if (standing.state !== "absent") {
    stage.report({ part: database.name, state: "working", step: "stopping it to start it anew" });
    await stopProcess(ground, database.name, process.stop.withinSeconds);
  }
  stage.report({ part: database.name, state: "working", step: "preparing its data" });
  await prepareDatabase(database, placed, {
    server: sqlServer(stage),
    cache: parts.cache,
    user: ground.userOf(database.name),
    enter: ground.enter,
    rootPassword,
    ...(signal === undefined ? {} : { signal }),
  });
  stage.report({ part: database.name, state: "working", step: "starting" });
  const sockets = dirname(placed.socket);
  await mkdir(sockets, { recursive: true, mode: 0o700 });
  const user = ground.userOf(database.name);
  if (user !== null) await handOver(sockets, user);
  await startProcess(ground, process, files);
}

/** A port for every database. One that somebody took while the database was down is given up for another. */
export async function chooseDatabasePorts(stage: Stage, databases: readonly MysqlDatabase[]): Promise<void> {
  for (const { name } of databases) {
    const known = stage.state.ports[name];
    const running = (await inspectProcess(stage.ground, name)).state === "running";
    if (known !== undefined && (running || (await tryPort(known)) !== null)) continue;
    stage.state.ports[name] = await freePort(new Set(Object.values(stage.state.ports)));
  }
}

/** Whether a database answers a query in bounded time. */
export async function databaseAnswers(stage: Stage, database: MysqlDatabase): Promise<boolean> {
  try {
    return await openPlaced(stage, database).ping(2000);
  } catch (cause) {
    if (cause instanceof Failure) return false;
    throw cause;
  }
}
