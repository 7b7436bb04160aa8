import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { chmod, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "./machine.ts";
import { findPrograms } from "./on-path.ts";
import type { FoundPart, PartName } from "./part.ts";
import { packagedProduct } from "./table.ts";
import { compareVersions, fits } from "./version.ts";

const MANIFEST = "manifest.json";

/** What an unpacked tree must hold; written last, so a tree without it was never finished. */
export interface Manifest {
  readonly format: 1;
  readonly version: string;
  /** `haproxy 2.6.12-1+deb12u4` */
  readonly packages: readonly string[];
  /** Libraries of the machine that its programs load. */
  readonly machineLibraries: readonly string[];
  /** Path in the tree and size of every file and link. */
  readonly files: readonly (readonly [string, number])[];
}

/** Where trees stand in the cache. */
export const treesDirectory = (cache: string): string => join(cache, "parts");

/** The directory name of a part's tree. */
export const treeName = (name: PartName, version: string, machine: Machine): string => `${name}-${version}-${machine.codename}-${machine.arch}`;

/** Looks for a finished, undamaged tree of this part, the newest first. Starts no process. */
export function findTree(name: PartName, cache: string, machine: Machine): FoundPart | null {
  const trees = treesDirectory(cache);
  const prefix = `${name}-`;
  const suffix = `-${machine.codename}-${machine.arch}`;
  const candidates = (existsSync(trees) ? readdirSync(trees) : [])
    .filter((entry) => entry.startsWith(prefix) && entry.endsWith(suffix))
    .toSorted((a, b) => compareVersions(b.slice(prefix.length), a.slice(prefix.length)));
  for (const candidate of candidates) {
    const part = openTree(name, join(trees, candidate));
    if (part !== null) return part;
  }
  return null;
}

/** The part that stands in this tree, or null when something of it is missing. */
export function openTree(name: PartName, root: string): FoundPart | null {
  const product = packagedProduct(name);
  const manifest = readManifest(root);
  if (manifest === null || !fits(manifest.version, product)) return null;
  const programs = findPrograms(product.programs, programDirectories(root));
  if (programs === null || !isWhole(root, manifest)) return null;
  return {
    name,
    product: product.product,
    programs,
    version: manifest.version,
    from: "Debian package",
    root,
    libraryPath: libraryPath(root),
    substitutes: product.substitutes,
  };
}

/** Whether everything that a tree needs is there, in it and on the machine. */
export const isWhole = (root: string, manifest: Manifest): boolean =>
  manifest.files.every(([path, size]) => lstatSync(join(root, path), { throwIfNoEntry: false })?.size === size) && manifest.machineLibraries.every((library) => existsSync(library));

/** Where programs are in a tree. */
export const programDirectories = (root: string): readonly string[] => ["usr/sbin", "usr/bin", "sbin", "bin"].map((directory) => join(root, directory));

/** LD_LIBRARY_PATH for a tree; null when it brings no library. */
export function libraryPath(root: string): string | null {
  const found = ["usr/lib", "lib"]
    .map((directory) => join(root, directory))
    .filter((directory) => existsSync(directory))
    .flatMap((directory) => readdirSync(directory).filter((entry) => /-linux-gnu\w*$/.test(entry)).map((entry) => join(directory, entry)))
    .filter((directory) => readdirSync(directory).some((entry) => entry.includes(".so")));
  return found.length === 0 ? null : found.join(":");
}

/** Writes down what the tree holds now; `counts` says which of its files it cannot do without. */
export async function writeManifest(root: string, about: Omit<Manifest, "format" | "files">, counts: (path: string) => boolean = () => true): Promise<void> {
  const files: (readonly [string, number])[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || !counts(path)) continue;
    files.push([path.slice(root.length + 1), lstatSync(path).size]);
  }
  const manifest: Manifest = { format: 1, ...about, files };
  await writeFile(join(root, MANIFEST), `${JSON.stringify(manifest)}\n`);
  await chmod(join(root, MANIFEST), 0o644);
}

/** Null when there is none, or it is damaged. */
export function readManifest(root: string): Manifest | null {
  try {
    const manifest = JSON.parse(readFileSync(join(root, MANIFEST), "utf8")) as Manifest;
    return manifest.format === 1 && Array.isArray(manifest.files) && Array.isArray(manifest.machineLibraries) ? manifest : null;
  } catch {
    return null;
  }
}

/** Deletes trees of this part that are unfinished or damaged. */
export async function removeDamaged(name: PartName, cache: string, machine: Machine): Promise<void> {
  const trees = treesDirectory(cache);
  const suffix = `-${machine.codename}-${machine.arch}`;
  for (const entry of readdirSync(trees)) {
    if (!entry.startsWith(`${name}-`) || !entry.endsWith(suffix)) continue;
    if (openTree(name, join(trees, entry)) === null) await rm(join(trees, entry), { recursive: true, force: true });
  }
}
