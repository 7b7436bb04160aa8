import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "../render/place.ts";
import { writeWhole } from "./files.ts";
import { identify, isAlive, type ProcessIdentity } from "./process-table.ts";
import { killGroup } from "./supervisor.ts";

/** A command that runs once and ends: a build, a migration. */
export interface Job {
  /** `api.build`: also the name of its log. */
  readonly name: string;
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface JobResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The end of what it printed. */
  readonly lastLines: readonly string[];
}

/** A log of a job is cut here; what comes after is only kept as last lines. */
const LONGEST_LOG_BYTES = 4_000_000;

/** Runs a job in a process group of its own and waits for its end. Aborting ends the whole group. */
export async function runJob(place: Place, job: Job, signal?: AbortSignal): Promise<JobResult> {
  signal?.throwIfAborted();
  const [program = "", ...words] = job.command;
  await mkdir(place.log(job.name), { recursive: true });
  const log = createWriteStream(join(place.log(job.name), "current"), { mode: 0o600 });
  // A full disk costs the log, not the job.
  log.on("error", () => {});
  const child = spawn(program, words, { cwd: job.directory, env: { ...job.environment }, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const end = (): void => killGroup(child.pid ?? 0);
  signal?.addEventListener("abort", end, { once: true });
  const tail = new Tail();
  const keep = (chunk: Buffer): void => {
    tail.add(chunk);
    if (log.bytesWritten < LONGEST_LOG_BYTES) log.write(chunk);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const record = join(place.jobs, `${job.name}.json`);
  const closed = new Promise<{ exitCode: number | null; signal: string | null }>((resolve, reject) => {
    child.once("error", reject);
    // What it left in the background would hold its output open.
    child.once("exit", end);
    child.once("close", (exitCode, killedBy) => resolve({ exitCode, signal: killedBy }));
  });
  try {
    if (child.pid !== undefined) await writeWhole(record, JSON.stringify(await identify(child.pid)));
    const ended = await closed;
    signal?.throwIfAborted();
    return { ...ended, lastLines: tail.lines() };
  } finally {
    signal?.removeEventListener("abort", end);
    if (child.pid !== undefined) killGroup(child.pid);
    log.end();
    await rm(record, { force: true });
  }
}

/** Ends what jobs of a controller that is gone left running. */
export async function endLeftJobs(place: Place): Promise<void> {
  for (const file of await readdir(place.jobs).catch(() => [])) {
    const path = join(place.jobs, file);
    const identity = JSON.parse(await readFile(path, "utf8").catch(() => "null")) as ProcessIdentity | null;
    if (identity !== null && (await isAlive(identity))) killGroup(identity.pid);
    await rm(path, { force: true });
  }
}

/** The last twenty lines of a stream. */
class Tail {
  #text = "";
  add(chunk: Buffer): void {
    this.#text = (this.#text + chunk.toString("utf8")).slice(-16_384);
  }
  lines(): readonly string[] {
    return this.#text.trimEnd().split("\n").slice(-20);
  }
}
