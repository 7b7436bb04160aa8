/**
 * Pins a program of npm and all that it needs to run, as a module of `src/local/run/parts/`: a lock file of npm's, with the
 * hash of each package and without the place that it came from. What the program names and never loads is left out.
 *
 *   node tools/npm-pins.ts fauxqs 2.4.1 --without @aws-sdk/ > src/local/run/parts/npm-pins-fauxqs.ts
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Locked {
  readonly version: string;
  readonly integrity: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const [name = "", version = "", , without = ""] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), "dailyge-pins-"));

/** A lock file as npm documents it under "package-lock.json". */
function lock(): Readonly<Record<string, Locked>> {
  writeFileSync(join(directory, "package.json"), JSON.stringify({ dependencies: { [name]: version } }));
  const how = ["--package-lock-only", "--omit-lockfile-registry-resolved", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"];
  execFileSync("npm", ["install", ...how], { cwd: directory, stdio: ["ignore", "ignore", "inherit"] });
  return (JSON.parse(readFileSync(join(directory, "package-lock.json"), "utf8")) as { readonly packages: Readonly<Record<string, Locked>> }).packages;
}

/** Where Node finds a package that one at this path asks for. */
function found(asked: string, path: string, all: Readonly<Record<string, Locked>>): string {
  const candidate = `${path}${path === "" ? "" : "/"}node_modules/${asked}`;
  if (candidate in all) return candidate;
  if (path === "") throw new Error(`${asked} is in no place`);
  return found(asked, path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/"))), all);
}

function needed(path: string, all: Readonly<Record<string, Locked>>, into: Map<string, Locked>): Map<string, Locked> {
  const locked = all[path];
  if (locked === undefined || into.has(path)) return into;
  const dependencies = Object.fromEntries(Object.entries(locked.dependencies ?? {}).filter(([asked]) => without === "" || !asked.startsWith(without)));
  into.set(path, { version: locked.version, integrity: locked.integrity, ...(Object.keys(dependencies).length === 0 ? {} : { dependencies }) });
  for (const asked of Object.keys(dependencies)) needed(found(asked, path, all), all, into);
  return into;
}

try {
  const pins = [...needed(`node_modules/${name}`, lock(), new Map())].sort(([one], [other]) => one.localeCompare(other));
  const rows = pins.map(([path, locked]) => `  ${JSON.stringify(path)}: ${JSON.stringify(locked)},\n`);
  console.log(`/** ${name} ${version} and all that it needs to run. Written by tools/npm-pins.ts. */\nexport const PINS: Readonly<Record<string, object>> = {\n${rows.join("")}};`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
