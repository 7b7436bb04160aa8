import { readdir, readFile } from "node:fs/promises";
import { Failure, type FailureCode } from "../../kit/failure.ts";
import type { Database } from "../../model/database.ts";
import type { PlacedDatabase } from "../render/database-placed.ts";
import { portHolder } from "./process-table.ts";

/** What a server says in its log, by what it means; the first that fits. Both flavours, all series since MariaDB 10.6 and MySQL 8.4. */
const MEANINGS: readonly (readonly [pattern: RegExp, code: FailureCode, why: string, hint: string])[] = [
  [/No space left|\b(?:Errcode|errno|error|Error number):? "?28\b|disk is full/i, "disk-full", "no space is left on its disk", "free some space, then: ./dailyge up"],
  [/Unable to lock|Can't lock aria control file|Another process with PID/i, "state-busy", "another server works on its data", "see who: pgrep -a 'mariadbd|mysqld'"],
  [/Unknown or incorrect time zone/i, "part-missing", "its time zone is not in its tables", "sudo apt-get install tzdata, then start empty: ./dailyge down --erase"],
  [
    /corrupt|checksum mismatch|Invalid flags|Missing FILE_CHECKPOINT|wrong magic|Cannot open datafile|Plugin 'InnoDB' registration as a STORAGE ENGINE failed|Failed to initialize DD|Can't open and lock privilege tables|doesn't exist in engine/i,
    "state-corrupt",
    "its data is damaged",
    "restore the directory from a backup, or start empty, losing what is in it: ./dailyge down --erase",
  ],
  [/Permission denied|\b(?:Errcode|errno|error):? "?13\b/i, "permission", "permission denied", "choose another place with --state DIR"],
];

const PORT_TAKEN = /Bind on TCP\/IP port|bind-address.*in use|Do you already have another .*server running on port/i;

const RECOVERING = /crash recovery|Starting a batch to recover|log scan|apply batch|Rollback of non-prepared|trx_rollback/i;

/** Why a database does not answer, from the end of its log. */
export async function describeTrouble(
  database: Database,
  placed: PlacedDatabase,
  state: "gone" | "silent" | "starting",
  log: readonly string[],
  afterSeconds = 0,
): Promise<Failure> {
  const details = log.slice(-12);
  const text = log.join("\n");
  const logs = `see its log: ./dailyge logs ${database.name}`;
  if (PORT_TAKEN.test(text)) {
    const who = await portOwner(placed.port);
    return new Failure("port-taken", `cannot start ${database.name} on 127.0.0.1:${placed.port}: ${who} has that port`, { hint: `end it, then: ./dailyge up`, details });
  }
  for (const [pattern, code, why, hint] of state === "silent" ? [] : MEANINGS) {
    if (pattern.test(text)) return new Failure(code, `cannot start ${database.name} on ${placed.dataDirectory}: ${why}`, { hint, details });
  }
  if (state === "gone") return new Failure("start-failed", `cannot start ${database.name}: its process ended`, { hint: logs, details });
  if (state === "silent") return new Failure("start-failed", `${database.name} accepts connections and does not answer: waited ${afterSeconds} seconds`, { hint: logs, details });
  const why = RECOVERING.test(text) ? "it is still recovering from a crash" : "it is still starting";
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
