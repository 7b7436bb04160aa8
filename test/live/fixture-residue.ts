import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { socketDirectory } from "../../src/local/run/sockets.ts";

/** A process that has to do with a directory: by its command line, its environment or where it stands. */
export interface Related {
  readonly pid: number;
  readonly command: string;
}

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

const link = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
};

const zombie = (pid: string): boolean => / [ZX] /.test(read(`/proc/${pid}/stat`).replace(/^.*\)/s, ""));

/** Every process of a directory, whoever started it. */
export function processesOf(directory: string): readonly Related[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid || zombie(pid)) return [];
    const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    const related = command.includes(directory) || read(`/proc/${pid}/environ`).includes(directory) || link(`/proc/${pid}/cwd`).startsWith(directory);
    return related ? [{ pid: Number(pid), command }] : [];
  });
}

/** Ends every process of a directory, at once and however often one of them starts another. */
export async function endProcessesOf(directory: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = processesOf(directory);
    if (found.length === 0) return;
    for (const { pid } of found) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It is gone already.
      }
    }
    await pause(50);
  }
}

/** Control groups that a state directory's parts are held in. */
export function controlGroupsOf(state: string): readonly string[] {
  const name = `dailyge-${createHash("sha256").update(state).digest("hex").slice(0, 12)}`;
  return [`/sys/fs/cgroup/${name}`, `/sys/fs/cgroup/memory/${name}`].filter((path) => existsSync(path));
}

/** What is left of platforms besides processes: control groups, mounts, directories of sockets. */
export function residue(directory: string, states: readonly string[]): readonly string[] {
  return [
    ...states.flatMap(controlGroupsOf).map((path) => `control group ${path}`),
    ...states.map(socketDirectory).filter((path) => existsSync(path)).map((path) => `sockets ${path}`),
    ...read("/proc/self/mountinfo").split("\n").filter((line) => line.includes(directory)).map((line) => `mount ${line}`),
  ];
}

/** Takes away what is left of a platform whose processes have ended. */
export function removeResidue(states: readonly string[]): void {
  for (const group of states.flatMap(controlGroupsOf)) {
    for (const entry of readdirSync(group, { withFileTypes: true })) if (entry.isDirectory()) rmdirSync(`${group}/${entry.name}`);
    rmdirSync(group);
  }
  for (const state of states) rmSync(socketDirectory(state), { recursive: true, force: true });
}
