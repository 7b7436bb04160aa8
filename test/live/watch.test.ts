import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually, makePlatform, part, service, type Platform } from "./fixture.ts";

/** What a release of `api` calls itself. */
const version = async (platform: Platform): Promise<string> => {
  const { status, body } = await platform.ask("/");
  return status === 200 ? (JSON.parse(body) as { version: string }).version : `status ${status}`;
};

const count = (text: string, what: RegExp): number => [...text.matchAll(what)].length;

test("up --watch releases what is written; what is wrong is shown and the last good release serves on", async () => {
  const platform = makePlatform({});
  const build = "sleep $(cat slow); if grep -q broken behaviour.json; then echo 'no such thing as a semicolon' >&2; exit 4; fi";
  platform.write("services/api/slow", "0");
  platform.write(".gitignore", "ignored\n");
  platform.source("api");
  const parts = { services: { api: service({ build, replicas: 2, startWithin: "10 seconds" }) }, sites: { web: { host: "www", directory: "sites/web" } } };
  platform.define(parts);
  execFileSync("git", ["init", "-q", platform.directory]);
  const command = platform.start("up", "--watch");
  await command.says("released as they are written", 60);
  const edge = part(await platform.status(), "edge").pid;

  // Files that no release holds do not count; the first change is that of the version, in both replicas.
  mkdirSync(join(platform.directory, "services/api/node_modules"));
  for (const file of ["node_modules/thing.js", "ignored"]) platform.write(`services/api/${file}`, "other");
  platform.source("api", { version: "two" });
  await command.says(/api serves \S+, \d+\.\d s after the change/);
  expect(await Promise.all(Array.from({ length: 4 }, () => version(platform)))).toEqual(["two", "two", "two", "two"]);
  expect(count(command.err, /building: sleep/g)).toBe(2);

  platform.source("api", { version: "broken" });
  await command.says("| no such thing as a semicolon\n  next: ./dailyge logs api.build");
  expect((await platform.status()).refused).toEqual([{ name: "api", at: expect.any(String), why: expect.stringMatching(/^cannot build api: ".*" ended with 4$/) }]);
  expect((await platform.run("status")).out).toMatch(/\nNot released:\n {2}api {2}cannot build api: /);
  expect(await version(platform)).toBe("two");

  platform.source("api", { version: "dying", exitAfterMs: 0 });
  await command.says(/dailyge: api \S+ is refused: .* ended with exit code 7/);
  expect((await platform.run("logs", "controller")).out).toMatch(/api: failed: api \S+ is refused/);
  expect(await version(platform)).toBe("two");

  // A newer change ends the build of the one before.
  platform.write("services/api/slow", "30");
  platform.source("api", { version: "three" });
  await eventually(() => count(command.err, /building: sleep/g) > 4);
  platform.write("services/api/slow", "0");
  await eventually(async () => (await version(platform)) === "three");
  await eventually(async () => (await platform.status()).refused.length === 0);

  platform.page("web", "<h1>changed</h1>");
  platform.write("sites/web/new/deep/page.html", "deep");
  await eventually(async () => (await platform.ask("/new/deep/page.html", { host: "www" })).body === "deep");
  platform.write("sites/web/new/deep/page.html", "deeper");
  await eventually(async () => (await platform.ask("/new/deep/page.html", { host: "www" })).body === "deeper");
  expect((await platform.ask("/", { host: "www" })).body).toContain("changed");

  const definition = join(platform.directory, "platform.ts");
  const right = readFileSync(definition, "utf8");
  writeFileSync(definition, right.replace('"health"', '"healthy"'));
  await command.says("the changed definition is not taken: what runs stays as it is");
  expect(command.err).toContain('did you mean "health"?');
  expect(await version(platform)).toBe("three");
  platform.define({ ...parts, services: { api: service({ ...parts.services.api, replicas: 1, environment: { GREETING: "hello" } }) } });
  await command.says("the changed definition is taken");
  expect((await platform.ask("/variable?name=GREETING")).body).toBe("hello");
  expect(part(await platform.status(), "edge").pid).toBe(edge);

  command.signal("SIGINT");
  expect(await command.ended()).toMatchObject({ code: 0 });
  expect((await platform.run("up", "--watch", "--detach")).code).toBe(2);
});

test("a platform whose first release is wrong waits for its correction", async () => {
  const platform = makePlatform({ services: { api: service({ build: "! grep -q broken behaviour.json" }) } });
  platform.source("api", { version: "broken" });
  const command = platform.start("up", "--watch");
  await command.says("cannot build api");
  await command.says("released as they are written");
  platform.source("api", { version: "right" });
  await command.says("api serves");
  expect(await version(platform)).toBe("right");
  command.signal("SIGTERM");
  expect((await command.ended()).code).toBe(0);
});

test("packages of the same files are installed once", async () => {
  const platform = makePlatform({ services: { api: service({ build: "npm ci --offline --no-audit && echo built > made" }) } });
  platform.write("package/package.json", JSON.stringify({ name: "thing", version: "1.0.0" }));
  mkdirSync(join(platform.directory, "services/api"), { recursive: true });
  const archive = join(platform.directory, "services/api/thing.tgz");
  execFileSync("tar", ["-czf", archive, "-C", platform.directory, "package"]);
  const description = { name: "api", version: "1.0.0", type: "module", dependencies: { thing: "file:thing.tgz" } };
  const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  platform.write("services/api/package.json", JSON.stringify(description));
  platform.write("services/api/package-lock.json", JSON.stringify({ lockfileVersion: 3, packages: { "": description, "node_modules/thing": { version: "1.0.0", resolved: "file:thing.tgz", integrity } } }));
  await platform.up();
  expect((await platform.run("logs", "api.build")).out).toContain("added 1 package");
  platform.source("api", { version: "two" });
  expect((await platform.run("deploy", "api")).code).toBe(0);
  expect((await platform.run("logs", "api.build")).out).toBe("");
  const { release } = JSON.parse((await platform.ask("/")).body) as { release: string };
  for (const file of ["node_modules/thing/package.json", "made"]) readFileSync(join(platform.state(), "releases/api", release, file));
});
