import { lstat, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { suggest } from "../../kit/suggest.ts";
import { Failure } from "../../kit/failure.ts";
import type { Engine } from "../../model/database.ts";
import type { Place } from "../render/place.ts";
import { removeTree, writeWhole } from "./files.ts";

/** What a snapshot says of itself. */
export interface Snapshot {
  readonly format: 1;
  readonly name: string;
  /** `dailyge dev` */
  readonly platform: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly bytes: number;
  readonly databases: readonly SnapshotDatabase[];
  /** The messages of all topics as well, where the platform had some. */
  readonly messages?: true;
  /** Releases of each service whose migration these data have seen. */
  readonly migrated: Readonly<Record<string, readonly string[]>>;
}

export interface SnapshotDatabase {
  readonly name: string;
  readonly engine: Engine;
  readonly product: string;
  readonly version: string;
}

const ABOUT = "snapshot.json";

export const snapshotDirectory = (place: Place, name: string): string => join(place.snapshots, name);

/** Where one is made; no name begins with a dot. */
export const unfinishedSnapshot = (place: Place, name: string): string => join(place.snapshots, `.${name}`);

/** @throws Failure `usage` */
export function requireSnapshotName(name: string): void {
  if (/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) return;
  throw new Failure("usage", `a snapshot cannot be called ${JSON.stringify(name)}: letters, digits, ".", "_" and "-", at most 64`, { hint: "./dailyge snapshot before-import" });
}

/** All that are whole, oldest first. */
export async function listSnapshots(place: Place): Promise<readonly Snapshot[]> {
  const names = (await readdir(place.snapshots).catch(() => [])).filter((name) => !name.startsWith("."));
  const found = await Promise.all(names.map((name) => readSnapshot(place, name)));
  return found.flatMap((snapshot) => snapshot ?? []).sort((one, other) => one.madeAt.localeCompare(other.madeAt));
}

async function readSnapshot(place: Place, name: string): Promise<Snapshot | null> {
  try {
    const about = JSON.parse(await readFile(join(snapshotDirectory(place, name), ABOUT), "utf8")) as Snapshot;
    return about.format === 1 && Array.isArray(about.databases) ? { ...about, name } : null;
  } catch {
    return null;
  }
}

/** @throws Failure `unknown-name` */
export async function demandSnapshot(place: Place, name: string): Promise<Snapshot> {
  const found = await readSnapshot(place, name);
  if (found !== null) return found;
  const names = (await listSnapshots(place)).map((snapshot) => snapshot.name);
  const meant = suggest(name, names);
  throw new Failure("unknown-name", `there is no snapshot ${name}${meant === undefined ? "" : `: did you mean ${meant}?`}`, { hint: names.length === 0 ? "make one: ./dailyge snapshot NAME" : `there are: ${names.join(", ")}` });
}

/** It appears whole: its name is given last. */
export async function keepSnapshot(place: Place, about: Snapshot): Promise<void> {
  const unfinished = unfinishedSnapshot(place, about.name);
  await writeWhole(join(unfinished, ABOUT), `${JSON.stringify(about, null, 2)}\n`);
  await rename(unfinished, snapshotDirectory(place, about.name));
}

/** From its name on it is gone, whatever happens then. */
export async function deleteSnapshot(place: Place, name: string): Promise<void> {
  await demandSnapshot(place, name);
  const unfinished = unfinishedSnapshot(place, name);
  await removeTree(unfinished);
  await rename(snapshotDirectory(place, name), unfinished);
  await removeTree(unfinished);
}

/** What a kill left of snapshots that were being made or deleted. */
export async function sweepSnapshots(place: Place): Promise<void> {
  for (const name of await readdir(place.snapshots).catch(() => [])) if (name.startsWith(".")) await rm(join(place.snapshots, name), { recursive: true, force: true });
}

/** Bytes of all files below. */
export async function bytesBelow(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => lstat(join(entry.parentPath, entry.name)).then(({ size }) => size, () => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}
