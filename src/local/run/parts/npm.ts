import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { chmod, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../kit/failure.ts";
import { processesWith } from "../process-table.ts";
import { waitForLock, type FindOptions } from "./find.ts";
import { PINS } from "./npm-pins-fauxqs.ts";
import { directoriesOf, findProgram, SYSTEM_DIRECTORIES } from "./on-path.ts";
import { runProgram, type Ended } from "./program.ts";
import { cacheFailure, diskFull, isFull } from "./refusal.ts";
import { isWhole, readManifest, treesDirectory, writeManifest } from "./tree.ts";
import { makeOpenDirectory, openWorkshop, sweepWorkshops } from "./workshop.ts";

/** Parts that are packages of npm. */
export type NpmPartName = "fauxqs";

/** A package of npm that is ready to be loaded. */
export interface FoundPackage {
  readonly name: NpmPartName;
  readonly product: string;
  readonly version: string;
  readonly from: "npm";
  /** The directory that its `node_modules` are in. */
  readonly root: string;
  readonly substitutes: string;
}

const PRODUCT = { name: "fauxqs", product: "fauxqs", version: "2.4.1", from: "npm", substitutes: "SNS and SQS" } as const;
/** About what is downloaded. */
const BYTES = 6_500_000;

/**
 * Finds the server that plays SNS and SQS: in the cache, else installed there with exactly the pinned packages. Once it is in
 * the cache, no network and no npm is needed.
 * @throws Failure `part-missing` where there is no npm, `download-failed`
 */
export async function findFauxqs(options: FindOptions): Promise<FoundPackage> {
  options.progress({ part: PRODUCT.name, step: "looking" });
  const part = openPackage(options.cache) ?? (await fetch(options));
  options.progress({ part: PRODUCT.name, step: "ready" });
  return part;
}

/** Another one where other packages are pinned. */
const treeOf = (cache: string): string => join(treesDirectory(cache), `${PRODUCT.name}-${PRODUCT.version}-${createHash("sha256").update(JSON.stringify(PINS)).digest("hex").slice(0, 8)}`);

/** Null where it is not there, or something of it is missing. */
function openPackage(cache: string): FoundPackage | null {
  const root = treeOf(cache);
  const manifest = readManifest(root);
  return manifest !== null && isWhole(root, manifest) ? { ...PRODUCT, root } : null;
}

/** One start at a time installs; another waits for it, and then finds what it wants. */
async function fetch(options: FindOptions): Promise<FoundPackage> {
  const npm = demandNpm(options);
  try {
    for (const directory of [options.cache, treesDirectory(options.cache)]) await makeOpenDirectory(directory);
    const release = await waitForLock(join(treesDirectory(options.cache), `lock-${PRODUCT.name}`), options.signal);
    try {
      return openPackage(options.cache) ?? (await install(npm, options));
    } finally {
      await release();
    }
  } catch (cause) {
    throw cacheFailure(options.cache, cause);
  }
}

function demandNpm({ path, systemDirectories }: Pick<FindOptions, "path" | "systemDirectories">): string {
  const npm = findProgram("npm", [...directoriesOf(path), ...(systemDirectories ?? SYSTEM_DIRECTORIES)]);
  if (npm !== null) return npm;
  throw new Failure("part-missing", `${PRODUCT.product} is missing: it is a package of npm, and npm is not on the PATH`, { hint: "sudo apt-get install npm, or install Node with npm: https://nodejs.org/download" });
}

async function install(npm: string, options: FindOptions): Promise<FoundPackage> {
  await sweepWorkshops(options.cache);
  const workshop = await openWorkshop(options.cache);
  const root = join(workshop, "tree");
  try {
    await makeOpenDirectory(root);
    const own = { dependencies: { [PRODUCT.name]: PRODUCT.version } };
    await writeFile(join(root, "package.json"), JSON.stringify(own));
    await writeFile(join(root, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages: { "": own, ...PINS } }));
    options.progress({ part: PRODUCT.name, step: "downloading", doneBytes: 0, totalBytes: BYTES });
    // Nothing of a package is run to install it.
    const words = ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", `--logs-dir=${workshop}/logs`];
    const installed = await runProgram(npm, words, { directory: root, signal: options.signal });
    if (installed.code !== 0) throw refuse(installed, options.cache);
    await openToAll(root);
    const packages = Object.keys(PINS).map((path) => path.replace(/^.*node_modules\//, ""));
    await writeManifest(root, { version: PRODUCT.version, packages, machineLibraries: [] }, (path) => /\.[cm]?js$|\/package\.json$/.test(path));
    return await place(root, options.cache);
  } finally {
    await rm(workshop, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Whatever the umask of who made it. Packages of npm hold no links and no programs that we run. */
async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await openToAll(join(directory, entry.name));
    else if (entry.isFile()) await chmod(join(directory, entry.name), 0o644);
  }
}

async function place(root: string, cache: string): Promise<FoundPackage> {
  const placed = treeOf(cache);
  await removeOld(cache);
  await rename(root, placed);
  const part = openPackage(cache);
  if (part === null) throw new Failure("part-missing", `${PRODUCT.product} cannot be used: ${placed} is not as it was installed`, { hint: "./dailyge doctor" });
  return part;
}

/** Other versions and damaged trees, but for those that something runs from. */
async function removeOld(cache: string): Promise<void> {
  const trees = treesDirectory(cache);
  for (const entry of existsSync(trees) ? readdirSync(trees) : []) {
    if (!entry.startsWith(`${PRODUCT.name}-`)) continue;
    const path = join(trees, entry);
    const users = path === treeOf(cache) ? [] : await processesWith((words) => words.some((word) => word.includes(`${path}/`)));
    if (users.length === 0) await rm(path, { recursive: true, force: true });
  }
}

/** What npm said is read here and nowhere else. */
function refuse({ stdout, stderr }: Ended, cache: string): Failure {
  const said = `${stdout}\n${stderr}`;
  if (/ENOSPC|no space left/i.test(said) || isFull(cache)) return diskFull(cache);
  const lines = said.split("\n").filter((line) => /^npm (error|ERR!) /.test(line)).map((line) => line.replace(/^npm (error|ERR!) /, ""));
  const reason = lines.find((line) => /EINTEGRITY|network|request to|reason:|40[134]/.test(line)) ?? lines[0] ?? "it does not say why";
  return new Failure("download-failed", `${PRODUCT.product} is missing: cannot install it from npm: ${reason}`, { hint: "npm ping (the network), then: ./dailyge up", details: lines.slice(0, 8) });
}

/** What `doctor` says of a package of npm. */
export interface NpmReport {
  readonly name: NpmPartName;
  readonly found: FoundPackage | null;
  /** What to do, or what will be done; null when there is nothing to do. */
  readonly advice: string | null;
  /** Whether `up` gets it by itself where it is missing. */
  readonly fetchable: boolean;
}

/** Where the package is, or what to do about it. Downloads nothing, changes nothing, never throws. */
export function inspectFauxqs(options: Omit<FindOptions, "progress" | "signal">): NpmReport {
  const found = openPackage(options.cache);
  if (found !== null) return { name: PRODUCT.name, found, advice: null, fetchable: true };
  try {
    demandNpm(options);
    return { name: PRODUCT.name, found, advice: "./dailyge up fetches it from npm, where a platform has topics", fetchable: true };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { name: PRODUCT.name, found, advice: error instanceof Failure && error.hint !== null ? `${why}: ${error.hint}` : why, fetchable: false };
  }
}
