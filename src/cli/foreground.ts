import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { isatty } from "node:tty";
import { Failure } from "../kit/failure.ts";

/** A program that gets our place at the terminal. */
export interface Foreground {
  readonly command: readonly string[];
  /** Absent: where we are. */
  readonly directory?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Signals that whoever ends us means for it. */
const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;
/** What a terminal sends to every program on it: passed on it would come twice. */
const FROM_TERMINAL: ReadonlySet<string> = new Set(["SIGINT", "SIGQUIT"]);

/**
 * Runs it with our own stdin, stdout and stderr to its end, and gives its exit code; as in a shell, 128 and the number of the
 * signal that ended it. Asks only descriptors: `process.stdin` would begin to read what the program is to read.
 */
export async function inForeground({ command: [program = "", ...words], directory, environment }: Foreground): Promise<number> {
  const onTerminal = isatty(0);
  const child = spawn(program, words, { env: { ...environment }, stdio: "inherit", ...(directory === undefined ? {} : { cwd: directory }) });
  const pass = (signal: NodeJS.Signals): void => {
    if (!(onTerminal && FROM_TERMINAL.has(signal))) child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, pass);
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } catch (cause) {
    throw new Failure("usage", `cannot run ${program}: ${cause instanceof Error && "code" in cause && cause.code === "ENOENT" ? "there is no such program" : String(cause)}`, { cause });
  } finally {
    for (const signal of PASSED_ON) process.off(signal, pass);
  }
}
