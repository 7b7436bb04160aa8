import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "../../kit/failure.ts";
import type { MysqlDatabase } from "../../model/database.ts";
import { rootSql } from "../render/mysql-access.ts";
import { quoteOption } from "../render/mysql-configuration.ts";
import { databaseFiles, type Flavour, type PlacedDatabase } from "../render/mysql-placed.ts";
import { diskFailure, handOver, writeWhole } from "./files.ts";
import { fillDataDirectory, type DatabaseServer } from "./mysql-template.ts";
import { requireZone } from "./mysql-zones.ts";

export interface DatabasePreparation {
  readonly server: DatabaseServer;
  /** Directory for what platforms share: a template of a new database. */
  readonly cache: string;
  /** Who it runs as when we are root; otherwise null. */
  readonly user: number | null;
  /** Words before a command that let that user pass to the data and the cache. */
  readonly enter?: readonly string[];
  readonly rootPassword: string;
  readonly signal?: AbortSignal;
}

/** File in a data directory that says who made it. */
const MARK = "dailyge-database.json";

interface Mark {
  readonly flavour: Flavour;
  /** Newest version that ran on it. */
  readonly version: string;
}

/**
 * Everything that a database needs before its first start, and what may have changed before a later one. A data directory
 * that exists is never touched; one that another server made is refused by name. The process must not be running yet.
 */
export async function prepareDatabase(database: MysqlDatabase, placed: PlacedDatabase, preparation: DatabasePreparation): Promise<"made" | "kept"> {
  const { server, cache, user, rootPassword, signal } = preparation;
  await requireZone(placed.timezone);
  try {
    await writeSecrets(placed, user, rootPassword);
    await removeUnfinished(placed.dataDirectory);
    if (await isFilled(placed.dataDirectory)) {
      await checkMark(database, placed);
      return "kept";
    }
    await mkdir(dirname(placed.dataDirectory), { recursive: true });
    const temporary = await mkdtemp(`${placed.dataDirectory}${UNFINISHED}`);
    await fillDataDirectory(server, temporary, cache, { user, enter: preparation.enter ?? [] }, signal);
    await writeMark(temporary, placed);
    if (user !== null) await handOver(temporary, user);
    await rename(temporary, placed.dataDirectory);
    return "made";
  } catch (cause) {
    await removeUnfinished(placed.dataDirectory).catch(() => {});
    throw diskFailure(placed.dataDirectory, cause);
  }
}

const UNFINISHED = ".unfinished-";

async function removeUnfinished(directory: string): Promise<void> {
  const parent = dirname(directory);
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    if (`${parent}/${name}`.startsWith(`${directory}${UNFINISHED}`)) await rm(`${parent}/${name}`, { recursive: true, force: true });
  }
}

async function isFilled(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch(() => []);
  return names.length > 0;
}

/** The server reads its first words as its own user; only we read how to enter. */
async function writeSecrets(placed: PlacedDatabase, user: number | null, rootPassword: string): Promise<void> {
  const { firstWords, client } = databaseFiles(placed.configDirectory);
  const entrance = { user: "root", password: rootPassword, socket: placed.socket, "default-character-set": "utf8mb4" };
  const lines = Object.entries(entrance).map(([name, value]) => `${name} = ${quoteOption(value)}\n`);
  await writeWhole(client, `[client]\n${lines.join("")}`);
  await writeWhole(firstWords, rootSql(rootPassword));
  if (user !== null) await chown(firstWords, user, user);
}

const PRODUCTS: Readonly<Record<Flavour, string>> = { mariadb: "MariaDB", mysql: "MySQL" };

async function checkMark(database: MysqlDatabase, placed: PlacedDatabase): Promise<void> {
  const { dataDirectory: directory, flavour, version } = placed;
  const mark = await readMark(directory);
  const here = `${PRODUCTS[flavour]} ${version}`;
  const hint = `make that server available again, or start empty, losing what is in ${database.name}: ./dailyge down --erase`;
  if (mark === null) {
    throw new Failure("state-foreign", `cannot start ${database.name} on ${directory}: something that is not ours is in it`, { hint: "move it away, then: ./dailyge up" });
  }
  if (mark.flavour !== flavour || compareSeries(mark.version, version) > 0) {
    const made = `${PRODUCTS[mark.flavour]} ${mark.version}`;
    throw new Failure("state-foreign", `cannot start ${database.name} on ${directory}: ${made} has written it, and this machine has ${here}`, { hint });
  }
  if (mark.version !== version) await writeMark(directory, placed);
}

async function readMark(directory: string): Promise<Mark | null> {
  try {
    const mark: Partial<Mark> = JSON.parse(await readFile(`${directory}/${MARK}`, "utf8"));
    const { flavour, version } = mark;
    return (flavour === "mariadb" || flavour === "mysql") && typeof version === "string" ? { flavour, version } : null;
  } catch {
    return null;
  }
}

const writeMark = (directory: string, { flavour, version }: PlacedDatabase): Promise<void> =>
  writeWhole(`${directory}/${MARK}`, `${JSON.stringify({ flavour, version } satisfies Mark)}\n`, 0o644);

/** Below 0 where the first version is of an older series: patch releases of one series read each other's files. */
function compareSeries(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split(".").map(Number));
  return (a?.[0] ?? 0) - (b?.[0] ?? 0) || (a?.[1] ?? 0) - (b?.[1] ?? 0);
}
