import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Failure } from "../../../kit/failure.ts";
import { takeLock } from "../lock.ts";
import { updateLists, type Apt } from "./apt.ts";
import { thisMachine, type Machine } from "./machine.ts";
import { directoriesOf, findOnPath, findProgram, limits, SYSTEM_DIRECTORIES } from "./on-path.ts";
import type { FoundPart, PartEvent, PartName } from "./part.ts";
import { interrupted } from "./program.ts";
import { cacheFailure } from "./refusal.ts";
import { packagedProduct } from "./table.ts";
import { findTree, treesDirectory } from "./tree.ts";
import { unpackPart } from "./unpack.ts";
import { makeOpenDirectory, openWorkshop, sweepWorkshops } from "./workshop.ts";

export interface FindOptions {
  /** The directory of everything that is fetched; every user who runs a part must be able to enter it. */
  readonly cache: string;
  /** The PATH to look on. */
  readonly path: string;
  readonly progress: (event: PartEvent) => void;
  readonly signal?: AbortSignal;
  /** Directories to look in after the PATH. @default where servers are installed */
  readonly systemDirectories?: readonly string[];
  readonly machine?: Machine;
}

/**
 * Finds the wanted parts: on the PATH, else in the cache, else from this machine's Debian packages, unpacked without root.
 * Once a part is in the cache, no network and no package manager is needed.
 */
export async function findParts<Name extends PartName>(wanted: readonly Name[], options: FindOptions): Promise<Readonly<Record<Name, FoundPart>>> {
  const machine = options.machine ?? thisMachine();
  const directories = [...directoriesOf(options.path), ...(options.systemDirectories ?? SYSTEM_DIRECTORIES)];
  const found = new Map<PartName, FoundPart>();
  const ready = (part: FoundPart): void => {
    found.set(part.name, part);
    options.progress({ part: part.name, step: "ready" });
  };
  await Promise.all(
    wanted.map(async (name) => {
      options.progress({ part: name, step: "looking" });
      const part = (await findOnPath(name, directories)).found ?? findTree(name, options.cache, machine);
      if (part !== null) ready(part);
    }),
  );
  const missing = wanted.filter((name) => !found.has(name));
  if (missing.length > 0) await fetchParts(missing, { ...options, machine, directories, ready });
  // Every wanted name is in the map by now, or we would have thrown; the compiler cannot count.
  return Object.fromEntries(found) as Readonly<Record<Name, FoundPart>>;
}

interface Fetching extends FindOptions {
  readonly machine: Machine;
  readonly directories: readonly string[];
  readonly ready: (part: FoundPart) => void;
}

/** One start at a time fetches; another waits for it, and then mostly finds what it wants. */
async function fetchParts(missing: readonly PartName[], options: Fetching): Promise<void> {
  const tools = packageTools(missing, options);
  try {
    for (const directory of [options.cache, treesDirectory(options.cache)]) await makeOpenDirectory(directory);
    const release = await waitForLock(join(treesDirectory(options.cache), "lock"), options.signal);
    try {
      const found = missing.map((name) => findTree(name, options.cache, options.machine));
      for (const part of found) if (part !== null) options.ready(part);
      const stillMissing = missing.filter((_, index) => found[index] === null);
      if (stillMissing.length > 0) await unpackAll(stillMissing, tools, options);
    } finally {
      await release();
    }
  } catch (cause) {
    throw cacheFailure(options.cache, cause);
  }
}

async function unpackAll(missing: readonly PartName[], tools: Tools, options: Fetching): Promise<void> {
  await sweepWorkshops(options.cache);
  const workshop = await openWorkshop(options.cache);
  const stop = new AbortController();
  const apt: Apt = {
    program: tools.aptGet,
    directory: join(workshop, "apt"),
    signal: options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]),
  };
  try {
    for (const part of missing) options.progress({ part, step: "updating package lists" });
    const complaints = await updateLists(apt);
    const failures: unknown[] = [];
    await Promise.all(
      missing.map(async (name) => {
        try {
          options.ready(await unpackPart({ ...options, name, apt, workshop, dpkgDeb: tools.dpkgDeb, complaints }));
        } catch (cause) {
          failures.push(cause);
          stop.abort();
        }
      }),
    );
    // The first is the cause; those after it were stopped because of it.
    if (failures.length > 0) throw failures[0];
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

interface Tools {
  readonly aptGet: string;
  readonly dpkgDeb: string;
}

function packageTools(missing: readonly PartName[], options: Fetching): Tools {
  const [aptGet, dpkgDeb] = ["apt-get", "dpkg-deb"].map((name) => findProgram(name, options.directories));
  if (typeof aptGet === "string" && typeof dpkgDeb === "string") return { aptGet, dpkgDeb };
  const wanted = missing.map(packagedProduct);
  throw new Failure("part-missing", `${wanted.map(({ product }) => product).join(", ")} missing: not on the PATH, and ${options.machine.name} has no apt-get to take it from`, {
    hint: `install ${wanted.map((product) => `${product.product} ${limits(product)} (${product.programs.join(", ")})`).join("; ")} so that it is on the PATH`,
  });
}

/** Takes a lock, waiting for whoever has it. */
export async function waitForLock(path: string, signal: AbortSignal | undefined): Promise<() => Promise<void>> {
  for (;;) {
    if (signal?.aborted === true) throw interrupted(signal.reason);
    const release = await takeLock(path);
    if (release !== null) return release;
    await wait(100);
  }
}
