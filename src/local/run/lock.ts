import { link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { identify, isAlive, type ProcessIdentity } from "./process-table.ts";

/** Takes a lock file for this process; null when a living process has it. A dead holder's lock is taken over. */
export async function takeLock(path: string): Promise<(() => Promise<void>) | null> {
  await mkdir(dirname(path), { recursive: true });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const file = await open(path, "wx", 0o600).catch(() => null);
    if (file !== null) {
      await file.writeFile(JSON.stringify(await identify(process.pid)));
      await file.close();
      return () => rm(path, { force: true });
    }
    const holder = await lockHolder(path);
    if (holder !== null && (await isAlive(holder))) return null;
    await moveAside(path);
  }
  return null;
}

/** Only one of several that see a dead holder's file can move it away; who moved a living one's by mistake puts it back. */
async function moveAside(path: string): Promise<void> {
  const aside = `${path}.${process.pid}.dead`;
  if (!(await rename(path, aside).then(() => true, () => false))) return;
  const moved = await lockHolder(aside);
  if (moved !== null && (await isAlive(moved))) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** Who wrote the lock file; null when it is absent or was never finished. */
export async function lockHolder(path: string): Promise<ProcessIdentity | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ProcessIdentity;
  } catch {
    return null;
  }
}
