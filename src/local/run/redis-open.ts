import { access, rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import type { RedisDatabase } from "../../model/database.ts";
import { REDIS_ADMINISTRATOR, REDIS_NOBODY, redisData, redisSettings, type PlacedRedis, type RedisUser } from "../render/redis.ts";
import type { ReadyWatch } from "./database-engine.ts";
import { describeTrouble } from "./database-trouble.ts";
import { askRedis, type RedisClient } from "./redis-client.ts";
import { REDIS_WORDS } from "./redis-trouble.ts";

const POLL_MS = 25;
const COMMAND_MS = 10_000;
/** For all of its memory to be written to disk. */
const WRITE_MS = 120_000;

/** Gives commands as our administrator. @throws Failure with what it refused */
export async function command(database: RedisDatabase, client: RedisClient, ...commands: readonly (readonly string[])[]): Promise<readonly string[]> {
  const answer = await askRedis(client, commands, COMMAND_MS);
  if ("lines" in answer) return answer.lines;
  throw refusal(database, answer.refused);
}

export async function waitUntilReady(database: RedisDatabase, placed: PlacedRedis, client: RedisClient, watch: ReadyWatch): Promise<void> {
  const troubled = { name: database.name, dataDirectory: placed.dataDirectory, port: placed.port };
  const deadline = performance.now() + watch.withinSeconds * 1000;
  let silent = false;
  for (let turn = 0; performance.now() < deadline; turn += 1) {
    if (watch.signal?.aborted === true) throw new Failure("cancelled", `${database.name} was not waited for any longer: it was called off`);
    if (await exists(placed.socket)) {
      const answer = await askRedis(client, [["PING"]], Math.max(deadline - performance.now(), 100), watch.signal);
      if ("lines" in answer) return;
      if (isWrongPassword(answer.refused)) throw refusal(database, answer.refused);
      silent = !answer.inTime;
    }
    if (turn % 8 === 7 && !(await watch.isRunning())) throw await describeTrouble(REDIS_WORDS, troubled, "gone", await watch.logLines());
    await wait(POLL_MS);
  }
  throw await describeTrouble(REDIS_WORDS, troubled, silent ? "silent" : "starting", await watch.logLines(), watch.withinSeconds);
}

/** Makes a running Redis what the definition says, without a restart: its settings, exactly these users, and what it keeps on disk. */
export async function adjust(database: RedisDatabase, placed: PlacedRedis, client: RedisClient, users: readonly RedisUser[]): Promise<void> {
  await command(database, client, ...redisSettings(database).map(([name, value]) => ["CONFIG", "SET", name, value]));
  await setUsers(database, client, users);
  const { changes, dump } = redisData(placed.dataDirectory);
  // What an earlier definition kept, or a snapshot brought, is in its memory by now.
  await rm(dump, { force: true });
  if (database.persist === "never") await rm(changes, { recursive: true, force: true });
  else await untilWritten(database, client, "aof_rewrite_in_progress");
}

/** A user that is gone takes its connections with it; those of one that stays are left alone. */
async function setUsers(database: RedisDatabase, client: RedisClient, users: readonly RedisUser[]): Promise<void> {
  const [known] = await command(database, client, ["ACL", "USERS"]);
  const named = new Set([REDIS_ADMINISTRATOR, REDIS_NOBODY.name, ...users.map(({ name }) => name)]);
  const gone = (JSON.parse(known ?? "[]") as readonly string[]).filter((name) => !named.has(name));
  await command(database, client, ...users.map(({ name, rules }) => ["ACL", "SETUSER", name, ...rules.split(" ")]), ...gone.map((name) => ["ACL", "DELUSER", name]));
}

/** Sees to it that changes are kept from now on, also where an earlier definition had it keep none. */
export async function keepChanges(database: RedisDatabase, client: RedisClient, signal?: AbortSignal): Promise<void> {
  await command(database, client, ["CONFIG", "SET", "appendonly", "yes"]);
  await untilWritten(database, client, "aof_rewrite_in_progress", signal);
}

/** Writes all of its memory to a dump in its data directory. */
export async function writeDump(database: RedisDatabase, client: RedisClient, signal?: AbortSignal): Promise<void> {
  await untilWritten(database, client, "rdb_bgsave_in_progress", signal);
  await command(database, client, ["BGSAVE"]);
  await untilWritten(database, client, "rdb_bgsave_in_progress", signal);
  const state = await persistence(database, client);
  if (/^rdb_last_bgsave_status:ok/m.test(state)) return;
  throw new Failure("disk-full", `${database.name} could not write its memory to disk`, { hint: `see its log: ./dailyge logs ${database.name}` });
}

async function untilWritten(database: RedisDatabase, client: RedisClient, what: string, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + WRITE_MS;
  while (new RegExp(`^${what}:1|^aof_rewrite_scheduled:1`, "m").test(await persistence(database, client))) {
    signal?.throwIfAborted();
    if (performance.now() > deadline) throw new Failure("start-failed", `${database.name} is still writing its memory to disk after ${WRITE_MS / 1000} seconds`, { hint: `see its log: ./dailyge logs ${database.name}` });
    await wait(50);
  }
}

const persistence = async (database: RedisDatabase, client: RedisClient): Promise<string> => (await command(database, client, ["INFO", "persistence"])).join("\n");

const isWrongPassword = (refused: string): boolean => /WRONGPASS|NOAUTH/.test(refused);

function refusal(database: RedisDatabase, refused: string): Failure {
  if (!isWrongPassword(refused)) return new Failure("start-failed", `${database.name} refused a command: ${refused}`, { hint: `see its log: ./dailyge logs ${database.name}` });
  return new Failure("permission", `cannot enter ${database.name} as its administrator: it was started with another password`, { hint: "give it the one that is kept: ./dailyge down && ./dailyge up" });
}

export const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
