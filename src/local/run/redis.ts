import { createHash } from "node:crypto";
import { chown, mkdir, readdir } from "node:fs/promises";
import { Failure } from "../../kit/failure.ts";
import { keyPrefix, type RedisDatabase } from "../../model/database.ts";
import { databaseUserSecret } from "../render/address.ts";
import { databaseRootSecret, type DatabaseUser } from "../render/database.ts";
import {
  REDIS_ADMINISTRATOR, REDIS_NOBODY, redisAdministrator, redisData, redisFiles, redisSettingsFile, redisUser, redisUsersFile, renderRedis, type PlacedRedis, type RedisUser,
} from "../render/redis.ts";
import type { DatabaseEngine, FoundServer, LocalDatabase } from "./database-engine.ts";
import { claim, writeMark } from "./database-mark.ts";
import type { ShellCommand } from "./database-shell.ts";
import { diskFailure, writeWhole } from "./files.ts";
import { programEnvironment } from "./parts/index.ts";
import { askRedis, type RedisClient } from "./redis-client.ts";
import { adjust, exists, keepChanges, waitUntilReady, writeDump } from "./redis-open.ts";
import { partSockets } from "./sockets.ts";
import type { Stage } from "./stage.ts";
import type { PromiseStatus } from "./status.ts";

/** Redis 7.0 or newer, as on AWS. */
export const redis: DatabaseEngine<"redis"> = {
  parts: ["redis"],
  findServer: async ({ redis: found }) => found ?? { why: "no Redis was found", help: "./dailyge doctor" },
  here: redisHere,
  promises: redisPromises,
};

function redisHere(stage: Stage, database: RedisDatabase, server: FoundServer): LocalDatabase {
  const { ground, place, secrets, state } = stage;
  const { name } = database;
  const placed: PlacedRedis = {
    dataDirectory: place.data(name),
    workDirectory: place.work(name),
    configDirectory: place.config(name),
    socket: `${partSockets(place.state, name)}/redis.sock`,
    port: state.ports[name] ?? 0,
  };
  const password = (): Promise<string> => secrets.generate(databaseRootSecret(name));
  const client: RedisClient = { program: clientProgram(server), libraryPath: server.libraryPath, socket: placed.socket, password };
  const usersOf = async (linked: readonly DatabaseUser[]) => allUsers(await password(), linked);
  const owner = ground.userOf(name);
  return {
    database,
    server,
    url: `redis://127.0.0.1:${placed.port}`,
    dataDirectory: placed.dataDirectory,
    render: () => renderRedis(database, placed),
    prepare: async () => {
      await prepareData(database, placed, server);
      const linked = await Promise.all(database.usedBy.map(async (service) => ({ name: service, password: await secrets.generate(databaseUserSecret(name, service)) })));
      await writeUsers(placed, await usersOf(linked), owner);
      await writeSettings(database, placed);
    },
    waitUntilReady: (watch) => waitUntilReady(database, placed, client, watch),
    grantAccess: async (linked) => {
      const users = await usersOf(linked);
      // Before it is told: a kill in between gives nobody back what was taken.
      await writeUsers(placed, users, owner);
      await adjust(database, placed, client, users);
      await writeSettings(database, placed);
    },
    ping: async (withinMs) => "lines" in (await askRedis(client, [["PING"]], withinMs)),
    boundLogs: async () => {},
    shell: (as) => shell(stage, database, server, placed, as),
    writeDown: (signal) => (database.persist === "never" ? writeDump(database, client, signal) : keepChanges(database, client, signal)),
  };
}

function clientProgram({ programs }: FoundServer): string {
  const program = programs["redis-cli"];
  if (program === undefined) throw new Failure("part-missing", "cannot run a Redis: redis-cli was not found with its server", { hint: "./dailyge doctor" });
  return program;
}

async function prepareData({ name }: RedisDatabase, { dataDirectory }: PlacedRedis, server: FoundServer): Promise<void> {
  const found = await readdir(dataDirectory).catch(() => []);
  if (found.length > 0) return claim(name, dataDirectory, server);
  await mkdir(dataDirectory, { recursive: true }).catch((cause: unknown) => {
    throw diskFailure(dataDirectory, cause);
  });
  await writeMark(dataDirectory, server);
}

/** For itself to read only. */
async function writeUsers({ configDirectory }: PlacedRedis, users: readonly RedisUser[], owner: number | null): Promise<void> {
  const { users: path } = redisFiles(configDirectory);
  await writeWhole(path, redisUsersFile(users));
  if (owner !== null) await chown(path, owner, owner);
}

async function writeSettings(database: RedisDatabase, { configDirectory, dataDirectory }: PlacedRedis): Promise<void> {
  const { changes, dump } = redisData(dataDirectory);
  const there = (await exists(changes)) ? "changes" : (await exists(dump)) ? "dump" : "nothing";
  await writeWhole(redisFiles(configDirectory).settings, redisSettingsFile(database, there), 0o644);
}

function allUsers(password: string, linked: readonly DatabaseUser[]): readonly RedisUser[] {
  const users = linked.map((user) => redisUser(user.name, sha256(user.password)));
  return [REDIS_NOBODY, redisAdministrator(sha256(password)), ...users];
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The administrator comes by the socket; a service as it does itself, from 127.0.0.1. */
async function shell({ secrets }: Stage, { name }: RedisDatabase, server: FoundServer, placed: PlacedRedis, as: string | null): Promise<ShellCommand> {
  const way = as === null ? ["-s", placed.socket, "--user", REDIS_ADMINISTRATOR] : ["-h", "127.0.0.1", "-p", String(placed.port), "--user", as];
  const password = await secrets.demand(as === null ? databaseRootSecret(name) : databaseUserSecret(name, as));
  return { command: [clientProgram(server), ...way], environment: { REDISCLI_AUTH: password, ...programEnvironment(server) } };
}

const PERSISTENCE: Readonly<Record<RedisDatabase["persist"], string>> = {
  "every write": "every acknowledged write is on disk",
  "every second": "a crash may lose what was written in the last second, or two while the disk is slow",
  never: "it begins empty after each stop, and after each crash",
};

function redisPromises({ product, version }: FoundServer, databases: readonly RedisDatabase[]): readonly PromiseStatus[] {
  const example = databases.flatMap(({ usedBy }) => usedBy)[0] ?? "api";
  const details = [
    ...databases.map(({ name, persist }) => `${name}: ${PERSISTENCE[persist]}`),
    `a service has the keys and channels that begin with its name (${keyPrefix(example)}*); SCAN and RANDOMKEY tell the names of others' keys, not what is in them`,
    "what looks at or touches all keys or the server is refused to services: KEYS, SORT, FLUSHALL, SWAPDB, CONFIG, CLIENT LIST, FUNCTION",
  ];
  return [{ promise: "Redis", how: `${product} ${version}:`, details }];
}
