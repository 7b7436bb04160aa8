import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { diskFailure } from "./files.ts";

const UNFINISHED = ".unfinished-";

/** Whether a directory holds anything. */
export const isFilled = async (directory: string): Promise<boolean> => (await readdir(directory).catch(() => [])).length > 0;

/** Makes a database's directory, whole or not at all: it has its name only once it is filled. */
export async function fillWhole(directory: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  try {
    await removeUnfinished(directory);
    await mkdir(dirname(directory), { recursive: true });
    const temporary = await mkdtemp(`${directory}${UNFINISHED}`);
    await fill(temporary);
    await rename(temporary, directory);
  } catch (cause) {
    await removeUnfinished(directory).catch(() => {});
    throw diskFailure(directory, cause);
  }
}

async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(dirname(directory)).catch(() => [])) {
    if (name.startsWith(`${basename(directory)}${UNFINISHED}`)) await rm(join(dirname(directory), name), { recursive: true, force: true });
  }
}
