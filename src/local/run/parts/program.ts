import { spawn } from "node:child_process";
import { Failure } from "../../../kit/failure.ts";

/** How a program ended and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Gets what the program writes to its file descriptor 3, line by line. */
  readonly onStatus?: (line: string) => void;
  /** Gets what the program prints, line by line. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end, in English. A program that cannot be started is a code of null; an abort is a Failure. */
export function runProgram(program: string, given: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, given, {
      cwd: options.directory ?? "/",
      env: { ...process.env, LC_ALL: "C", ...options.environment },
      stdio: ["ignore", "pipe", "pipe", options.onStatus === undefined ? "ignore" : "pipe"],
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const said = { stdout: "", stderr: "" };
    let trouble: Error | null = null;
    child.stdio[1]?.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stdio[2]?.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
    child.stdio[3]?.on("data", lineReader(options.onStatus ?? (() => {})));
    if (options.onLine !== undefined) child.stdio[1]?.on("data", lineReader(options.onLine));
    child.on("error", (error) => {
      trouble = error;
      if (child.pid === undefined) finish(null);
    });
    child.on("close", finish);

    function finish(code: number | null): void {
      if (options.signal?.aborted === true) reject(interrupted(options.signal.reason));
      else resolve({ code, stdout: said.stdout, stderr: trouble === null ? said.stderr : `${said.stderr}${trouble.message}\n` });
    }
  });
}

/** The user or the caller has had enough. */
export function interrupted(cause: unknown): Failure {
  return new Failure("cancelled", "preparing the parts was interrupted: nothing half-made is left", { hint: "to go on: ./dailyge up", cause });
}

function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  };
}
