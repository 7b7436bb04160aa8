import { existsSync } from "node:fs";
import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import type { Place } from "../render/place.ts";
import { removeTree, writeWhole } from "./files.ts";
import type { Snapshot } from "./snapshot-store.ts";

/**
 * A restore in three steps, so that a kill at any time leaves the data of before or those of the snapshot, of all
 * databases: their copies are made beside the data; this plan is written, from when on the restore is finished, by whoever
 * comes next; directories change places. What was there is kept until the databases are up on the other.
 */
export interface RestorePlan {
  readonly snapshot: string;
  /** Names of the databases; and of what keeps messages, where the snapshot holds some. */
  readonly databases: readonly string[];
  readonly migrated: Snapshot["migrated"];
  /** The same of the data of before. */
  readonly migratedBefore: Snapshot["migrated"];
  /** The databases did not come up on it: back to what was there. */
  readonly back: boolean;
}

const planFile = (place: Place): string => join(place.restore, "plan.json");

/** Copies of the snapshot's data, until they are in their place. */
export const incoming = (place: Place): string => join(place.restore, "new");

/** What was in their place. */
const outgoing = (place: Place): string => join(place.restore, "old");

export const restoreIsUnfinished = (place: Place): boolean => existsSync(planFile(place));

/** Null when there is none. @throws Failure `state-corrupt` */
export async function readPlan(place: Place): Promise<RestorePlan | null> {
  const text = await readFile(planFile(place), "utf8").catch(() => null);
  if (text === null) return null;
  try {
    return JSON.parse(text) as RestorePlan;
  } catch (cause) {
    throw new Failure("state-corrupt", `cannot read ${planFile(place)}: it is damaged`, { hint: `look at ${place.restore}: "old" holds the data of before, "new" those of the snapshot`, cause });
  }
}

export const writePlan = (place: Place, plan: RestorePlan): Promise<void> => writeWhole(planFile(place), JSON.stringify(plan));

/** Puts directories in their places, or back. Any number of times; no server works on them. */
export async function exchange(place: Place, { databases, back }: RestorePlan): Promise<void> {
  for (const name of databases) {
    const [data, comes, goes] = [place.data(name), join(incoming(place), name), join(outgoing(place), name)];
    if (back) {
      if (!existsSync(goes)) continue;
      if (existsSync(data)) await move(data, comes);
      await move(goes, data);
    } else {
      if (!existsSync(comes)) continue;
      if (existsSync(data)) await move(data, goes);
      await move(comes, data);
    }
  }
}

async function move(from: string, to: string): Promise<void> {
  await removeTree(to);
  await mkdir(join(to, ".."), { recursive: true });
  await rename(from, to);
}

/** It is finished: first the plan goes, then what nobody needs any more. */
export async function forgetPlan(place: Place): Promise<void> {
  await removeTree(planFile(place));
  await removeTree(place.restore);
}
