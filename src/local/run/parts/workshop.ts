import { randomUUID } from "node:crypto";
import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { identify, isAlive, processesWith, send } from "../process-table.ts";
import { treesDirectory } from "./tree.ts";

/** `.new-PID-TICKS-BOOT-RANDOM`: whose it is stands in its name, so there is no moment in which it is nobody's. */
const NAME = /^\.new-(\d+)-(\d+)-([0-9a-f-]{36})-/;

/** A directory beside the trees in which this process may leave things half-made. The caller removes it. */
export async function openWorkshop(cache: string): Promise<string> {
  const owner = await identify(process.pid);
  if (owner === null) throw new Error("this process is not in /proc");
  const directory = join(treesDirectory(cache), `.new-${owner.pid}-${owner.startTicks}-${owner.bootId}-${randomUUID()}`);
  await mkdir(directory, { recursive: true });
  return directory;
}

/** Ends and removes what processes that were killed have left. */
export async function sweepWorkshops(cache: string): Promise<void> {
  for (const entry of await readdir(treesDirectory(cache))) {
    const match = NAME.exec(entry);
    if (match === null) continue;
    const owner = { pid: Number(match[1]), startTicks: Number(match[2]), bootId: match[3] ?? "" };
    if (await isAlive(owner)) continue;
    // What it had started may still be at work there; the name is nobody else's.
    for (const pid of await processesWith((words) => words.some((word) => word.includes(entry)))) send(pid, "SIGKILL");
    await rm(join(treesDirectory(cache), entry), { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Makes a directory that every user may enter, whatever the umask. */
export async function makeOpenDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}
