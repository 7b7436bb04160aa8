import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { placeOf } from "../render/place.ts";
import { withKeptPackages } from "./packages.ts";

interface Sources {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly packages?: Readonly<Record<string, object>>;
  readonly settings?: string;
}

const THING = { "node_modules/thing": { version: "1.0.0" } };

/** A directory of sources, and what a build in it is really to do. */
function sources({ scripts = {}, packages = THING, settings }: Sources = {}) {
  const top = mkdtempSync(join(tmpdir(), "dailyge-packages-"));
  onTestFinished(() => rmSync(top, { recursive: true }));
  const directory = join(top, "sources");
  mkdirSync(directory);
  const write = (file: string, value: string): void => writeFileSync(join(directory, file), value);
  write("package.json", JSON.stringify({ name: "api", scripts }));
  write("package-lock.json", JSON.stringify({ packages: { "": {}, ...packages } }));
  if (settings !== undefined) write(".npmrc", settings);
  const place = placeOf(join(top, "state"));
  const command = (build: string, environment: Readonly<Record<string, string>> = {}): Promise<string> => withKeptPackages(place, "api", build, directory, environment);
  return { directory, write, command, kept: (): readonly string[] => readdirSync(place.packages("api")) };
}

test.each<[what: string, build: string, written: Sources]>([
  ["another command", "npm install", {}],
  ["one that only begins so", "npm ci-like", {}],
  ["an install that may fail", "npm ci || true", {}],
  ["an install whose output goes elsewhere", "npm ci --prefix ../other; true", {}],
  ["scripts of its own", "npm ci", { scripts: { postinstall: "patch-package" } }],
  ["a package with scripts", "npm ci", { packages: { "node_modules/client": { hasInstallScript: true } } }],
  ["a package that is a directory of the sources", "npm ci --ignore-scripts", { packages: { "node_modules/shared": { link: true, resolved: "../shared" } } }],
])("%s is built as it is written", async (_what, build, written) => {
  expect(await sources(written).command(build)).toBe(build);
});

test.each<[what: string, build: string, written: Sources]>([
  ["an install alone", "npm ci", {}],
  ["with flags, without scripts of anybody", "npm ci --omit=dev --ignore-scripts", { scripts: { prepare: "tsc" }, packages: { "node_modules/client": { hasInstallScript: true } } }],
  ["with more after it", "npm ci && npm run build", { scripts: { build: "tsc" } }],
])("%s is not repeated for the same files", async (_what, build, written) => {
  const { command, directory, write, kept } = sources(written);
  const install = build.split(" && ")[0] ?? "";
  // In place of npm, which would ask its registry: what it leaves is what counts.
  const inShell = (line: string): string => execFileSync("/bin/sh", ["-c", line.replace(install, "mkdir node_modules && echo fresh > node_modules/thing").replace("npm run build", "cat node_modules/thing")], { cwd: directory, encoding: "utf8" });
  inShell(await command(build));
  expect(kept()).toHaveLength(1);
  const again = await command(build);
  expect(again).not.toContain("npm ci");
  rmSync(join(directory, "node_modules"), { recursive: true });
  inShell(again);
  expect(execFileSync("cat", [join(directory, "node_modules/thing")], { encoding: "utf8" })).toBe("fresh\n");
  write(".npmrc", "omit=optional");
  expect(await command(build)).toContain(install);
});

test("other files, another environment and another place are another set; the oldest goes", async () => {
  const { command, directory, write, kept } = sources();
  const install = async (environment: Readonly<Record<string, string>>): Promise<void> => {
    const line = (await command("npm ci", environment)).replace("npm ci", "mkdir node_modules");
    execFileSync("/bin/sh", ["-c", line], { cwd: directory });
    rmSync(join(directory, "node_modules"), { recursive: true });
  };
  await install({ OTHER: "1" });
  await install({ OTHER: "2" });
  expect(kept()).toHaveLength(1);
  const [first] = kept();
  await install({ NODE_ENV: "production" });
  expect(kept()).toHaveLength(2);
  write("package-lock.json", JSON.stringify({ packages: { "": {}, ...THING, "node_modules/more": {} } }));
  await install({});
  expect(kept()).toHaveLength(2);
  expect(kept()).not.toContain(first);
});
