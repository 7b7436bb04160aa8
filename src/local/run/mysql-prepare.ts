import { chown, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { MysqlDatabase } from "../../model/database.ts";
import { rootSql } from "../render/mysql-access.ts";
import { quoteOption } from "../render/mysql-configuration.ts";
import { databaseFiles, type Flavour, type PlacedDatabase } from "../render/mysql-placed.ts";
import { claim, writeMark } from "./database-mark.ts";
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
      await claim(database.name, placed.dataDirectory, serverOf(placed));
      return "kept";
    }
    await mkdir(dirname(placed.dataDirectory), { recursive: true });
    const temporary = await mkdtemp(`${placed.dataDirectory}${UNFINISHED}`);
    await fillDataDirectory(server, temporary, cache, { user, enter: preparation.enter ?? [] }, signal);
    await writeMark(temporary, serverOf(placed));
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

const serverOf = ({ flavour, version }: PlacedDatabase) => ({ product: PRODUCTS[flavour], version });
