import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** proc(5): USER_HZ, in which every Linux counts time for its readers. */
const TICKS_PER_SECOND = 100;

/** Everything that is needed to start a process once more. */
export interface Command {
  readonly words: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How a running process was started. */
export function commandOf(pid: number): Command {
  const strings = (name: string): readonly string[] => readFileSync(`/proc/${pid}/${name}`, "utf8").split("\0").filter((text) => text !== "");
  const environment = strings("environ").map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)] as const);
  return { words: strings("cmdline"), directory: readlinkSync(`/proc/${pid}/cwd`), environment: Object.fromEntries(environment) };
}

/** Fields of /proc/PID/stat after the name, which may itself hold spaces and parentheses. */
function statFields(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

const running = (): readonly number[] => readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);

/** A process and all that it started. */
export function family(pid: number): readonly number[] {
  const members = [pid];
  const parents = new Map(running().map((other) => [other, Number(statFields(other)?.[1])]));
  for (const member of members) for (const [other, parent] of parents) if (parent === member) members.push(other);
  return members;
}

/** Processor time that these processes have used so far, user and system. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = statFields(pid) ?? [];
    return sum + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
  }, 0);
}

/** Processes whose command line holds this text. */
export function withCommand(text: string): readonly { readonly pid: number; readonly words: readonly string[] }[] {
  return running().flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return line.includes(text) ? [{ pid, words: line.split("\0") }] : [];
    } catch {
      return [];
    }
  });
}

/** Memory of a process in bytes: all that is resident, and its share when what several hold is divided among them. */
export function memoryOf(pid: number): { readonly resident: number; readonly proportional: number } {
  const read = (file: string, name: string): number => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/${file}`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  };
  return { resident: read("status", "VmRSS"), proportional: read("smaps_rollup", "Pss") };
}
