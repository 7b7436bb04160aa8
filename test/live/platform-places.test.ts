import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import { asRoot, CACHE, makePlatform, ownProgram, service, SOMEBODY, withNotes, type Platform } from "./fixture.ts";
import { controlGroupsOf, processesOf } from "./fixture-residue.ts";

const parts = {
  sites: { web: { host: "www", directory: "sites/web" } },
  services: { api: service(await withNotes()) },
  databases: { db: { engine: "mysql" } },
} satisfies PartsDefinition;

async function works(platform: Platform): Promise<void> {
  await platform.up();
  expect((await platform.ask("/notes?text=kept", { method: "POST" })).status).toBe(200);
  expect((await platform.ask("/notes")).body).toBe("kept\n");
  expect((await platform.ask("/", { host: "www" })).body).toBe("<h1>hello</h1>");
  expect(await platform.run("down")).toMatchObject({ code: 0 });
  expect(processesOf(platform.top)).toEqual([]);
  await platform.up();
  expect((await platform.ask("/notes")).body).toBe("kept\n");
  expect((await platform.status()).ready).toBe(true);
}

test("a path with spaces, quotes and a dollar sign, and a long one", async () => {
  await works(makePlatform(parts, { directory: `it's "here", my $HOME ${"x".repeat(60)}` }));
});

/** The parts below a directory that only root may pass; hard links, without their size. */
function closedCache(): string {
  const closed = mkdtempSync(join(tmpdir(), "dailyge-live-cache-"));
  onTestFinished(() => rmSync(closed, { recursive: true, force: true }));
  mkdirSync(join(closed, "cache"), { mode: 0o755 });
  execFileSync("cp", ["--archive", "--link", join(CACHE, "parts"), join(closed, "cache")]);
  return join(closed, "cache");
}

test.runIf(asRoot)("below directories that only root may pass", async () => {
  const platform = makePlatform(parts, { open: false, umask: 0o077, cache: closedCache() });
  await works(platform);
  const report = await platform.status();
  for (const { pid } of report.parts) expect(readFileSync(`/proc/${pid}/status`, "utf8")).not.toMatch(/^Uid:\t0/m);
});

test("an ordinary user: no part needs root, and status says what that costs", async () => {
  const platform = makePlatform({ ...parts, services: { api: service({ ...(await withNotes()), size: { memory: "128 MB" } }) } }, asRoot ? { user: SOMEBODY, program: ownProgram() } : {});
  await works(platform);
  const user = asRoot ? SOMEBODY : process.getuid?.();
  const report = await platform.status();
  for (const { pid } of report.parts) expect(readFileSync(`/proc/${pid}/status`, "utf8")).toMatch(new RegExp(`^Uid:\\t${user}\\t${user}\\t`, "m"));
  const how = Object.fromEntries(report.promises.map((promise) => [promise.promise, promise.how]));
  expect(how["isolation"]).toContain("kept apart by credentials, not from hostile code");
  expect(how["memory limit"]).toContain("watched");
  await bites(platform, /holds \d+ MB, more than `size.memory` allows \(128 MB\)/);
});

test.runIf(asRoot)("as root the kernel holds each process to its memory", async (context) => {
  const platform = makePlatform({ services: { api: service({ size: { memory: "128 MB" }, replicas: 2 }) } });
  await platform.up();
  const how = (await platform.status()).promises.find(({ promise }) => promise === "memory limit")?.how ?? "";
  if (!how.startsWith("cgroup")) context.skip("this machine gives no control groups");
  expect(controlGroupsOf(platform.state())).toHaveLength(1);
  await bites(platform, /needed more memory than `size.memory` allows and was ended by the kernel/);
});

/** The replica that takes too much is ended and comes back. */
async function bites(platform: Platform, told: RegExp): Promise<void> {
  const before = await platform.pids();
  await platform.ask("/leak?mb=400", { method: "POST" });
  const after = await platform.until((report) => report.ready && report.parts.some(({ name, pid }) => before[name] !== pid));
  const { out } = await platform.run("logs", "controller", "--lines", "20");
  expect(out).toMatch(told);
  expect(after.parts.map(({ name }) => name), out).toEqual(Object.keys(before));
}

/** Leaves no room at all. */
function fill(directory: string): void {
  const { bavail, bsize } = statfsSync(directory);
  writeFileSync(join(directory, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - 4096)));
  spawnSync("sh", ["-c", `cat /dev/zero > '${directory}/rest' 2>/dev/null`]);
}

const free = (directory: string): void => {
  for (const name of ["filler", "rest"]) rmSync(join(directory, name), { force: true });
};

test.runIf(asRoot)("a full disk: a first up says so; what runs serves on; afterwards all is well", async () => {
  const platform = makePlatform(parts);
  const disk = platform.smallDisk(20);
  const first = await platform.run("up", "--detach");
  expect(first.code).toBe(2);
  expect(first.err).toMatch(/no space is left on its disk/);
  expect(first.err).toContain("free some space, then: ./dailyge up");
  execFileSync("mount", ["-o", "remount,size=400m", disk]);
  await platform.up();
  expect((await platform.ask("/notes?text=before", { method: "POST" })).status).toBe(200);
  const before = await platform.pids();

  fill(disk);
  expect((await platform.ask("/")).status).toBe(200);
  expect((await platform.ask("/notes")).body).toBe("before\n");
  expect((await platform.status()).parts.map(({ pid }) => pid)).toEqual(Object.values(before));
  platform.define({ ...parts, services: { ...parts.services, added: service({}, "added") } });
  const full = await platform.run("up", "--detach");
  expect(full.code).toBe(2);
  expect(full.err).toMatch(/no space is left on its disk/);
  expect((await platform.ask("/")).status).toBe(200);

  free(disk);
  await platform.up();
  expect((await platform.ask("/", { host: "added" })).status).toBe(200);
  expect((await platform.ask("/notes?text=after", { method: "POST" })).status).toBe(200);
  expect((await platform.ask("/notes")).body).toBe("before\nafter\n");
  expect(await platform.pids()).toMatchObject({ db: before["db"] });
});

test.runIf(asRoot)("a full disk and no controller: a new one cannot begin and says so, and what runs serves on", async () => {
  const platform = makePlatform({ services: { api: service() } });
  const disk = platform.smallDisk(50);
  await platform.up();
  const before = await platform.pids();
  const { pid } = JSON.parse(readFileSync(join(platform.state(), "controller.lock"), "utf8")) as { pid: number };
  process.kill(pid, "SIGKILL");
  fill(disk);
  const told = await platform.run("status");
  expect([0, 2]).toContain(told.code);
  if (told.code === 2) expect(told.err).toMatch(/no space/i);
  expect((await platform.ask("/")).status).toBe(200);
  free(disk);
  expect(await platform.pids()).toEqual(before);
});
