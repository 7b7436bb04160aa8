import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Everything that has to hold before a change lands: `quick` within a minute, `live` with the real parts; without a word both.
const root = fileURLToPath(new URL("..", import.meta.url));
const reports = mkdtempSync(join(tmpdir(), "dailyge-test-"));
process.on("exit", () => rmSync(reports, { recursive: true, force: true }));

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function run(command: string, words: readonly string[]): Promise<number> {
  const child = spawn(command, words, { cwd: root, stdio: "inherit", env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning" } });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** Runs vitest with one of its configurations. A run that ended without a report has failed. */
async function vitest(config: string, ...files: readonly string[]): Promise<Counts> {
  const report = join(reports, `${config}.json`);
  const code = await run(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", ...files, "--config", config, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, "utf8")) as Readonly<Record<string, number>>;
    const failed = numFailedTests ?? 0;
    return { passed: numPassedTests ?? 0, failed: code !== 0 && failed === 0 ? 1 : failed, skipped: (numPendingTests ?? 0) + (numTodoTests ?? 0) };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** Types, lint and generated pages count as one. */
async function check(): Promise<Counts> {
  const code = await run(process.execPath, [join(root, "tools/check.ts"), "--without-tests"]);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** Four platforms at once under load: beside another file it would ask more of two cores than they have. */
const CROWDED = "test/live/deploy-refused.test.ts";

const parts: Readonly<Record<string, readonly (() => Promise<Counts>)[]>> = {
  quick: [check, () => vitest("vitest.config.ts")],
  live: [() => vitest("vitest.live.config.ts", "--exclude", CROWDED), () => vitest("vitest.live.config.ts", CROWDED)],
};
const [wanted, ...more] = process.argv.slice(2);
if (more.length > 0 || (wanted !== undefined && parts[wanted] === undefined)) {
  process.stderr.write("usage: ./dailyge test [quick|live]\n");
  process.exit(2);
}
const counts: Counts[] = [];
for (const part of wanted === undefined ? Object.values(parts).flat() : (parts[wanted] ?? [])) counts.push(await part());
const sum = (of: keyof Counts): number => counts.reduce((total, each) => total + each[of], 0);
process.stdout.write(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped\n`);
process.exitCode = sum("failed") === 0 && sum("passed") > 0 ? 0 : 1;
