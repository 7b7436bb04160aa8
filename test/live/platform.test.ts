import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "node:net";
import { once } from "node:events";
import { beforeAll, describe, expect, test } from "vitest";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import { asRoot, askAt, sharePlatform, service, withNotes, type Told } from "./fixture.ts";
import { endProcessesOf, processesOf } from "./fixture-residue.ts";

/** A site, a service with a database, and one that nobody can call. */
const parts = {
  sites: { web: { host: "www", directory: "sites/web" } },
  services: {
    api: service({ ...(await withNotes()), replicas: 2 }),
    worker: { directory: "services/worker", start: "node server.ts", size: { memory: "128 MB" } },
  },
  databases: { db: { engine: "mysql" } },
} satisfies PartsDefinition;

describe("up", () => {
  const platform = sharePlatform(parts);
  let told: Told;
  beforeAll(async () => {
    told = await platform.up();
    expect(await platform.ask("/notes?text=first", { method: "POST" })).toMatchObject({ status: 200, body: "kept" });
  });

  test("says what there is, and is ready when it returns", async () => {
    expect(told.out).toMatch(/^NAME +STATE +.*REACHED BY +ADDRESS/m);
    expect(told.out).toMatch(new RegExp(String.raw`^api +2 of 2 ready +.*everyone +http://api\.probe\.localhost:${platform.port()}\b`, "m"));
    expect(told.out).toMatch(/^worker +ready +.*nobody/m);
    expect(told.out).toMatch(/^db +ready +.*api +mysql:\/\/127\.0\.0\.1:\d+\/db\b/m);
    expect((await platform.ask("/")).body).toContain('"version":"one"');
    expect((await platform.ask("/", { host: "www" })).body).toBe("<h1>hello</h1>");
    expect((await platform.ask("/", { host: "nobody" })).status).toBe(404);
  });

  test("status --json", async () => {
    const report = await platform.status();
    expect(report).toMatchObject({ platform: "probe", environment: "dev", ready: true });
    expect(report.urls).toEqual({ api: `http://api.probe.localhost:${platform.port()}`, web: `http://www.probe.localhost:${platform.port()}` });
    expect(report.parts.map(({ name, kind, state, release }) => [name, kind, state, release?.slice(0, 9) ?? null])).toEqual([
      ["edge", "edge", "ready", null],
      ["db", "database", "ready", null],
      ["web.1", "site", "ready", "worktree-"],
      ["api.1", "service", "ready", "worktree-"],
      ["api.2", "service", "ready", "worktree-"],
      ["worker.1", "service", "ready", "worktree-"],
    ]);
    for (const { pid } of report.parts) expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/^\d+ \(.*\) [^Z]/);
    expect(new Set(report.parts.map(({ pid }) => pid)).size).toBe(report.parts.length);
    expect(report.promises.map(({ promise }) => promise)).toEqual(expect.arrayContaining(["isolation", "memory limit", "MySQL"]));
  });

  test("a second up changes nothing", async () => {
    const before = await platform.pids();
    const again = await platform.up();
    expect(again.out).toContain("2 of 2 ready");
    expect(await platform.pids()).toEqual(before);
  });

  test.runIf(asRoot)("no part runs as root, and each as another user", async () => {
    const report = await platform.status();
    const users = new Map(report.parts.map(({ name, pid }) => [name.replace(/\.\d$/, ""), /^Uid:\t(\d+)\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.slice(1)]));
    expect([...users.values()].flat()).not.toContain("0");
    expect(new Set([...users.values()].map(String)).size).toBe(5);
    expect(report.promises.find(({ promise }) => promise === "isolation")?.how).toContain("a user of its own");
  });

  test("up again starts and stops exactly what the definition changed", async () => {
    const before = await platform.pids();
    const kept = (names: readonly string[]): Record<string, unknown> => Object.fromEntries(names.map((name) => [name, before[name]]));

    platform.define({ ...parts, services: { ...parts.services, added: service({}, "added") } });
    await platform.up();
    expect(await platform.pids()).toMatchObject(before);
    expect((await platform.ask("/", { host: "added" })).status).toBe(200);

    platform.define({ ...parts, services: { api: { ...parts.services.api, environment: { ...parts.services.api.environment, GREETING: "hi" } }, worker: parts.services.worker } });
    await platform.up();
    const after = await platform.pids();
    expect(Object.keys(after)).toHaveLength(6);
    expect(after).toMatchObject(kept(["edge", "db", "web.1", "worker.1"]));
    for (const replica of Object.keys(after).filter((name) => name.startsWith("api."))) expect(Object.values(before)).not.toContain(after[replica]);
    expect((await platform.ask("/variable?name=GREETING")).body).toBe("hi");
    expect((await platform.ask("/", { host: "added" })).status).toBe(404);
    expect((await platform.ask("/notes")).body).toBe("first\n");
  });

  test("replicas: 2, 3, 1", async () => {
    platform.define(parts);
    await platform.up();
    const two = await platform.pids();
    platform.define({ ...parts, services: { ...parts.services, api: { ...parts.services.api, replicas: 3 } } });
    expect((await platform.up()).out).toContain("3 of 3 ready");
    const three = await platform.pids();
    expect(three).toMatchObject(two);
    platform.define({ ...parts, services: { ...parts.services, api: { ...parts.services.api, replicas: 1 } } });
    await platform.up();
    const one = await platform.pids();
    expect(Object.keys(one).filter((name) => name.startsWith("api."))).toHaveLength(1);
    expect(Object.entries(three)).toEqual(expect.arrayContaining(Object.entries(one)));
    expect((await platform.ask("/")).status).toBe(200);
  });

  test("a definition that breaks meanwhile is told, and what runs serves on", async () => {
    const before = await platform.pids();
    platform.write("platform.ts", "export default definePlatform({ name: });");
    const unreadable = await platform.run("up", "--detach");
    expect(unreadable).toMatchObject({ code: 2 });
    expect(unreadable.err).toContain("platform.ts:1");
    platform.define({ ...parts, services: { ...parts.services, api: { ...parts.services.api, replicas: -1 } } });
    const wrong = await platform.run("up", "--detach");
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.err).toContain("services.api.replicas");
    expect((await platform.ask("/")).status).toBe(200);
    platform.write("platform.ts", "throw new Error('later');");
    expect(await platform.pids()).toEqual(before);
    expect((await platform.run("logs", "api")).out).toContain("listening one");
    platform.define(parts);
  });

  test("the port of the edge: kept, chosen, taken", async () => {
    const port = platform.port();
    const down = await platform.run("down");
    expect(down).toMatchObject({ code: 0 });
    expect(await platform.status()).toMatchObject({ platform: "probe", environment: "dev", ready: false, parts: [] });
    await platform.up();
    expect(platform.port()).toBe(port);
    expect((await platform.ask("/notes")).body).toBe("first\n");

    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const taken = typeof address === "object" && address !== null ? address.port : 0;
    const refused = await platform.run("up", "--detach", "--port", String(taken));
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.err).toContain(`127.0.0.1:${taken}`);
    expect((await platform.run("up", "--detach", "--port", "many")).err).toContain("--port many is no port");
    if (Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8")) > 80) {
      expect((await platform.run("up", "--detach", "--port", "80")).err).toContain("127.0.0.1:80: nothing of the platform runs as root");
    }
    expect((await platform.ask("/")).status).toBe(200);
    other.close();
    await once(other, "close");
    const replicas = await platform.pids();
    await platform.up("--port", String(taken));
    expect(platform.port()).toBe(taken);
    expect(await platform.pids()).toMatchObject({ "worker.1": replicas["worker.1"], db: replicas["db"] });
    expect((await askAt(taken, "/", { host: "api.probe.localhost" })).status).toBe(200);
    expect((await askAt(port, "/", { host: "api.probe.localhost" })).status).toBe(0);
  });

  test("down with a broken definition, and up after the machine was started again", async () => {
    platform.write("platform.ts", "export default {");
    expect(await platform.run("down")).toMatchObject({ code: 0 });
    expect(processesOf(platform.top)).toEqual([]);
    platform.define(parts);
    await platform.up();

    // All that a restart of the machine leaves: files that speak of another one.
    await endProcessesOf(platform.top);
    const file = join(platform.state(), "state.json");
    const lock = join(platform.state(), "controller.lock");
    for (const path of [file, lock]) writeFileSync(path, readFileSync(path, "utf8").replace(/"bootId": ?"[^"]*"/, '"bootId": "another"'));
    expect((await platform.run("status")).out).toContain("not running");
    expect(await platform.status()).toMatchObject({ ready: false, parts: [] });
    await platform.up();
    expect((await platform.ask("/notes")).body).toBe("first\n");
  });
});
