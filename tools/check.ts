import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

// All that can be known of a change within a minute: types, lint, quick tests, and whether generated pages are fresh.
const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string): string => `${root}/node_modules/.bin/${name}`;

const CHECKS: readonly (readonly [name: string, ...command: string[]])[] = [
  ["types", bin("tsc"), "--noEmit", "--project", root],
  ["lint", bin("oxlint")],
  // The test command counts the tests by itself.
  ...(process.argv.includes("--without-tests") ? [] : [["tests", bin("vitest"), "run", "--reporter=dot"] as const]),
  ["reference", process.execPath, `${root}/tools/reference/main.ts`, "--check"],
];

interface Outcome {
  readonly name: string;
  readonly good: boolean;
  readonly seconds: number;
  readonly output: string;
}

async function run([name, command = "", ...words]: readonly string[]): Promise<Outcome> {
  const began = performance.now();
  const child = spawn(command, words, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
  const output: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => output.push(piece));
  child.stderr.on("data", (piece: Buffer) => output.push(piece));
  const good = await new Promise<boolean>((resolve) => {
    child.on("error", (error) => {
      output.push(Buffer.from(`${command}: ${error.message}\n`));
      resolve(false);
    });
    child.on("close", (code) => resolve(code === 0));
  });
  return { name: name ?? "", good, seconds: (performance.now() - began) / 1_000, output: Buffer.concat(output).toString() };
}

/** Runs them all, as many at a time as there are processors; each is shown as it ends. */
async function runAll(): Promise<readonly Outcome[]> {
  const waiting = [...CHECKS];
  const outcomes: Outcome[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = await run(next);
      outcomes.push(outcome);
      console.log(`${outcome.good ? "ok    " : "failed"} ${outcome.name.padEnd(9)} ${outcome.seconds.toFixed(1)} s${outcome.good ? "" : `\n${outcome.output.trimEnd()}\n`}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), CHECKS.length) }, worker));
  return outcomes;
}

const began = performance.now();
const failed = (await runAll()).filter(({ good }) => !good).map(({ name }) => name);
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
console.log(failed.length === 0 ? `check: all ${CHECKS.length} passed in ${seconds} s` : `check: ${failed.join(", ")} failed, of ${CHECKS.length} in ${seconds} s`);
process.exitCode = failed.length === 0 ? 0 : 1;
