import { thisMachine } from "./machine.ts";
import type { FindOptions } from "./find.ts";
import { directoriesOf, findOnPath, findProgram, limits, SYSTEM_DIRECTORIES } from "./on-path.ts";
import type { FoundPart, PartName } from "./part.ts";
import { installCommand } from "./refusal.ts";
import { packagedProduct, PART_NAMES } from "./table.ts";
import { findTree } from "./tree.ts";

/** What `doctor` says of a part. */
export interface PartReport {
  readonly name: PartName;
  readonly found: FoundPart | null;
  /** What to do, or what will be done; null when there is nothing to do. */
  readonly advice: string | null;
  /** Whether `up` gets it by itself where it is missing. */
  readonly fetchable: boolean;
}

/** Where each part comes from, or what to do about it. Downloads nothing, changes nothing, never throws. */
export async function inspectParts(options: Omit<FindOptions, "progress" | "signal">, wanted = PART_NAMES): Promise<readonly PartReport[]> {
  const machine = options.machine ?? thisMachine();
  const directories = [...directoriesOf(options.path), ...(options.systemDirectories ?? SYSTEM_DIRECTORIES)];
  const canFetch = ["apt-get", "dpkg-deb"].every((tool) => findProgram(tool, directories) !== null);
  return Promise.all(
    wanted.map(async (name) => {
      try {
        const { found, refused } = await findOnPath(name, directories);
        const part = found ?? findTree(name, options.cache, machine);
        return { name, found: part, advice: part === null ? advise(name, refused, canFetch) : null, fetchable: canFetch };
      } catch (error) {
        return { name, found: null, advice: `cannot look for it: ${error instanceof Error ? error.message : String(error)}`, fetchable: false };
      }
    }),
  );
}

function advise(name: PartName, refused: string | null, canFetch: boolean): string {
  const product = packagedProduct(name);
  const what = canFetch
    ? `./dailyge up fetches it without root; or: ${installCommand(name)}`
    : `install ${product.product} ${limits(product)} (${product.programs.join(", ")}) so that it is on the PATH`;
  return refused === null ? what : `${refused}; ${what}`;
}
