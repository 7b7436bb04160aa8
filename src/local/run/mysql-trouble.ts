import { readdir, readFile } from "node:fs/promises";
import { Failure, type FailureCode } from "../../kit/failure.ts";
import type { MysqlDatabase } from "../../model/database.ts";
import type { PlacedDatabase } from "../render/mysql-placed.ts";
import { portHolder } from "./process-table.ts";

type Trouble = Extract<FailureCode, "port-taken" | "disk-full" | "state-busy" | "part-missing" | "state-corrupt" | "permission">;

/** What servers write when they give up, by what it means; the first that fits, since much of it follows from the rest. */
const PATTERNS: readonly (readonly [meaning: Trouble, pattern: RegExp])[] = [
  ["disk-full", /No space left|(?:Errcode|errno|error|Error number):? "?28\b|Out of disk space|disk is full/i],
  ["port-taken", /Bind on TCP\/IP port|Do you already have another .*server running on port/i],
  ["state-busy", /Unable to lock|Can't lock aria control file|Another process with PID/i],
  ["part-missing", /unknown (?:default )?time zone|incorrect time zone/i],
  ["permission", /Permission denied|(?:Errcode|errno|OS error):? "?13\b/i],
  [
    "state-corrupt",
    new RegExp(
      [
        "corrupt", "checksum mismatch", "Invalid flags", "wrong magic", "different size \\d+ pages", "ib_logfile0 was not found", "find a valid checkpoint",
        "existing redo log file", "find a valid tablespace", "Cannot open datafile", "aria control file", "Can't open and lock privilege tables",
        "Failed to initialize DD", "doesn't exist in engine",
      ].join("|"),
      "i",
    ),
  ],
];

const REMEDIES: Readonly<Record<Trouble, readonly [why: string, hint: string]>> = {
  "disk-full": ["no space is left on its disk", "free some space, then: ./dailyge up"],
  "port-taken": ["its port is taken", "end the program that has it, then: ./dailyge up"],
  "state-busy": ["another server works on its data", "see who: pgrep -a 'mariadbd|mysqld'"],
  "part-missing": ["its tables do not know its time zone", "start empty, losing what is in it: ./dailyge down --erase && ./dailyge up"],
  permission: ["it may not read or write there", "choose another place with --state DIR"],
  "state-corrupt": ["its data is damaged", "restore the directory from a backup, or start empty, losing what is in it: ./dailyge down --erase"],
};

/** A server's first line, of both flavours. */
const START = /Starting MariaDB|starting as process/;
const READY = /ready for connections/;
const RECOVERING = /crash recovery|Starting a batch to recover|log scan|apply batch/i;

/** What the end of a log says about why its server is not there: its last start, or the one before if that has not got so far. */
export function troubleIn(log: readonly string[]): Trouble | null {
  const starts = log.flatMap((line, index) => (START.test(line) ? [index] : []));
  const [last, before] = [starts.at(-1) ?? 0, starts.at(-2) ?? 0];
  return troubleOfStart(log.slice(last)) ?? (log.slice(last).some((line) => READY.test(line)) ? null : troubleOfStart(log.slice(before, last)));
}

function troubleOfStart(lines: readonly string[]): Trouble | null {
  const text = lines.slice(lines.findLastIndex((line) => READY.test(line)) + 1).join("\n");
  return PATTERNS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

/** Why a database does not answer, from the end of its log. */
export async function describeTrouble(
  database: MysqlDatabase,
  placed: PlacedDatabase,
  state: "gone" | "silent" | "starting",
  log: readonly string[],
  afterSeconds = 0,
): Promise<Failure> {
  const details = log.slice(-12);
  const logs = `see its log: ./dailyge logs ${database.name}`;
  if (state === "silent") return new Failure("start-failed", `${database.name} accepts connections and does not answer: waited ${afterSeconds} seconds`, { hint: logs, details });
  const trouble = troubleIn(log);
  if (trouble !== null) {
    const [why, hint] = REMEDIES[trouble];
    if (trouble !== "port-taken") return new Failure(trouble, `cannot start ${database.name} on ${placed.dataDirectory}: ${why}`, { hint, details });
    return new Failure(trouble, `cannot start ${database.name} on 127.0.0.1:${placed.port}: ${await portOwner(placed.port)} has that port`, { hint, details });
  }
  if (state === "gone") return new Failure("start-failed", `cannot start ${database.name}: its process ended`, { hint: logs, details });
  const why = log.some((line) => RECOVERING.test(line)) ? "it is still recovering from a crash" : "it is still starting";
  return new Failure("start-failed", `${database.name} is not ready after ${afterSeconds} seconds: ${why}`, { hint: "it goes on by itself; look again: ./dailyge status", details });
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
