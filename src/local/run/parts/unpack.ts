import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../kit/failure.ts";
import { downloadPackages, resolvePackages, type Apt, type DebianPackage } from "./apt.ts";
import type { Machine } from "./machine.ts";
import { askVersion, findPrograms, limits } from "./on-path.ts";
import { programEnvironment, type FoundPart, type PartEvent, type PartName } from "./part.ts";
import { runProgram } from "./program.ts";
import { installCommand, refusal } from "./refusal.ts";
import { packagedProduct, type Product } from "./table.ts";
import { libraryPath, openTree, programDirectories, removeDamaged, treeName, treesDirectory, writeManifest } from "./tree.ts";
import { fits, withoutEpoch } from "./version.ts";
import { makeOpenDirectory } from "./workshop.ts";

/** What unpacking a part needs to know. */
export interface Unpacking {
  readonly name: PartName;
  readonly apt: Apt;
  readonly dpkgDeb: string;
  readonly workshop: string;
  readonly cache: string;
  readonly machine: Machine;
  /** What `apt-get update` complained of; empty when it went well. */
  readonly complaints: string;
  readonly progress: (event: PartEvent) => void;
}

/** Downloads a part's packages, unpacks them, proves that its programs run, and only then gives the tree its name. */
export async function unpackPart(job: Unpacking): Promise<FoundPart> {
  const product = packagedProduct(job.name);
  const packages = await resolve(job, product);
  const downloaded = await download(job, packages);
  job.progress({ part: job.name, step: "unpacking" });
  const root = join(job.workshop, job.name, "tree");
  await makeOpenDirectory(root);
  for (const file of downloaded) {
    const ended = await runProgram(job.dpkgDeb, ["--extract", file, root], { signal: job.apt.signal });
    if (ended.code !== 0) throw refusal("download-failed", job.name, `cannot unpack ${file}`, ended.stderr, job.cache);
  }
  const machineLibraries = await provenLibraries(job, product, root);
  const version = await provenVersion(job, product, root, packages);
  await writeManifest(root, { version, machineLibraries, packages: packages.map((each) => `${each.name} ${each.version}`) });
  return place(job, root, packages);
}

async function resolve(job: Unpacking, product: Product): Promise<readonly DebianPackage[]> {
  const packages = await resolvePackages(job.apt, product.packages);
  if ("code" in packages) {
    if (job.complaints !== "") throw refusal("download-failed", job.name, "cannot update the package lists", job.complaints, job.cache);
    throw refusal("part-missing", job.name, `cannot get ${product.product} from this machine's package sources`, packages.stderr, job.cache);
  }
  const own = packages.find(({ name }) => name === product.packages[0]);
  if (own === undefined || !fits(withoutEpoch(own.version), product)) {
    const offered = own === undefined ? "no such package" : withoutEpoch(own.version);
    throw new Failure("part-missing", `${product.product} is missing: ${job.machine.name} offers ${offered}, and ${limits(product)} is needed`, {
      hint: `put ${product.product} ${limits(product)} on the PATH`,
    });
  }
  return packages;
}

async function download(job: Unpacking, packages: readonly DebianPackage[]): Promise<readonly string[]> {
  const directory = join(job.workshop, job.name, "packages");
  await makeOpenDirectory(directory);
  const totalBytes = packages.reduce((sum, { bytes }) => sum + bytes, 0);
  const tell = (doneBytes: number): void => job.progress({ part: job.name, step: "downloading", doneBytes, totalBytes });
  tell(0);
  const ended = await downloadPackages(job.apt, packages, directory, tell);
  const files = (await readdir(directory)).filter((file) => file.endsWith(".deb"));
  if (ended.code !== 0 || files.length !== packages.length) {
    const names = packages.map(({ name }) => name).join(", ");
    throw refusal("download-failed", job.name, `cannot download ${names}`, ended.stderr, job.cache);
  }
  return files.map((file) => join(directory, file));
}

/** Libraries of the machine that the programs load. A library that neither has is a failure. ldd(1). */
async function provenLibraries(job: Unpacking, product: Product, root: string): Promise<readonly string[]> {
  const programs = Object.values(findPrograms(product.programs, programDirectories(root)) ?? {});
  const environment = programEnvironment({ libraryPath: libraryPath(root) });
  const outside = new Set<string>();
  for (const program of programs) {
    const { stdout } = await runProgram("ldd", [program], { environment, signal: job.apt.signal });
    for (const [, library, path] of stdout.matchAll(/^\s*(\S+) => (not found|\/.*?)(?: \(0x[0-9a-f]+\))?$/gm)) {
      if (path === "not found") throw unusable(job.name, product, `it needs ${library}, which neither its packages nor this machine have`);
      if (path !== undefined && !path.startsWith(`${root}/`)) outside.add(path);
    }
  }
  return [...outside].toSorted();
}

async function provenVersion(job: Unpacking, product: Product, root: string, packages: readonly DebianPackage[]): Promise<string> {
  const programs = findPrograms(product.programs, programDirectories(root));
  if (programs === null) throw unusable(job.name, product, `its packages lack one of ${product.programs.join(", ")}`);
  const told = await askVersion(product, programs, programEnvironment({ libraryPath: libraryPath(root) }));
  if (told === null) throw unusable(job.name, product, `${product.ask.program} does not run from the unpacked packages`);
  const packaged = packages.find(({ name }) => name === product.packages[0])?.version ?? told;
  return told === "unknown" ? (/^[\d.]+/.exec(withoutEpoch(packaged))?.[0] ?? told) : told;
}

const unusable = (name: PartName, product: Product, why: string): Failure =>
  new Failure("part-missing", `${product.product} from Debian packages cannot be used: ${why}`, { hint: installCommand(name) });

async function place(job: Unpacking, root: string, packages: readonly DebianPackage[]): Promise<FoundPart> {
  await removeDamaged(job.name, job.cache, job.machine);
  const version = packages.find(({ name }) => name === packagedProduct(job.name).packages[0])?.version ?? "";
  const placed = join(treesDirectory(job.cache), treeName(job.name, withoutEpoch(version), job.machine));
  // Another start may have been quicker; its tree is as good as ours.
  await rename(root, placed).catch((cause: unknown) => {
    if (openTree(job.name, placed) === null) throw cause;
  });
  const part = openTree(job.name, placed);
  if (part === null) throw unusable(job.name, packagedProduct(job.name), `${placed} is not as it was unpacked`);
  return part;
}
