import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import { asRoot, eventually, part, service, sharePlatform, withNotes, type Command, type Platform, type Told } from "./fixture.ts";

const cache = { engine: "redis", persist: "every write", memory: "64 MB" } as const;

const ofCache = (more: Pick<PartsDefinition, "databases"> = {}): PartsDefinition => ({ services: { api: service({ uses: ["cache"] }) }, databases: { cache, ...more.databases } });

async function clientOf(platform: Platform): Promise<Redis> {
  const { out } = await platform.run("env", "api", "--show", "--json");
  const url = (JSON.parse(out) as { name: string; value: string }[]).find(({ name }) => name === "CACHE_URL")?.value ?? "";
  const client = new Redis(url, { keyPrefix: "api:", retryStrategy: () => 50 });
  client.on("error", () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

const well = async (told: Promise<Told>): Promise<Told> => {
  const found = await told;
  expect(found, found.err).toMatchObject({ code: 0 });
  return found;
};

const names = async (platform: Platform): Promise<readonly string[]> => (JSON.parse((await platform.run("snapshots", "--json")).out) as { name: string }[]).map(({ name }) => name);

describe("a snapshot of all data", async () => {
  const notes = await withNotes();
  const platform = sharePlatform({ services: { api: service({ ...notes, uses: ["db", "cache"] }) }, databases: { db: { engine: "mysql" }, cache } });
  const kept = async (): Promise<readonly string[]> => (await platform.ask("/notes")).body.trim().split("\n");

  test("is made while services write, without losing a connection; restored, all is as it was", async () => {
    await platform.up();
    const client = await clientOf(platform);
    const connection = await client.client("ID");
    let [written, noted, going] = [0, 0, true];
    const writing = (async () => {
      while (going) written = await client.incr("n");
    })();
    const noting = (async () => {
      while (going) {
        expect((await platform.ask(`/notes?text=n${noted + 1}`, { method: "POST" })).status).toBe(200);
        noted += 1;
      }
    })();
    await eventually(() => noted > 3);
    const before = [written, noted];
    expect((await well(platform.run("snapshot", "busy"))).err).toMatch(/✓ snapshot +busy is kept/);
    const after = [written, noted];
    going = false;
    await Promise.all([writing, noting]);
    expect(await client.client("ID")).toBe(connection);
    await client.set("later", "1");
    const told = await well(platform.run("restore", "busy", "--yes"));
    expect(told.err).toMatch(/✓ restore +data are as in busy[^]*db, cache are as in busy/);
    await eventually(async () => (await client.ping().catch(() => "")) === "PONG");
    expect(await client.get("later")).toBeNull();
    for (const [index, now] of [Number(await client.get("n")), (await kept()).length].entries()) {
      expect(now).toBeGreaterThanOrEqual(before[index] ?? 0);
      expect(now).toBeLessThanOrEqual(after[index] ?? 0);
    }
    expect(await platform.status()).toMatchObject({ ready: true });
  });

  test("of before a migration: the release that serves migrates those data again", async () => {
    platform.source("api", { version: "two" });
    await well(platform.run("deploy", "api"));
    const told = await well(platform.run("restore", "busy", "--yes"));
    expect(told.err).toMatch(/api\s+migrating to/);
  });

  test.each([
    ["restore busi --yes", /there is no snapshot busi: did you mean busy\?/],
    ["restore busy", /nobody can be asked here\n  next: \.\/dailyge restore busy --yes/],
    ["snapshot busy", /there is a snapshot busy already/],
    ["snapshot ../busy", /a snapshot cannot be called/],
    ["snapshot", /snapshot needs a name/],
    ["snapshots delete none", /there is no snapshot none/],
    ["snapshots remove busy", /snapshots delete NAME/],
  ])("%s is refused", async (words, message) => {
    expect(await platform.run(...words.split(" "))).toMatchObject({ code: 2, err: expect.stringMatching(message) });
  });

  test("is listed, deleted, and not made of a platform that is down", async () => {
    expect(await names(platform)).toEqual(["busy"]);
    await well(platform.run("down"));
    expect(await platform.run("snapshot", "cold")).toMatchObject({ code: 2, err: expect.stringContaining("not running") });
    await well(platform.run("snapshots", "delete", "busy"));
    expect([await names(platform), readdirSync(join(platform.state(), "snapshots"))]).toEqual([[], []]);
  });
});

describe("a snapshot that is interrupted or does not fit", () => {
  const platform = sharePlatform(ofCache());
  const controller = (): number => (JSON.parse(readFileSync(join(platform.state(), "controller.lock"), "utf8")) as { pid: number }).pid;
  const value = async (): Promise<string | null> => (await clientOf(platform)).get("value");
  const [hold, reached] = [join(platform.top, "hold"), join(platform.top, "reached")];

  /** A command whose controller copies with a cp that begins when nobody holds it any more. */
  const held = (...words: readonly string[]): Command => {
    platform.write("slow/cp", `#!/bin/sh\ntouch '${reached}'\nwhile [ -e '${hold}' ]; do sleep 0.05; done\nexec /bin/cp "$@"\n`);
    chmodSync(join(platform.directory, "slow/cp"), 0o755);
    return platform.startWith({ environment: { PATH: `${platform.directory}/slow:${process.env["PATH"]}` } }, ...words);
  };

  /** Starts a command and waits until it copies. */
  const holding = async (...words: readonly string[]): Promise<Command> => {
    rmSync(reached, { force: true });
    writeFileSync(hold, "");
    const command = held(...words);
    await eventually(() => existsSync(reached));
    return command;
  };

  test("whose controller is killed leaves nothing of it, and the databases at work", async () => {
    await well(held("up", "--detach").ended());
    const client = await clientOf(platform);
    await client.set("value", "before");
    for (const whoHelps of ["the copy itself", "the next controller"]) {
      const command = await holding("snapshot", "half");
      const asked = client.get("value");
      process.kill(controller(), "SIGKILL");
      expect(await command.ended()).toMatchObject({ code: 2 });
      if (whoHelps === "the copy itself") rmSync(hold);
      else await well(held("status").ended());
      expect([whoHelps, await asked]).toEqual([whoHelps, "before"]);
      rmSync(hold, { force: true });
      await well(held("status").ended());
      await platform.until(({ ready }) => ready);
      expect([await names(platform), readdirSync(join(platform.state(), "snapshots"))]).toEqual([[], []]);
    }
  });

  test("and then taken down ends at once", async () => {
    const command = await holding("snapshot", "half");
    await well(platform.run("down"));
    expect(await command.ended()).toMatchObject({ code: 2, err: expect.stringMatching(/taken down/) });
    expect(readdirSync(join(platform.state(), "snapshots"))).toEqual([]);
    rmSync(hold);
    await well(held("up", "--detach").ended());
    expect(await value()).toBe("before");
  });

  test("a restore that is killed is not begun, or finished by who comes next", async () => {
    await well(platform.run("snapshot", "kept"));
    await (await clientOf(platform)).set("value", "after");
    const first = await holding("restore", "kept", "--yes");
    process.kill(controller(), "SIGKILL");
    await first.ended();
    rmSync(hold);
    await platform.until(({ ready }) => ready);
    expect([await value(), existsSync(join(platform.state(), "restore"))]).toEqual(["after", false]);
    const second = platform.start("restore", "kept", "--yes");
    await eventually(() => existsSync(join(platform.state(), "restore/plan.json")));
    process.kill(controller(), "SIGKILL");
    await second.ended();
    await platform.until(({ ready }) => ready);
    expect([await value(), existsSync(join(platform.state(), "restore"))]).toEqual(["before", false]);
  });

  test("whose data are damaged is given up: those of before are back", async () => {
    const changes = join(platform.state(), "snapshots/kept/cache/appendonlydir");
    for (const name of readdirSync(changes)) if (name.endsWith(".aof")) writeFileSync(join(changes, name), "this is no change\r\n".repeat(100));
    await (await clientOf(platform)).set("value", "precious");
    expect(await platform.run("restore", "kept", "--yes")).toMatchObject({ code: 2, err: expect.stringMatching(/cannot restore kept: .*its data is damaged; the data of before are back/) });
    await platform.until((report) => part(report, "cache").state === "ready");
    expect([await value(), existsSync(join(platform.state(), "restore"))]).toEqual(["precious", false]);
  });

  test("by a newer server, or of other databases, is refused by name", async () => {
    const mark = join(platform.state(), "snapshots/kept/cache/dailyge-database.json");
    writeFileSync(mark, `{"flavour":"redis","version":"99.1.0"}`);
    expect((await platform.run("restore", "kept", "--yes")).err).toMatch(/cannot restore kept: cache: Redis 99\.1\.0 has written it, and this machine has Redis 7/);
    const about = join(platform.state(), "snapshots/kept/snapshot.json");
    writeFileSync(about, readFileSync(about, "utf8").replace('"probe dev"', '"other prod"'));
    expect((await platform.run("restore", "kept", "--yes")).err).toMatch(/it holds the data of other prod, not of probe dev/);
    writeFileSync(about, readFileSync(about, "utf8").replace('"other prod"', '"probe dev"'));
    platform.define(ofCache({ databases: { sessions: cache } }));
    await platform.up();
    expect((await platform.run("restore", "kept", "--yes")).err).toMatch(/it holds nothing of sessions, which came to the platform later/);
    expect(await value()).toBe("precious");
  });
});

describe.runIf(asRoot)("where the disk is full", () => {
  const platform = sharePlatform(ofCache());

  test("no half a snapshot is left", async () => {
    platform.smallDisk(60);
    await platform.up();
    writeFileSync(join(platform.state(), "data/cache/ballast"), randomBytes(35_000_000));
    expect(await platform.run("snapshot", "big")).toMatchObject({ code: 2, err: expect.stringMatching(/no space is left on its disk/) });
    expect([readdirSync(join(platform.state(), "snapshots")), (await platform.status()).ready]).toEqual([[], true]);
  });
});
