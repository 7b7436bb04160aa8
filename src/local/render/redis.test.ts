import { expect, test } from "vitest";
import type { RedisDatabase } from "../../model/database.ts";
import { quoteRedis, redisSettingsFile, redisUser, redisUsersFile, renderRedis, REDIS_NOBODY, type PlacedRedis } from "./redis.ts";

const database: RedisDatabase = { name: "cache", deployedAs: "cache", engine: "redis", instance: "t4g.small", memoryMb: 100, evict: "never", persist: "every second", storageGb: 10, backupDays: 7, usedBy: ["api"] };
const placed: PlacedRedis = { dataDirectory: "/my state/data", workDirectory: "/my state/work", configDirectory: "/my state/config", socket: "/my state/run/s", port: 6_400 };

test("listens on loopback and its socket only, and holds no password and no setting that changes while it runs", () => {
  const { process, files: [file] } = renderRedis(database, placed);
  expect(process).toMatchObject({ command: ["redis-server", "/my state/config/redis.conf"], identity: "cache", memoryMb: 264 });
  const settings = file?.text.trim().split("\n") ?? [];
  for (const line of ["bind 127.0.0.1", "port 6400", 'unixsocket "/my state/run/s"', 'dir "/my state/data"', 'save ""', "aof-load-truncated yes", 'include "/my state/config/settings.conf"']) expect(settings).toContain(line);
  expect(renderRedis({ ...database, evict: "least recently used", persist: "never", usedBy: [] }, placed)).toEqual(renderRedis(database, placed));
});

test.each([
  ["every write", "nothing", "always", "yes"],
  ["every second", "nothing", "everysec", "yes"],
  ["never", "nothing", "everysec", "no"],
  ["never", "changes", "everysec", "yes"],
  ["every write", "dump", "always", "no"],
] as const)("persist %s, with %s in its directory, begins with appendfsync %s and appendonly %s", (persist, there, fsync, only) => {
  expect(redisSettingsFile({ ...database, persist }, there)).toBe(`maxmemory 100mb\nmaxmemory-policy noeviction\nappendfsync ${fsync}\nappendonly ${only}\n`);
});

test("a service has a user with its own keys and channels, known by a hash", () => {
  expect(redisUsersFile([REDIS_NOBODY, redisUser("api", "ab12")])).toBe("user default off ~* &* +@all\nuser api on #ab12 ~api:* resetchannels &api:* +@all -@dangerous -function +info\n");
});

test.each([
  ["plain-1.2:3/4", "plain-1.2:3/4"],
  ["", '""'],
  ['a "b" \\c', '"a \\"b\\" \\\\c"'],
])("%j is written as %s", (value, written) => expect(quoteRedis(value)).toBe(written));
