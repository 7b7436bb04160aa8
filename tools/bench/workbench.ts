import { spawn, type ChildProcess } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Platform } from "./platform.ts";
import type { Command } from "./processes.ts";

export const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that was started by hand. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** SIGTERM, and its end. */
  stop(): Promise<void>;
}

/** A temporary directory and everything that is started for the figures; all of it is gone when it is closed. */
export class Workbench {
  readonly directory: string;
  readonly cache = process.env["DAILYGE_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "dailyge");
  readonly #children = new Set<ChildProcess>();
  readonly #platforms = new Map<string, Promise<Platform>>();
  readonly #tell: (text: string) => void;
  #closed: Promise<void> | null = null;

  private constructor(directory: string, tell: (text: string) => void) {
    this.directory = directory;
    this.#tell = tell;
  }

  static async open(tell: (text: string) => void): Promise<Workbench> {
    const directory = await mkdtemp(join(tmpdir(), "dailyge-bench-"));
    await chmod(directory, 0o755);
    return new Workbench(directory, tell);
  }

  tell(text: string): void {
    this.#tell(text);
  }

  /** The environment of the launcher, and first on the PATH the Node that runs us. */
  get environment(): Readonly<Record<string, string>> {
    const path = [dirname(process.execPath), ...(process.env["PATH"] ?? "").split(delimiter).filter((entry) => entry !== dirname(process.execPath))].join(delimiter);
    return { ...(process.env as Record<string, string>), PATH: path, DAILYGE_CACHE: this.cache, NODE_COMPILE_CACHE: join(this.cache, "compiled") };
  }

  /** Starts a process in a group of its own: a Ctrl-C is ours to pass on. */
  start({ words, directory, environment }: Command, options: { readonly output?: "kept" | "none" } = {}): Started {
    if (this.#closed !== null) throw new Error("the bench is being closed");
    return this.#spawn({ words, directory, environment }, options.output ?? "kept");
  }

  #spawn({ words: [program = "", ...words], directory, environment }: Command, output: "kept" | "none"): Started {
    const kind = output === "kept" ? "pipe" : "ignore";
    const child = spawn(program, words, { cwd: directory, env: environment, detached: true, stdio: ["ignore", kind, kind] });
    this.#children.add(child);
    const said = { stdout: "", stderr: "" };
    child.stdout?.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, ...said }));
    }).finally(() => this.#children.delete(child));
    ended.catch(() => {});
    return {
      child,
      ended,
      stop: async () => {
        child.kill("SIGTERM");
        await ended;
      },
    };
  }

  /** Runs our own command as a person types it. @throws when it does not end with 0 */
  async dailyge(...words: readonly string[]): Promise<string> {
    if (this.#closed !== null) throw new Error("the bench is being closed");
    return this.#dailyge(words);
  }

  async #dailyge(words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#spawn({ words: ["./dailyge", ...words], directory: repository, environment: this.environment }, "kept").ended;
    if (code !== 0) throw new Error(`./dailyge ${words[0]} ended with ${code}: ${stderr.trim()}`);
    return stdout;
  }

  /** A platform that is prepared once and shared by the figures that need it. It is erased at the end. */
  platform(name: string, definition: (directory: string) => Promise<string>): Promise<Platform> {
    const known = this.#platforms.get(name);
    if (known !== undefined) return known;
    this.tell(`preparing the ${name} platform`);
    const made = Platform.make((...words) => this.#dailyge(words), join(this.directory, name), definition);
    this.#platforms.set(name, made);
    return made;
  }

  /** Ends and deletes everything. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const child of this.#children) end(child, "SIGTERM");
    for (const platform of this.#platforms.values()) await platform.then((made) => made.erase(), () => {}).catch((error: unknown) => this.tell(String(error)));
    for (const child of this.#children) end(child, "SIGKILL");
    await rm(this.directory, { recursive: true, force: true });
  }
}

function end({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}
