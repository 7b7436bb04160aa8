import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";

/** The program that applies what is written. */
export interface TerraformProgram {
  readonly name: "tofu" | "terraform";
  readonly path: string;
}

/** Write-only arguments are in both from 1.11 on. https://opentofu.org/docs/language/ephemerality/write-only-attributes */
const NEEDED = { major: 1, minor: 11 };

export interface TerraformRun {
  /** Variables of whoever called, credentials included. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where providers are kept for all directories. Absent: each directory has its own. */
  readonly pluginCache?: string;
  /** Each line of its stdout as it is written. */
  readonly onLine?: (line: string) => void;
  /**
   * Files that do not exist yet, into which it writes instead of to us: then it goes on to its end even when we are killed.
   * A program whose output nobody takes is killed by its next line.
   */
  readonly survives?: { readonly out: string; readonly errors: string };
  /** Asks it to end in order: it finishes what it does and writes its state. */
  readonly signal?: AbortSignal;
  /** Asks it to end at once: what it does is not written down. */
  readonly abandon?: AbortSignal;
}

/** How a run ended. `code` is null when a signal ended it. */
export interface TerraformOutcome {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** OpenTofu or Terraform, whichever comes first on this search path. */
export function findTerraform(searchPath: string): TerraformProgram | undefined {
  const directories = searchPath.split(delimiter).filter((directory) => directory !== "");
  for (const directory of directories) {
    for (const name of ["tofu", "terraform"] as const) {
      const path = join(directory, name);
      if (isProgram(path)) return { name, path };
    }
  }
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The same, new enough for what we write. @throws Failure `terraform-missing`, `terraform-old` */
export async function requireTerraform(environment: TerraformRun["environment"]): Promise<TerraformProgram> {
  const program = findTerraform(environment["PATH"] ?? "");
  if (program === undefined) throw terraformMissing();
  const version = await versionOf(program, environment);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor)) return program;
  throw new Failure("terraform-old", `${program.path} is ${program.name} ${version}: at least ${NEEDED.major}.${NEEDED.minor} is needed`, {
    hint: `install a newer one: ${INSTALL[program.name]}`,
  });
}

const INSTALL = { tofu: "https://opentofu.org/docs/intro/install", terraform: "https://developer.hashicorp.com/terraform/install" };

/** What is said where neither is there. */
const terraformMissing = (): Failure => new Failure("terraform-missing", "neither tofu nor terraform is on the PATH", { hint: `install one: ${INSTALL.tofu}` });

async function versionOf(program: TerraformProgram, environment: TerraformRun["environment"]): Promise<string> {
  const { out, errors } = await runTerraform(program, "/", ["version", "-json"], { environment });
  const [, version] = /"terraform_version":\s*"([^"]+)"/.exec(out) ?? [];
  if (version !== undefined) return version;
  throw new Failure("terraform-failed", `${program.path} does not say which version it is`, { hint: `${program.path} version`, details: lastLines(errors || out) });
}

/**
 * Runs it in a directory to its end, whatever its exit code. It stands in a process group of its own, so that Ctrl-C on the
 * terminal reaches it only through `signal`: two interrupts would make it leave its state unwritten.
 * @throws Failure `terraform-failed` when it cannot be started
 */
export async function runTerraform(program: TerraformProgram, directory: string, words: readonly string[], run: TerraformRun): Promise<TerraformOutcome> {
  if (run.pluginCache !== undefined) await mkdir(run.pluginCache, { recursive: true });
  const files = run.survives === undefined ? null : await Promise.all([open(run.survives.out, "wx+", 0o600), open(run.survives.errors, "wx+", 0o600)]);
  const child = spawn(program.path, words, { cwd: directory, env: surroundings(run), stdio: ["ignore", files?.[0].fd ?? "pipe", files?.[1].fd ?? "pipe"], detached: true });
  const end = ended(child, program);
  const out: string[] = [];
  const errors: string[] = [];
  const takeOut = (line: string): void => {
    out.push(line);
    run.onLine?.(line);
  };
  const takeError = (line: string): void => void errors.push(line);
  const read = files === null
    ? [eachLine(child.stdout, takeOut), eachLine(child.stderr, takeError)]
    : [eachWritten(files[0], takeOut, end), eachWritten(files[1], takeError, end)];
  const forgotten = [whenAborted(run.signal, child, 0), whenAborted(run.abandon, child, PATIENCE_MS)];
  try {
    const code = await end;
    await Promise.all(read);
    return { code, out: out.join("\n"), errors: errors.join("\n") };
  } finally {
    for (const forget of forgotten) forget();
    await Promise.all(files?.map((file) => file.close()) ?? []);
  }
}

const lastLines = (text: string): readonly string[] => text.split("\n").filter((line) => line.trim() !== "").slice(-20);

/** What it gets to see: nobody is asked, nothing is looked up that we did not ask for, and the one state of a directory is the one meant. */
function surroundings({ environment, pluginCache }: TerraformRun): NodeJS.ProcessEnv {
  const configuration = environment["TF_CLI_CONFIG_FILE"];
  const own = { TF_IN_AUTOMATION: "1", TF_INPUT: "0", CHECKPOINT_DISABLE: "1", TF_WORKSPACE: "default" };
  const cache = pluginCache === undefined ? {} : { TF_PLUGIN_CACHE_DIR: environment["TF_PLUGIN_CACHE_DIR"] ?? pluginCache };
  const given: NodeJS.ProcessEnv = { ...environment, ...cache, ...own };
  // It warns of a file that is not there before everything that it says.
  if (configuration !== undefined && !existsSync(configuration)) delete given["TF_CLI_CONFIG_FILE"];
  return given;
}

async function eachLine(stream: Readable | null, take: (line: string) => void): Promise<void> {
  if (stream === null) return;
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) take(line);
}

const LOOK_AGAIN_MS = 100;

/** Each line that is written to a file, until the writer has ended. */
async function eachWritten(file: FileHandle, take: (line: string) => void, end: Promise<unknown>): Promise<void> {
  let over = false;
  const ending = end.then(() => (over = true), () => (over = true));
  const decoder = new StringDecoder("utf8");
  const buffer = Buffer.alloc(2 ** 16);
  let rest = "";
  for (let position = 0; ; ) {
    const last = over;
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    position += bytesRead;
    const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
    if (bytesRead > 0) continue;
    if (last) break;
    await Promise.race([sleep(LOOK_AGAIN_MS), ending]);
  }
  if (rest !== "") take(rest);
}

/** How long one that is to end at once may take before it is ended by force. */
const PATIENCE_MS = 10_000;

/** Interrupts it; with patience, and after that long ends it with all that it started. Gives what forgets about it. */
function whenAborted(signal: AbortSignal | undefined, child: ChildProcess, patienceMs: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    child.kill("SIGINT");
    if (patienceMs > 0) timer = setTimeout(() => killGroup(child), patienceMs);
  };
  if (signal?.aborted === true) interrupt();
  signal?.addEventListener("abort", interrupt, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", interrupt);
  };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function ended(child: ChildProcess, program: TerraformProgram): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("close", (code) => resolve(code));
    child.once("error", (cause) => {
      reject(new Failure("terraform-failed", `${program.path} cannot be started: ${"code" in cause ? String(cause.code) : cause.message}`, { hint: `${program.path} version`, cause }));
    });
  });
}
