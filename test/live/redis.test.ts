import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RedisDefinition } from "../../src/definition/database.ts";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import { eventually, part, service, sharePlatform, type Platform } from "./fixture.ts";
import { processesOf } from "./fixture-residue.ts";

/** A cache that `api` uses, and `worker` where it is linked. */
const parts = (cache: Partial<RedisDefinition> = {}, linked: readonly ("api" | "worker")[] = ["api", "worker"]): PartsDefinition => ({
  services: {
    api: service({ uses: linked.includes("api") ? ["cache"] : [] }),
    worker: service({ uses: linked.includes("worker") ? ["cache"] : [] }, "worker"),
  },
  databases: { cache: { engine: "redis", persist: "every write", memory: "64 MB", ...cache } },
});

/** What a service is started with. */
async function variablesOf(platform: Platform, name: string): Promise<Readonly<Record<string, string>>> {
  const { out } = await platform.run("env", name, "--show", "--json");
  return Object.fromEntries((JSON.parse(out) as { name: string; value: string }[]).map((variable) => [variable.name, variable.value]));
}

/** A client as a service makes it: from its variables alone. */
async function clientOf(platform: Platform, name: string): Promise<Redis> {
  const { CACHE_URL = "", CACHE_PREFIX = "" } = await variablesOf(platform, name);
  const client = new Redis(CACHE_URL, { keyPrefix: CACHE_PREFIX, connectionName: `${name} of a test`, maxRetriesPerRequest: 2, retryStrategy: (times) => Math.min(times * 50, 500) });
  client.on("error", () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

const pidOf = async (platform: Platform): Promise<number> => part(await platform.status(), "cache").pid ?? 0;

/** What our administrator's own client prints. */
const asAdministrator = async (platform: Platform, ...command: readonly string[]): Promise<string> => (await platform.run("shell", "cache", "--", ...command)).out.trim();

describe("a Redis on this machine", () => {
  const platform = sharePlatform(parts());

  test("gives each linked service its own keys and channels, with a client as it is", async () => {
    const told = await platform.up();
    expect(told.err).toMatch(/cache\s+Redis \d/);
    const [api, worker] = await Promise.all([clientOf(platform, "api"), clientOf(platform, "worker")]);
    await api.set("name", "api's");
    expect([await api.get("name"), await worker.get("name"), await asAdministrator(platform, "GET", "api:name")]).toEqual(["api's", null, "api's"]);
    expect(await api.multi().incr("n").expire("n", 100).exec()).toEqual([[null, 1], [null, 1]]);
    expect(await api.eval("return redis.call('incr', KEYS[1])", 1, "n")).toBe(2);
    expect(await api.scan(0, "MATCH", "api:*")).toMatchObject(["0", expect.arrayContaining(["api:name", "api:n"])]);
    const heard = once(worker, "message");
    await worker.subscribe("worker:news");
    await (await clientOf(platform, "worker")).publish("worker:news", "hello");
    expect(await heard).toEqual(["worker:news", "hello"]);
  });

  test("refuses what is another's, and what touches all keys or the server", async () => {
    const { CACHE_URL = "" } = await variablesOf(platform, "worker");
    const bare = new Redis(CACHE_URL);
    onTestFinished(() => bare.disconnect());
    for (const [command = "", ...words] of REFUSED) {
      await expect(bare.call(command, ...words), [command, ...words].join(" ")).rejects.toThrow(/NOPERM|can't access at least one of the keys/);
    }
    const url = new URL(CACHE_URL);
    for (const [username, password] of [["", ""], ["worker", "wrong"], ["api", url.password], ["default", url.password]]) {
      const stranger = new Redis({ host: url.hostname, port: Number(url.port), username: username ?? "", password: password ?? "", lazyConnect: true, retryStrategy: null });
      stranger.on("error", () => {});
      await expect(stranger.get("worker:x")).rejects.toThrow(/NOAUTH|WRONGPASS|Connection is closed/);
    }
  });

  test("keeps its passwords to itself", async () => {
    const { CACHE_PASSWORD = "" } = await variablesOf(platform, "api");
    const administrator = readFileSync(join(platform.state(), "secrets/databases/cache/root"), "utf8");
    const config = join(platform.state(), "config/cache");
    expect(statSync(join(config, "users.acl")).mode & 0o077).toBe(0);
    const written = [
      ...readdirSync(config).map((name) => readFileSync(join(config, name), "utf8")),
      readFileSync(join(platform.state(), "state.json"), "utf8"),
      (await platform.run("logs", "--lines", "0")).out,
      ...processesOf(platform.top).map(({ command }) => command),
    ].join("\n");
    for (const secret of [CACHE_PASSWORD, administrator]) expect([secret.length > 20, written.includes(secret)]).toEqual([true, false]);
  });

  test("a link that is removed takes the user and its connections with it, and nothing else", async () => {
    const [api, worker] = await Promise.all([clientOf(platform, "api"), clientOf(platform, "worker")]);
    await Promise.all([api.ping(), worker.ping()]);
    const [before, connection, closed] = [await pidOf(platform), await api.client("ID"), once(worker, "close")];
    platform.define(parts({}, ["api"]));
    await platform.up();
    await closed;
    await expect(worker.ping()).rejects.toThrow();
    expect([await pidOf(platform), await api.client("ID")]).toEqual([before, connection]);
    expect(await asAdministrator(platform, "ACL", "USERS")).not.toContain("worker");
  });

  test("a changed definition keeps data, also what was only in memory", async () => {
    const api = await clientOf(platform, "api");
    await api.set("kept", "1");
    const before = await pidOf(platform);
    for (const [change, setting, value] of CHANGES) {
      platform.define(parts(change, ["api"]));
      await platform.up();
      expect([setting, (await asAdministrator(platform, "CONFIG", "GET", setting)).split("\n").at(-1), await api.get("kept")]).toEqual([setting, value, "1"]);
    }
    expect(await pidOf(platform)).toBe(before);
    // The limit of its process follows that of its data: it starts anew.
    platform.define(parts({ persist: "never", memory: "32 MB" }, ["api"]));
    await platform.up();
    expect([await pidOf(platform) === before, await api.get("kept")]).toEqual([false, "1"]);
    platform.define(parts({ memory: "32 MB" }, ["api"]));
    await platform.up();
    process.kill(await pidOf(platform), "SIGKILL");
    await platform.until((report) => part(report, "cache").state === "ready");
    expect(await api.get("kept")).toBe("1");
  });

  test("a full memory refuses writes, or gives up what was not used for longest", async () => {
    const api = await clientOf(platform, "api");
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 80; index += 1) await api.set(`big${index}`, "x".repeat(1_000_000));
    };
    await expect(fill()).rejects.toThrow(/OOM/);
    expect(await api.get("kept")).toBe("1");
    platform.define(parts({ memory: "32 MB", evict: "least recently used" }, ["api"]));
    await platform.up();
    await fill();
    expect(await api.exists("big79", "big0")).toBe(1);
  });
});

const CHANGES: readonly (readonly [change: Partial<RedisDefinition>, setting: string, value: string])[] = [
  [{ persist: "every second" }, "appendfsync", "everysec"],
  [{ persist: "never" }, "appendonly", "no"],
  [{ persist: "every write" }, "appendonly", "yes"],
  [{ evict: "soonest to expire" }, "maxmemory-policy", "volatile-ttl"],
];

const REFUSED: readonly (readonly string[])[] = [
  ["GET", "api:name"], ["SET", "other", "1"], ["RENAME", "worker:a", "api:a"], ["COPY", "worker:a", "api:a"], ["EVAL", "return redis.call('get', 'api:name')", "0"],
  ["PUBLISH", "api:news", "1"], ["SUBSCRIBE", "api:news"], ["PSUBSCRIBE", "*"], ["KEYS", "*"], ["SORT", "worker:a", "GET", "api:*"], ["FLUSHALL"], ["FLUSHDB"], ["SWAPDB", "0", "1"],
  ["CONFIG", "GET", "*"], ["ACL", "LIST"], ["ACL", "SETUSER", "x"], ["CLIENT", "LIST"], ["CLIENT", "KILL", "ID", "1"], ["MONITOR"], ["SAVE"], ["BGREWRITEAOF"],
  ["SHUTDOWN"], ["REPLICAOF", "NO", "ONE"], ["FUNCTION", "LIST"], ["SLOWLOG", "GET"], ["MIGRATE", "127.0.0.1", "1", "worker:a", "0", "1"],
];

describe("a Redis that is killed or damaged", () => {
  const platform = sharePlatform(parts({}, ["api"]));
  const data = (): string => join(platform.state(), "data/cache");

  test("keeps every write that it has acknowledged", async () => {
    await platform.up();
    const api = await clientOf(platform, "api");
    let acknowledged = 0;
    for (let round = 0; round < 3; round += 1) {
      const pid = await pidOf(platform);
      const until = Date.now() + 150 + round * 50;
      setTimeout(() => process.kill(pid, "SIGKILL"), until - Date.now());
      // One that is under way when it ends is given again by the client, and counts once it is answered.
      // Transactions are in the server's log in another way than single writes.
      while (Date.now() < until + 20) acknowledged += await api.multi().set(`n${acknowledged + 1}`, "x").incr("count").exec().then(() => 1, () => 0);
      await eventually(async () => (await api.ping().catch(() => "")) === "PONG");
      const there = await api.exists(...Array.from({ length: acknowledged }, (_, index) => `n${index + 1}`));
      expect(there).toBe(acknowledged);
    }
    expect(acknowledged).toBeGreaterThan(50);
    const { promises } = await platform.status();
    expect(promises.find(({ promise }) => promise === "Redis")?.details).toContain("cache: every acknowledged write is on disk");
  });

  test("cuts off a change that is half written", async () => {
    const api = await clientOf(platform, "api");
    await api.set("last", "whole");
    await platform.run("down");
    const changes = join(data(), "appendonlydir", readdirSync(join(data(), "appendonlydir")).find((name) => name.endsWith(".incr.aof")) ?? "");
    appendFileSync(changes, "*3\r\n$3\r\nSET\r\n$8\r\napi:ha");
    await platform.up();
    expect(await (await clientOf(platform, "api")).get("last")).toBe("whole");
  });

  test.each([
    ["a newer series has written it", () => writeFileSync(join(data(), "dailyge-database.json"), `{"flavour":"redis","version":"99.1.0"}`), /Redis 99\.1\.0 has written it, and this machine has Redis 7/],
    ["it is not ours", () => writeFileSync(join(data(), "dailyge-database.json"), "{}"), /something that is not ours/],
    ["its data is damaged", () => damage(join(data(), "appendonlydir")), /its data is damaged/],
  ])("says that %s", async (_, act, message) => {
    await platform.run("down");
    const mark = readFileSync(join(data(), "dailyge-database.json"));
    act();
    const told = await platform.run("up", "--detach");
    expect(told).toMatchObject({ code: 2, err: expect.stringMatching(message) });
    writeFileSync(join(data(), "dailyge-database.json"), mark);
  });
});

/** The beginning of a log of changes is overwritten. */
function damage(directory: string): void {
  for (const name of readdirSync(directory)) if (name.endsWith(".aof")) writeFileSync(join(directory, name), "this is no change\r\n".repeat(100));
}
