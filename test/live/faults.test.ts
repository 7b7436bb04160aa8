import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { eventually, part } from "./fixture.ts";
import { expectOnce, makeReleasePlatform, type ReleasePlatform } from "./release-fixture.ts";

const pidOf = async (platform: ReleasePlatform, name: string): Promise<number> => part(await platform.status(), name).pid ?? 0;

const runs = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

test("kill -9 of one replica of three under load: no GET fails, no POST is repeated, and it is back", async () => {
  const platform = makeReleasePlatform({ replicas: 3 });
  await platform.up();
  const load = platform.load();
  await pause(500);
  for (const name of ["api.1", "api.2"]) {
    const pid = await pidOf(platform, name);
    const starts = platform.notes("start").length;
    const killed = Date.now();
    process.kill(pid, "SIGKILL");
    await eventually(() => platform.notes("start").length > starts);
    const started = Date.now();
    await platform.until(({ ready }) => ready, 15);
    process.stdout.write(`${name}: its own start began after ${started - killed} ms, all ready after ${Date.now() - killed} ms\n`);
    await eventually(async () => (await platform.run("logs", "controller")).out.includes(`${name}: is ready again`), 5);
  }
  const failed = await load.stop();
  expect(failed.filter((what) => what.startsWith("GET"))).toEqual([]);
  // What it was answering when it was killed may be lost; it must not be asked twice.
  expect(failed.length).toBeLessThanOrEqual(4);
  expectOnce(platform, load);
  expect((await platform.run("logs", "controller")).out).toMatch(/api\.1: was ended by signal 9; it is started again/);
});

test("a replica that hangs under load is replaced, and no GET fails", async () => {
  const platform = makeReleasePlatform({ replicas: 3 });
  await platform.up();
  const load = platform.load({ posts: false });
  await pause(300);
  const pid = await pidOf(platform, "api.2");
  process.kill(pid, "SIGSTOP");
  await eventually(() => !runs(pid), 30);
  await platform.until(({ ready }) => ready, 20);
  expect(await load.stop()).toEqual([]);
  process.stdout.write(`the slowest answer took ${load.slowest} ms\n`);
  expect((await platform.run("logs", "controller")).out).toContain("api.2: does not answer any more: ended, to be started again");
});

test("a POST whose service is killed is answered with an error and seen once", async () => {
  const platform = makeReleasePlatform({ replicas: 2 });
  await platform.up();
  const answer = await platform.ask("/orders?id=mine&ms=200&exit", { method: "POST" });
  expect(answer.status).toBe(502);
  await platform.until(({ ready }) => ready);
  expect(platform.notes("order")).toEqual(["mine"]);
});

test("a replica that needs more memory than it may is ended, the log says why, and the others serve", async () => {
  const platform = makeReleasePlatform({ replicas: 2, size: { memory: "128 MB" } });
  await platform.up();
  const load = platform.load({ posts: false, clients: 2 });
  await platform.ask("/leak?mb=300", { method: "POST" });
  await eventually(async () => /api\.\d: (needed more memory than|holds \d+ MB, more than) `size\.memory`/.test((await platform.run("logs", "controller")).out));
  const report = await platform.until(({ ready }) => ready, 20);
  expect(report.parts.reduce((sum, { crashes }) => sum + crashes, 0)).toBe(1);
  expect(await load.stop()).toEqual([]);
});

test("stopping: its requests are finished, our own SIGTERM is no crash, and nothing that it started is left", async () => {
  const platform = makeReleasePlatform();
  platform.release({ onStop: 143, child: true });
  await platform.up();
  const old = await pidOf(platform, "api.1");
  const children = readFileSync(`/proc/${old}/task/${old}/children`, "utf8").trim().split(" ").map(Number);
  expect(children).toHaveLength(1);
  const slow = platform.ask("/slow?ms=3000");
  await pause(300);
  platform.release({ onStop: 9 }, "2");
  await platform.deploy();
  expect(await slow).toMatchObject({ status: 200, body: expect.stringContaining(`"pid":${old}`) });
  expect([old, ...children].filter(runs)).toEqual([]);
  platform.release({ onStop: "stays" }, "3");
  await platform.deploy();
  const stays = (await platform.replicas())[0]?.pid ?? 0;
  const began = Date.now();
  platform.release({}, "4");
  await platform.deploy();
  expect(runs(stays)).toBe(false);
  expect(Date.now() - began).toBeGreaterThan(5_000);
  expect(platform.notes("stopping")).toHaveLength(3);
  const { out } = await platform.run("logs", "controller");
  expect(out).not.toMatch(/ended|signal/);
  expect((await platform.replicas()).map(({ crashes }) => crashes)).toEqual([0]);
});

test("a crash loop is slowed down, its log is bounded, and status says so while others serve", async () => {
  const platform = makeReleasePlatform({ replicas: 2 });
  await platform.up();
  const load = platform.load({ posts: false, clients: 2 });
  const [doomed = 0] = platform.ports();
  platform.doom(doomed);
  process.kill(await pidOf(platform, "api.1"), "SIGKILL");
  await platform.until((report) => part(report, "api.1").crashes >= 4, 40);
  const began = Date.now();
  await platform.until((report) => part(report, "api.1").crashes >= 5, 40);
  expect(Date.now() - began).toBeGreaterThan(3_000);
  await platform.until((report) => part(report, "api.1").state === "crashing" && !report.ready);
  expect(part(await platform.status(), "api.2")).toMatchObject({ state: "ready", crashes: 0 });
  expect(await load.stop()).toEqual([]);
  const logs = join(platform.state(), "logs/api.1");
  const bytes = readdirSync(logs).reduce((sum, name) => sum + statSync(join(logs, name)).size, 0);
  expect(bytes).toBeGreaterThan(4_000_000);
  expect(bytes).toBeLessThan(6_500_000);
  expect((await platform.run("logs", "controller")).out).toContain("api.1: ended with exit code 11; it is started again");
});
