import { createHash } from "node:crypto";
import { chown, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { MongodbDatabase } from "../../model/database.ts";
import { mongodbFiles } from "../render/mongodb-placed.ts";
import { renderMongodb } from "../render/mongodb.ts";
import { fillWhole, isFilled } from "./database-fill.ts";
import { claim, writeMark } from "./database-mark.ts";
import { handOver, writeWhole } from "./files.ts";
import { GIVE_ADMINISTRATOR, type FirstWords } from "./mongodb-first.ts";

export interface MongodbPreparation extends Omit<FirstWords, "directory"> {
  /** What members of its replica set know each other by. */
  readonly key: string;
}

/**
 * Everything that it needs before a start: its files, and data in which our administrator has its password. Data that exist
 * are kept; those that another server wrote are refused by name. Its process does not run.
 */
export async function prepareMongodb(database: MongodbDatabase, preparation: MongodbPreparation): Promise<void> {
  const { placed, server, user } = preparation;
  await writeFiles(database, preparation);
  const give = async (directory: string): Promise<void> => {
    if (user !== null) await handOver(directory, user);
    await GIVE_ADMINISTRATOR[placed.flavour]({ ...preparation, directory });
    await writeWhole(given(directory), digest(preparation.password));
  };
  if (!(await isFilled(placed.dataDirectory))) {
    return fillWhole(placed.dataDirectory, async (temporary) => {
      await writeMark(temporary, server);
      await give(temporary);
    });
  }
  await claim(database.name, placed.dataDirectory, server);
  const known = await readFile(given(placed.dataDirectory), "utf8").catch(() => "");
  if (known !== digest(preparation.password)) await give(placed.dataDirectory);
}

/** Which password the administrator was given, as a number that tells nothing about it: it is random, and long. */
const given = (directory: string): string => `${directory}/dailyge-administrator`;
const digest = (password: string): string => createHash("sha256").update(password).digest("hex");

async function writeFiles(database: MongodbDatabase, { placed, user, key }: MongodbPreparation): Promise<void> {
  for (const { path, text } of renderMongodb(database, placed).files) await writeWhole(path, text, 0o644);
  await mkdir(placed.workDirectory, { recursive: true });
  if (user !== null) await handOver(placed.workDirectory, user);
  if (placed.flavour !== "mongod") return;
  const sockets = dirname(placed.firstSocket);
  await mkdir(sockets, { recursive: true, mode: 0o700 });
  if (user !== null) await handOver(sockets, user);
  const path = mongodbFiles(placed.configDirectory).key;
  await writeWhole(path, key);
  if (user !== null) await chown(path, user, user);
}
