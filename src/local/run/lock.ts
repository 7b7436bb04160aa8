import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { identify, isAlive, type ProcessIdentity } from "./process-table.ts";

/** Takes a lock file for this process; null when a living process has it. A dead holder's lock is taken over. */
export async function takeLock(path: string): Promise<(() => Promise<void>) | null> {
  await mkdir(dirname(path), { recursive: true });
  // A lock appears with its holder's name in it: an empty one would look like a dead holder's.
  const named = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(named, JSON.stringify(await identify(process.pid)), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await link(named, path).then(() => true, () => false)) return () => rm(path, { force: true });
      const holder = await readFile(path, "utf8").then(parse, () => "gone" as const);
      if (holder === "gone") continue;
      if (holder !== null && (await isAlive(holder))) return null;
      await moveAside(path);
    }
    return null;
  } finally {
    await rm(named, { force: true });
  }
}

/** Only one of several that see a dead holder's file can move it away; who moved a living one's by mistake puts it back. */
async function moveAside(path: string): Promise<void> {
  const aside = `${path}.${process.pid}.dead`;
  if (!(await rename(path, aside).then(() => true, () => false))) return;
  const moved = await lockHolder(aside);
  if (moved !== null && (await isAlive(moved))) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** Who wrote the lock file; null when it is absent or damaged. */
export const lockHolder = (path: string): Promise<ProcessIdentity | null> => readFile(path, "utf8").then(parse, () => null);

function parse(text: string): ProcessIdentity | null {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return null;
  }
}
