import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../kit/failure.ts";
import { waitForLock, type FindOptions } from "./find.ts";
import { directoriesOf, findProgram, SYSTEM_DIRECTORIES } from "./on-path.ts";
import { runProgram, type Ended } from "./program.ts";
import { findInterpreters, type Interpreter } from "./python-interpreter.ts";
import { PYTHON_PART_NAMES, PYTHON_PRODUCTS, type PythonPartName } from "./python-table.ts";
import { findPythonTree, openPythonTree, pythonTree, removeOldPythonTrees, sealPythonTree, type FoundPython } from "./python-tree.ts";
import { cacheFailure, diskFull, isFull } from "./refusal.ts";
import { treesDirectory } from "./tree.ts";
import { makeOpenDirectory, openWorkshop, sweepWorkshops } from "./workshop.ts";

/**
 * Finds a program of PyPI: in the cache, else installed there with exactly the pinned packages, in a virtual environment of
 * its own. Once it is in the cache, no network is needed.
 * @throws Failure `part-missing` where this machine has no Python that makes virtual environments, `download-failed`
 */
export async function findPython(name: PythonPartName, options: FindOptions): Promise<FoundPython> {
  options.progress({ part: name, step: "looking" });
  const part = findPythonTree(name, options.cache) ?? (await fetch(name, options));
  options.progress({ part: name, step: "ready" });
  return part;
}

/** One start at a time installs; another waits for it, and then finds what it wants. */
async function fetch(name: PythonPartName, options: FindOptions): Promise<FoundPython> {
  const interpreter = await demandInterpreter(name, options);
  try {
    for (const directory of [options.cache, treesDirectory(options.cache)]) await makeOpenDirectory(directory);
    const release = await waitForLock(join(treesDirectory(options.cache), `lock-${name}`), options.signal);
    try {
      return findPythonTree(name, options.cache) ?? (await install(name, interpreter, options));
    } finally {
      await release();
    }
  } catch (cause) {
    throw cacheFailure(options.cache, cause);
  }
}

async function demandInterpreter(name: PythonPartName, options: Pick<FindOptions, "path" | "systemDirectories">): Promise<Interpreter> {
  const directories = searched(options);
  const [best] = await findInterpreters(name, directories);
  if (best?.makesEnvironments === true) return best;
  const { product, python } = PYTHON_PRODUCTS[name];
  const wanted = `Python ${python.least} or newer, below ${python.below}`;
  const why = best === undefined ? `this machine has no ${wanted}` : `Python ${best.version} in ${best.path} lacks its modules venv and ensurepip`;
  throw new Failure("part-missing", `${product} is missing: it is a program in Python, and ${why}`, {
    hint: adviseInterpreter(wanted, directories, best),
  });
}

const searched = ({ path, systemDirectories }: Pick<FindOptions, "path" | "systemDirectories">): readonly string[] => [
  ...directoriesOf(path),
  ...(systemDirectories ?? SYSTEM_DIRECTORIES),
];

/** A distribution whose own Python is of another version has no package that helps. */
function adviseInterpreter(wanted: string, directories: readonly string[], best: Interpreter | undefined): string {
  const packaged = findProgram("apt-get", directories) !== null && (best !== undefined || findProgram("python3", directories) === null);
  return packaged ? "sudo apt-get install python3-venv" : `install ${wanted}, with its modules venv and ensurepip, so that it is on the PATH`;
}

/** Makes the environment in a place of its own and moves it when it is whole: only its scripts know where they were, and nobody starts those. */
async function install(name: PythonPartName, interpreter: Interpreter, options: FindOptions): Promise<FoundPython> {
  await sweepWorkshops(options.cache);
  const workshop = await openWorkshop(options.cache);
  const root = join(workshop, "tree");
  const python = join(root, "bin/python");
  const run = (program: string, words: readonly string[], onLine?: (line: string) => void): Promise<Ended> =>
    runProgram(program, ["-I", ...words], { environment: { ...UNDISTURBED, TMPDIR: workshop }, signal: options.signal, ...(onLine === undefined ? {} : { onLine }) });
  try {
    options.progress({ part: name, step: "making its environment" });
    const made = await run(interpreter.path, ["-m", "venv", root]);
    if (made.code !== 0) throw refuse(name, `${interpreter.path} cannot make a virtual environment`, made, options.cache);
    const pins = join(workshop, "requirements.txt");
    await writeFile(pins, PYTHON_PRODUCTS[name].pins);
    const installed = await run(python, ["-m", "pip", "install", ...PIP, "--requirement", pins], tellBytes(name, options));
    if (installed.code !== 0) throw refuse(name, "cannot install it from PyPI", installed, options.cache);
    const tried = await run(python, ["-c", `import ${PYTHON_PRODUCTS[name].imports}`]);
    if (tried.code !== 0) throw refuse(name, `it does not run on Python ${interpreter.version} of this machine`, tried, options.cache);
    await removeInstaller(root);
    await sealPythonTree(root, name, interpreter);
    return await place(name, root, interpreter, options.cache);
  } finally {
    await rm(workshop, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What installs is not part of what runs. */
async function removeInstaller(root: string): Promise<void> {
  for (const [packages, name] of await entriesBelow(join(root, "lib"))) {
    if (/^(pip|setuptools|pkg_resources|_distutils_hack|distutils-precedence)\b/.test(name)) await rm(join(packages, name), { recursive: true, force: true });
  }
}

/** What is in each `lib/pythonX.Y/site-packages`. */
async function entriesBelow(library: string): Promise<readonly (readonly [directory: string, name: string])[]> {
  const directories = (await readdir(library)).map((version) => join(library, version, "site-packages"));
  return (await Promise.all(directories.map(async (directory) => (await readdir(directory)).map((name) => [directory, name] as const)))).flat();
}

/** Wheels only: nothing of a package is run to install it. */
const PIP = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--retries=1", "--timeout=20", "--no-input", "--no-color", "--progress-bar=off"];

/** Settings of the user that would put packages elsewhere; those that say where they come from are kept. */
const UNDISTURBED = { PIP_USER: "0", PIP_TARGET: "", PIP_PREFIX: "", PIP_ROOT: "", PIP_REQUIREMENT: "", PIP_CONSTRAINT: "", PIP_LOG: "", PIP_DISABLE_PIP_VERSION_CHECK: "1" };

const UNIT_BYTES: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9 };

/** Reads pip's `Downloading numpy-2.2.6-...whl (16.8 MB)`: what it begins with comes after what it has. */
function tellBytes(name: PythonPartName, { progress }: FindOptions): (line: string) => void {
  const { bytes: totalBytes } = PYTHON_PRODUCTS[name];
  let doneBytes = 0;
  let next = 0;
  progress({ part: name, step: "downloading", doneBytes, totalBytes });
  return (line) => {
    const [, size, unit = ""] = /^\s*Downloading .*\(([\d.]+) ([kMG]B)\)/.exec(line) ?? [];
    if (size !== undefined) {
      doneBytes = Math.min(doneBytes + next, totalBytes);
      next = Number(size) * (UNIT_BYTES[unit] ?? 0);
      progress({ part: name, step: "downloading", doneBytes, totalBytes });
    } else if (line.startsWith("Installing collected packages")) progress({ part: name, step: "unpacking" });
  };
}

async function place(name: PythonPartName, root: string, interpreter: Interpreter, cache: string): Promise<FoundPython> {
  const placed = pythonTree(name, cache, interpreter);
  await removeOldPythonTrees(name, cache, placed);
  await rm(placed, { recursive: true, force: true });
  await rename(root, placed);
  const part = openPythonTree(name, placed);
  if (part === null) throw new Failure("part-missing", `${PYTHON_PRODUCTS[name].product} cannot be used: ${placed} is not as it was installed`, { hint: "./dailyge doctor" });
  return part;
}

/** What Python or pip said is read here and nowhere else. */
function refuse(name: PythonPartName, what: string, { stdout, stderr }: Ended, cache: string): Failure {
  const said = `${stdout}\n${stderr}`;
  if (/No space left on device/i.test(said) || isFull(cache)) return diskFull(cache);
  const lines = said.split("\n").filter((line) => /^ERROR|Error:|error:|DO NOT MATCH/.test(line.trim()));
  const broken = /connection broken by '(\w+)(?:.*?\[Errno -?\d+\] ([\w ]+))?/.exec(stderr);
  const reason = broken !== null ? `the package index does not answer: ${broken[2] ?? broken[1]}` : lines[0]?.replace(/^\s*(ERROR|WARNING): */, "").trim() ?? stderr.trim().split("\n").at(-1) ?? "";
  return new Failure("download-failed", `${PYTHON_PRODUCTS[name].product} is missing: ${what}: ${reason === "" ? "it does not say why" : reason}`, {
    hint: "check the network and try again: ./dailyge up",
    details: lines.slice(-8),
  });
}

/** What `doctor` says of a program of PyPI. */
export interface PythonReport {
  readonly name: PythonPartName;
  readonly found: FoundPython | null;
  /** What to do, or what will be done; null when there is nothing to do. */
  readonly advice: string | null;
  /** Whether `up` gets it by itself where it is missing. */
  readonly fetchable: boolean;
}

/** Where each program of PyPI is, or what to do about it. Downloads nothing, changes nothing, never throws. */
export async function inspectPythons(options: Omit<FindOptions, "progress" | "signal">, wanted = PYTHON_PART_NAMES): Promise<readonly PythonReport[]> {
  return Promise.all(
    wanted.map(async (name): Promise<PythonReport> => {
      try {
        const found = findPythonTree(name, options.cache);
        if (found !== null) return { name, found, advice: null, fetchable: true };
        const { version } = await demandInterpreter(name, options);
        return { name, found, advice: `./dailyge up fetches it from PyPI, for Python ${version}, where a platform needs it`, fetchable: true };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { name, found: null, advice: error instanceof Failure && error.hint !== null ? `${why}: ${error.hint}` : why, fetchable: false };
      }
    }),
  );
}
