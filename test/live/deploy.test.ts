import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { asRoot, ownProgram, part, SOMEBODY } from "./fixture.ts";
import { makeReleasePlatform, type ReleasePlatform } from "./release-fixture.ts";

const releaseDirectory = (platform: ReleasePlatform, id: string): string => join(platform.state(), "releases/api", id);

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly commit: string | null;
}

async function listed(platform: ReleasePlatform): Promise<readonly Listed[]> {
  const told = await platform.run("releases", "api", "--json");
  expect(told, told.err).toMatchObject({ code: 0 });
  return JSON.parse(told.out) as Listed[];
}

function git(directory: string, ...words: readonly string[]): string {
  return execFileSync("git", ["-C", directory, "-c", "user.name=Test", "-c", "user.email=test@example.com", ...words], { encoding: "utf8" }).trim();
}

test("a release is built in a copy, named by commit and content, and never changed", async () => {
  const platform = makeReleasePlatform({ build: "mkdir -p node_modules/thing && echo built > node_modules/thing/index.js && rm version" });
  const sources = join(platform.directory, "services/api");
  platform.write(".gitignore", "node_modules\n");
  git(platform.directory, "init", "-q");
  git(platform.directory, "add", "-A");
  git(platform.directory, "commit", "-q", "-m", "first");
  await platform.up();

  const [first] = await platform.running();
  expect(first).toMatch(new RegExp(`^${git(platform.directory, "rev-parse", "--short=7", "HEAD")}-[0-9a-f]{10}$`));
  const directory = releaseDirectory(platform, first ?? "");
  expect(readFileSync(join(directory, "node_modules/thing/index.js"), "utf8")).toBe("built\n");
  expect([existsSync(join(sources, "node_modules")), existsSync(join(sources, "version"))]).toEqual([false, true]);
  expect(git(platform.directory, "status", "--porcelain")).toBe("");

  for (const path of ["", "conduct.json", "node_modules/thing"]) expect(statSync(join(directory, path)).mode & 0o222, path).toBe(0);
  const { uid } = JSON.parse((await platform.ask("/")).body) as { uid: number };
  if (asRoot) expect(uid).toBeGreaterThanOrEqual(20_000);
  if (asRoot) expect(await platform.ask("/write", { method: "POST" })).toMatchObject({ status: 500, body: expect.stringMatching(/EACCES/) });

  const { pid } = part(await platform.status(), "api.1");
  const told = await platform.run("deploy", "api");
  expect(told).toMatchObject({ code: 0, out: `api already serves ${first}: nothing has changed\n` });
  expect(part(await platform.status(), "api.1").pid).toBe(pid);
});

test("rolling back goes to what served before, further each time, and a new release follows what serves", async () => {
  const platform = makeReleasePlatform();
  await platform.up();
  const releases = [(await platform.running())[0] ?? ""];
  for (const version of ["2", "3"]) {
    platform.release({}, version);
    releases.push(await platform.deploy());
  }
  const [first = "", second = "", third = ""] = releases;
  expect((await listed(platform)).map(({ id, state }) => [id, state])).toEqual([[third, "serves"], [second, "served"], [first, "served"]]);

  for (const before of [second, first]) {
    expect(await platform.run("rollback", "api")).toMatchObject({ code: 0, out: expect.stringContaining(`api serves ${before}`) });
    expect(await platform.running()).toEqual([before]);
  }
  const further = await platform.run("rollback", "api");
  expect(further).toMatchObject({ code: 2 });
  expect(further.err).toContain(`no release served before ${first}`);

  platform.release({}, "4");
  const fourth = await platform.deploy();
  expect((await listed(platform)).map(({ id, state }) => [id, state])).toEqual([[fourth, "serves"], [first, "served"]]);
  expect(await platform.run("rollback", "api")).toMatchObject({ code: 0 });
  expect(await platform.running()).toEqual([first]);
  expect((await platform.run("releases", "api")).out).toMatch(/^RELEASE +STATE +BUILT +SERVED SINCE/);
});

test("a build that fails changes nothing and shows its last lines", async () => {
  const platform = makeReleasePlatform({ build: "if grep -q 2 version; then echo compiling; echo 'missing semicolon' >&2; exit 4; fi" });
  await platform.up();
  const before = { running: await platform.running(), pids: await platform.pids(), listed: await listed(platform) };
  platform.release({}, "2");
  const told = await platform.run("deploy", "api");
  expect(told.code).toBe(2);
  expect(told.err).toMatch(/cannot build api: ".*" ended with 4/);
  expect(told.err).toContain("| compiling\n  | missing semicolon\n  next: ./dailyge logs api.build");
  expect({ running: await platform.running(), pids: await platform.pids(), listed: await listed(platform) }).toEqual(before);
});

test("a migration runs once per release before the first replica; one that fails changes nothing that serves", async () => {
  const platform = makeReleasePlatform({ migrate: "node service.ts migrate", replicas: 2 });
  await platform.up();
  const [first = ""] = await platform.running();
  expect(platform.notes("migrate")).toEqual([first]);
  platform.release({ migrationFails: true }, "2");
  const before = await platform.pids();
  const told = await platform.run("deploy", "api");
  expect(told.code).toBe(2);
  expect(told.err).toMatch(/"node service.ts migrate" ended with 3; nothing that serves was changed\n(.*\n)*  \| no such table: people\n  next: .*logs api.migrate/);
  expect(await platform.pids()).toEqual(before);
  expect(platform.notes("start")).toEqual([first, first]);

  platform.release({}, "3");
  const third = await platform.deploy();
  await platform.run("rollback", "api");
  platform.release({}, "3");
  expect(await platform.deploy()).toBe(third);
  expect(platform.notes("migrate").filter((release) => release === third)).toHaveLength(1);
});

test("deploying another directory, and names and directories that are not there", async () => {
  const platform = makeReleasePlatform();
  await platform.up();
  const [first] = await platform.running();
  execFileSync("cp", ["-r", join(platform.directory, "services/api"), join(platform.top, "elsewhere")]);
  writeFileSync(join(platform.top, "elsewhere/version"), "else");
  const release = await platform.deploy("--from", join(platform.top, "elsewhere"));
  expect(release).not.toBe(first);
  expect(await platform.running()).toEqual([release]);
  expect(await platform.run("deploy", "apu")).toMatchObject({ code: 2, err: expect.stringContaining("no service or site apu") });
  expect(await platform.run("deploy", "api", "--from", "nowhere")).toMatchObject({ code: 2, err: expect.stringContaining("no such directory") });
});

test.runIf(asRoot)("an ordinary user releases, goes back, and old releases are deleted", async () => {
  const platform = makeReleasePlatform({ build: "mkdir -p made/below && touch made/below/file" }, {}, { user: SOMEBODY, program: ownProgram() });
  await platform.up();
  const [first = ""] = await platform.running();
  platform.release({}, "2");
  const second = await platform.deploy();
  expect(statSync(releaseDirectory(platform, second)).mode & 0o222).toBe(0);
  expect((await platform.run("rollback", "api")).code).toBe(0);
  expect(await platform.running()).toEqual([first]);
  platform.release({}, "3");
  const third = await platform.deploy();
  expect((await listed(platform)).map(({ id }) => id)).toEqual([third, first]);
  expect(existsSync(releaseDirectory(platform, second))).toBe(false);
});
