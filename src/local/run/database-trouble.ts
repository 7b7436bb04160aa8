import { readdir, readFile } from "node:fs/promises";
import { Failure, type FailureCode } from "../../kit/failure.ts";
import { portHolder } from "./process-table.ts";

export type Trouble = Extract<FailureCode, "port-taken" | "disk-full" | "state-busy" | "part-missing" | "state-corrupt" | "permission" | "state-foreign">;

/** What a server writes to its log, by what it means. */
export interface LogWords {
  /** When it gives up; the first that fits, since much of it follows from the rest. */
  readonly troubles: readonly (readonly [meaning: Trouble, pattern: RegExp])[];
  /** First line of a start. */
  readonly start: RegExp;
  readonly ready: RegExp;
  readonly recovering: RegExp;
  /** Its programs, as pgrep(1) finds them. */
  readonly programs: string;
}

/** Where a server stands that does not. */
export interface Troubled {
  readonly name: string;
  readonly dataDirectory: string;
  readonly port: number;
}

const REMEDIES: Readonly<Record<Exclude<Trouble, "state-busy">, readonly [why: string, hint: string]>> = {
  "disk-full": ["no space is left on its disk", "free some space, then: ./dailyge up"],
  "port-taken": ["its port is taken", "end the program that has it, then: ./dailyge up"],
  "part-missing": ["its tables do not know its time zone", "start empty, losing what is in it: ./dailyge down --erase && ./dailyge up"],
  permission: ["it may not read or write there", "choose another place with --state DIR"],
  "state-foreign": ["a newer server has written it", "make that server available again, or start empty, losing what is in it: ./dailyge down --erase"],
  "state-corrupt": ["its data is damaged", "restore the directory from a backup, or start empty, losing what is in it: ./dailyge down --erase"],
};

/** What the end of a log says about why its server is not there: its last start, or the one before if that has not got so far. */
export function troubleIn(words: LogWords, log: readonly string[]): Trouble | null {
  const starts = log.flatMap((line, index) => (words.start.test(line) ? [index] : []));
  const [last, before] = [starts.at(-1) ?? 0, starts.at(-2) ?? 0];
  return troubleOfStart(words, log.slice(last)) ?? (log.slice(last).some((line) => words.ready.test(line)) ? null : troubleOfStart(words, log.slice(before, last)));
}

function troubleOfStart(words: LogWords, lines: readonly string[]): Trouble | null {
  const text = lines.slice(lines.findLastIndex((line) => words.ready.test(line)) + 1).join("\n");
  return words.troubles.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

/** Why a database does not answer, from the end of its log. */
export async function describeTrouble(
  words: LogWords,
  { name, dataDirectory, port }: Troubled,
  state: "gone" | "silent" | "starting",
  log: readonly string[],
  afterSeconds = 0,
): Promise<Failure> {
  const details = log.slice(-12);
  const logs = `see its log: ./dailyge logs ${name}`;
  if (state === "silent") return new Failure("start-failed", `${name} accepts connections and does not answer: waited ${afterSeconds} seconds`, { hint: logs, details });
  const trouble = troubleIn(words, log);
  if (trouble !== null) {
    const [why, hint] = trouble === "state-busy" ? ["another server works on its data", `see who: pgrep -a '${words.programs}'`] : REMEDIES[trouble];
    if (trouble !== "port-taken") return new Failure(trouble, `cannot start ${name} on ${dataDirectory}: ${why}`, { hint, details });
    return new Failure(trouble, `cannot start ${name} on 127.0.0.1:${port}: ${await portOwner(port)} has that port`, { hint, details });
  }
  if (state === "gone") return new Failure("start-failed", `cannot start ${name}: its process ended`, { hint: logs, details });
  const why = log.some((line) => words.recovering.test(line)) ? "it is still recovering from a crash" : "it is still starting";
  return new Failure("start-failed", `${name} is not ready after ${afterSeconds} seconds: ${why}`, { hint: "it goes on by itself; look again: ./dailyge status", details });
}

/** `redis-server (process 812)`; of somebody else's process an ordinary user learns nothing. */
async function portOwner(port: number): Promise<string> {
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry) || (await portHolder(port, [Number(entry)])) !== "ours") continue;
    const name = await readFile(`/proc/${entry}/comm`, "utf8").catch(() => "a program");
    return `${name.trim()} (process ${entry})`;
  }
  return "another program";
}
