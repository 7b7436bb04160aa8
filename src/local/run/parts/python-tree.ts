import { existsSync, readdirSync } from "node:fs";
import { chmod, lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { processesWith } from "../process-table.ts";
import { interpreterPrefix, type Interpreter } from "./python-interpreter.ts";
import { pinsId, PYTHON_PRODUCTS, type PythonPartName } from "./python-table.ts";
import { isWhole, readManifest, treesDirectory, writeManifest } from "./tree.ts";

/** A program of PyPI that is ready to be started. */
export interface FoundPython {
  readonly name: PythonPartName;
  readonly product: string;
  readonly version: string;
  readonly from: "PyPI";
  /** Words that run each program, before its arguments: a script of a virtual environment cannot be moved, so Python is told to read it. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  /** Its virtual environment. */
  readonly root: string;
  /** Directory of the machine's Python, which whoever runs it must be able to enter. */
  readonly interpreter: string;
  readonly substitutes: string | null;
}

/** The directory of a part's tree: another one for other pins and another Python. */
export const pythonTree = (name: PythonPartName, cache: string, { version }: Interpreter): string =>
  join(treesDirectory(cache), `${prefixOf(name)}${pinsId(name)}-python${version.split(".").slice(0, 2).join(".")}-${process.arch}`);

const prefixOf = (name: PythonPartName): string => `${name}-${PYTHON_PRODUCTS[name].version}-`;

/** Looks for a finished, undamaged tree of this part. Starts no process. */
export function findPythonTree(name: PythonPartName, cache: string): FoundPython | null {
  const trees = treesDirectory(cache);
  for (const entry of existsSync(trees) ? readdirSync(trees) : []) {
    const part = entry.startsWith(`${prefixOf(name)}${pinsId(name)}-`) && entry.endsWith(`-${process.arch}`) ? openPythonTree(name, join(trees, entry)) : null;
    if (part !== null) return part;
  }
  return null;
}

/** The part that stands in this tree, or null when something of it, or the Python below it, is missing. */
export function openPythonTree(name: PythonPartName, root: string): FoundPython | null {
  const { product, version, programs, substitutes } = PYTHON_PRODUCTS[name];
  const manifest = readManifest(root);
  const [interpreter] = manifest?.machineLibraries ?? [];
  if (manifest === null || interpreter === undefined || !isWhole(root, manifest)) return null;
  // -I: neither variables nor packages of whoever runs it change what it is; -B: nothing is written beside it.
  const words = (program: string): readonly string[] => [join(root, "bin/python"), "-I", "-B", join(root, "bin", program)];
  return {
    name,
    product,
    version,
    from: "PyPI",
    programs: Object.fromEntries(programs.map((program) => [program, words(program)])),
    root,
    interpreter: interpreterPrefix(interpreter),
    substitutes,
  };
}

/** Writes down what an environment holds and what it stands on, and lets every user read it. */
export async function sealPythonTree(root: string, name: PythonPartName, interpreter: Interpreter): Promise<void> {
  const { version, pins } = PYTHON_PRODUCTS[name];
  const packages = pins.split("\n").flatMap((line) => /^(\S+)==(\S+)/.exec(line)?.slice(1, 3).join(" ") ?? []);
  // Compiled files are made again by whoever may; links lead out of the tree.
  const counts = (path: string): boolean => !path.endsWith(".pyc") && !path.startsWith(join(root, "bin/python"));
  await writeManifest(root, { version, packages, machineLibraries: [interpreter.path] }, counts);
  await openToAll(root);
}

/** Whatever the umask of who made it. */
async function openToAll(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  await chmod(path, (found.mode & 0o777) | (found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o555 : 0o444));
  if (found.isDirectory()) for (const entry of await readdir(path)) await openToAll(join(path, entry));
}

/** Deletes trees of this part that are of other pins or damaged, but for those that something runs from. */
export async function removeOldPythonTrees(name: PythonPartName, cache: string, kept: string): Promise<void> {
  const trees = treesDirectory(cache);
  for (const entry of readdirSync(trees)) {
    const path = join(trees, entry);
    if (!entry.startsWith(`${name}-`) || path === kept) continue;
    const users = await processesWith((words) => words.some((word) => word.startsWith(`${path}/`)));
    if (users.length === 0) await rm(path, { recursive: true, force: true });
  }
}
