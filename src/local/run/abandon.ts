import { statSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { basename } from "node:path";
import type { Place } from "../render/place.ts";
import { childrenOf, groupMembers } from "./process-table.ts";
import { killGroup, until } from "./supervisor.ts";

const inodeOf = (directory: string): number | null => statSync(directory, { throwIfNoEntry: false })?.ino ?? null;

/** Whether it is still the directory that it was; in its place may stand what somebody, or we in our ignorance, made since. */
export function deletion(directory: string): () => boolean {
  const inode = inodeOf(directory);
  return () => inodeOf(directory) !== inode;
}

/** Calls back once when it has happened. Returns what ends the looking. */
export function whenDeleted(isDeleted: () => boolean, act: () => void): () => void {
  const timer = setInterval(() => {
    if (!isDeleted()) return;
    clearInterval(timer);
    act();
  }, 500);
  return () => clearInterval(timer);
}

/** Ends everything of a state directory that is there no more: its supervisors are known by the directories they were started in. */
export async function endAbandoned(place: Place): Promise<void> {
  const supervisors = await supervisorsBelow(`${place.state}/parts/`);
  const groups = (await Promise.all(supervisors.map(childrenOf))).flat();
  for (const pid of supervisors) signal(pid, "SIGTERM");
  for (const pid of groups) signal(-pid, "SIGTERM");
  await until(5, async () => (await Promise.all(groups.map(groupMembers))).flat().length === 0);
  // Without its scripts a supervisor cannot start anything again; it must not try.
  for (const pid of supervisors) signal(pid, "SIGKILL");
  for (const pid of groups) killGroup(pid);
}

async function supervisorsBelow(parts: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const [program = "", directory = ""] = (await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "")).split("\0");
    if (basename(program) === "runsv" && directory.startsWith(parts)) found.push(Number(entry));
  }
  return found;
}

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}
