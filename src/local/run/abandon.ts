import { statSync } from "node:fs";
import type { Place } from "../render/place.ts";
import { childrenOf, groupMembers, send } from "./process-table.ts";
import { killGroup, supervisorsOf, until } from "./supervisor.ts";

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
  const supervisors = await supervisorsOf((directory) => directory.startsWith(`${place.state}/parts/`));
  const groups = (await Promise.all(supervisors.map(childrenOf))).flat();
  for (const pid of supervisors) send(pid, "SIGTERM");
  for (const pid of groups) send(-pid, "SIGTERM");
  await until(5, async () => (await Promise.all(groups.map(groupMembers))).flat().length === 0);
  // Without its scripts a supervisor cannot start anything again; it must not try.
  for (const pid of supervisors) send(pid, "SIGKILL");
  for (const pid of groups) killGroup(pid);
}
