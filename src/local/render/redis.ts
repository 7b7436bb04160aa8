import type { RedisDatabase } from "../../model/database.ts";
import { REDIS_DEFAULT_RULES, REDIS_EVICTION, redisRules } from "../../model/redis-access.ts";
import type { ConfigFile, ProcessSpec } from "./process.ts";

/** Where a Redis stands on this machine. Paths are absolute and may hold spaces. */
export interface PlacedRedis {
  readonly dataDirectory: string;
  readonly workDirectory: string;
  readonly configDirectory: string;
  /** At most 107 bytes (unix(7)), in a directory that the server's user may write. */
  readonly socket: string;
  readonly port: number;
}

/** Files in its configuration directory. The last two are written by `prepareRedis`: what is in them changes while it runs. */
export const redisFiles = (configDirectory: string) => ({
  server: `${configDirectory}/redis.conf`,
  settings: `${configDirectory}/settings.conf`,
  users: `${configDirectory}/users.acl`,
});

/** What it keeps, in its data directory. */
export const redisData = (dataDirectory: string) => ({ changes: `${dataDirectory}/appendonlydir`, dump: `${dataDirectory}/dump.rdb` });

/** A Redis as a process. Its settings and users are not in it: they change without a restart. */
export function renderRedis(database: RedisDatabase, placed: PlacedRedis): { readonly process: ProcessSpec; readonly files: readonly ConfigFile[] } {
  const { server } = redisFiles(placed.configDirectory);
  return {
    process: {
      name: database.name,
      kind: "database",
      command: ["redis-server", server],
      directory: placed.workDirectory,
      environment: [{ name: "TZ", value: ["UTC"] }],
      identity: database.name,
      writes: [placed.dataDirectory, placed.workDirectory],
      // Writing a snapshot of its memory it may hold all of it twice, as on AWS; the rest is buffers of its clients.
      memoryMb: 2 * database.memoryMb + 64,
      stop: { signal: "SIGTERM", withinSeconds: 30 },
    },
    files: [{ path: server, text: configuration(placed) }],
  };
}

function configuration(placed: PlacedRedis): string {
  const { settings, users } = redisFiles(placed.configDirectory);
  return lines([
    ["bind", "127.0.0.1"],
    ["port", String(placed.port)],
    ["unixsocket", placed.socket],
    ["unixsocketperm", "700"],
    ["dir", placed.dataDirectory],
    ["aclfile", users],
    ["daemonize", "no"],
    ["set-proc-title", "no"],
    // Both below what every user is given: open files, and connections that the kernel lets wait.
    ["maxclients", "900"],
    ["tcp-backlog", "128"],
    // What is kept are its changes; a half-written last one, as a crash leaves it, is cut off.
    ["save", ""],
    ["appenddirname", "appendonlydir"],
    ["aof-load-truncated", "yes"],
    ["aof-use-rdb-preamble", "yes"],
    ["dbfilename", "dump.rdb"],
    ["include", settings],
  ]);
}

const FSYNC = { "every write": "always", "every second": "everysec", never: "everysec" } as const;

/** What `CONFIG SET` changes while it runs. */
export const redisSettings = ({ memoryMb, evict, persist }: RedisDatabase): readonly (readonly [name: string, value: string])[] => [
  ["maxmemory", `${memoryMb}mb`],
  ["maxmemory-policy", REDIS_EVICTION[evict]],
  ["appendfsync", FSYNC[persist]],
  ["appendonly", persist === "never" ? "no" : "yes"],
];

/** The settings for its next start. It reads what is there, whatever an earlier definition had it keep: a dump only where it keeps no changes. */
export const redisSettingsFile = (database: RedisDatabase, there: "changes" | "dump" | "nothing"): string =>
  lines(redisSettings(database).map(([name, value]) => [name, name !== "appendonly" || there === "nothing" ? value : there === "changes" ? "yes" : "no"]));

/** Our own user; no service can be called so. */
export const REDIS_ADMINISTRATOR = "dailyge.administrator";

/** A user as ACL files and `ACL SETUSER` have it, without its name; the password is only there as its SHA-256. */
export interface RedisUser {
  readonly name: string;
  readonly rules: string;
}

/** Everybody without a name of their own. */
export const REDIS_NOBODY: RedisUser = { name: "default", rules: `reset ${REDIS_DEFAULT_RULES}` };

export const redisAdministrator = (passwordHash: string): RedisUser => ({ name: REDIS_ADMINISTRATOR, rules: `reset on #${passwordHash} ~* &* +@all` });

export const redisUser = (service: string, passwordHash: string): RedisUser => ({ name: service, rules: `reset on #${passwordHash} ${redisRules(service)}` });

/** ACL files take no `reset`: every user in them begins with nothing. */
export const redisUsersFile = (users: readonly RedisUser[]): string => users.map(({ name, rules }) => `user ${name} ${rules.replace(/^reset /, "")}\n`).join("");

const lines = (settings: readonly (readonly [name: string, value: string])[]): string => settings.map(([name, value]) => `${name} ${quoteRedis(value)}\n`).join("");

/** A word as Redis's files and its command line read it. */
export const quoteRedis = (value: string): string => (/^[\w.,:/+-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, (found) => `\\${found}`)}"`);
