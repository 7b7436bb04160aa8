import { open, readFile, readdir, readlink } from "node:fs/promises";
import { readFileSync } from "node:fs";

/** One process of this machine, told apart from a later one of the same number by its start. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the machine's start to the process's. proc(5), field 22 of stat. */
  readonly startTicks: number;
  readonly bootId: string;
}

/** Fields of /proc/PID/stat after the command name, which may itself hold spaces and parentheses. proc(5). */
async function statFields(pid: number): Promise<readonly string[] | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** Changes with every start of the machine. */
export const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** The process of this number, or null when there is none or it is a zombie. */
export async function identify(pid: number): Promise<ProcessIdentity | null> {
  const fields = await statFields(pid);
  if (fields === null || fields[0] === "Z" || fields[0] === "X") return null;
  return { pid, startTicks: Number(fields[19]), bootId: bootId() };
}

/** Whether this very process still runs. */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  const now = await identify(process.pid);
  return now !== null && now.startTicks === process.startTicks && now.bootId === process.bootId;
}

/** Numbers of all processes. */
const processNumbers = async (): Promise<readonly number[]> => (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);

/** Program and arguments; empty for a process that is gone or a zombie. */
export const commandLine = async (pid: number): Promise<readonly string[]> => (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");

/** Processes whose command line is so. */
export async function processesWith(isSo: (words: readonly string[]) => boolean): Promise<readonly number[]> {
  const found: number[] = [];
  for (const pid of await processNumbers()) if (isSo(await commandLine(pid))) found.push(pid);
  return found;
}

/** Sends a signal, with a negative number to a whole group; false where there is nobody to get it. */
export function send(pid: number, signal: "SIGTERM" | "SIGKILL" | "SIGCONT"): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Processes by their groups, zombies left out. */
export async function processGroups(): Promise<ReadonlyMap<number, readonly number[]>> {
  const groups = new Map<number, number[]>();
  for (const pid of await processNumbers()) {
    const fields = await statFields(pid);
    if (fields === null || fields[0] === "Z") continue;
    const group = Number(fields[2]);
    groups.set(group, [...(groups.get(group) ?? []), pid]);
  }
  return groups;
}

/** Processes of one group, zombies left out. */
export const groupMembers = async (group: number): Promise<readonly number[]> => (await processGroups()).get(group) ?? [];

/** Processes that this one started and has not seen end. */
export async function childrenOf(parent: number): Promise<readonly number[]> {
  const children: number[] = [];
  for (const pid of await processNumbers()) if (Number((await statFields(pid))?.[1]) === parent) children.push(pid);
  return children;
}

/** Memory that these processes hold of their own and share, in bytes. */
export async function residentBytes(pids: readonly number[]): Promise<number> {
  let pages = 0;
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "0 0");
    pages += Number(text.split(" ")[1]);
  }
  return pages * 4096;
}

/** Processor time that these processes and those that they saw end have used, in seconds. proc(5), fields 14 to 17 of stat; ticks are hundredths. */
export async function processorSeconds(pids: readonly number[]): Promise<number> {
  let ticks = 0;
  for (const pid of pids) for (const field of (await statFields(pid))?.slice(11, 15) ?? []) ticks += Number(field);
  return ticks / 100;
}

/** Listening sockets come first in /proc/net/tcp; the kernel takes milliseconds to find what comes after them. */
const PIECE_BYTES = 1_500;

/** Sockets that listen on TCP, by inode. proc(5): state 0A is LISTEN. */
async function listening(): Promise<ReadonlyMap<string, number>> {
  const ports = new Map<string, number>();
  for (const path of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for await (const line of linesOf(path)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === "st") continue;
      if (state !== "0A" || inode === undefined) break;
      ports.set(inode, Number.parseInt(local?.split(":")[1] ?? "0", 16));
    }
  }
  return ports;
}

/** Lines of a file of the kernel, read no further than they are asked for. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) return;
  try {
    const buffer = Buffer.alloc(PIECE_BYTES);
    let rest = "";
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, null);
      if (bytesRead === 0) break;
      const lines = (rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    await file.close();
  }
}

/** Ports on which these processes listen. */
async function portsOf(pids: readonly number[], sockets: ReadonlyMap<string, number>): Promise<ReadonlySet<number>> {
  const ports = new Set<number>();
  for (const pid of pids) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      const port = sockets.get(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
      if (port !== undefined) ports.add(port);
    }
  }
  return ports;
}

/** Ports on which these processes listen, in order. */
export const listeningPorts = async (pids: readonly number[]): Promise<readonly number[]> => [...(await portsOf(pids, await listening()))].sort((one, other) => one - other);

/** Who listens on a port: one of these processes, somebody else, or nobody. */
export async function portHolder(port: number, pids: readonly number[]): Promise<"ours" | "other" | "nobody"> {
  const sockets = await listening();
  if (![...sockets.values()].includes(port)) return "nobody";
  return (await portsOf(pids, sockets)).has(port) ? "ours" : "other";
}
