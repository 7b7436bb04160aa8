import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../../kit/failure.ts";
import type { Invocation } from "../invocation.ts";

const repository = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** Everything that has to hold before a change lands, or a part of it. */
export function test({ words }: Invocation): Promise<number> {
  return runTool("tools/test.ts", words);
}

/** The project's own figures. */
export function bench({ words }: Invocation): Promise<number> {
  return runTool("tools/bench/main.ts", words);
}

/** Breaks the reference platform, and counts what is lost. */
export function faults({ words }: Invocation): Promise<number> {
  return runTool("tools/faults/main.ts", words);
}

async function runTool(tool: string, words: readonly string[]): Promise<number> {
  const path = join(repository, tool);
  if (!existsSync(path)) throw new Failure("usage", "this is dailyge-infra as a package: its own tests and figures are in its repository", { hint: "clone the repository, then this command there" });
  // The tools that it runs in turn are to find this Node, not the machine's older one.
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", path, ...words], { stdio: "inherit", cwd: repository, env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"]}` } });
  // A Ctrl-C reaches the tool by itself: it ends, and then we do.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 130));
  });
}
