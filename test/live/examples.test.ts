import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { makePlatform, service } from "./fixture.ts";

const run = promisify(execFile);
const examples = fileURLToPath(new URL("../../examples", import.meta.url));

/** What node's own test runner counted. */
function counts(output: string): Readonly<Record<string, number>> {
  return Object.fromEntries([...output.matchAll(/^(?:#|ℹ) (pass|fail|skipped) (\d+)$/gm)].map(([, what = "", number]) => [what, Number(number)]));
}

const nodeTests = (directory: string, files: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> =>
  run(process.execPath, ["--disable-warning=ExperimentalWarning", "--test", ...files], { cwd: directory, env: { PATH: process.env["PATH"], HOME: directory, ...environment } }).then(
    ({ stdout }) => stdout,
    (error: { readonly stdout: string }) => error.stdout,
  );

test("the schedule service passes its own tests against the database that the platform gives it", async () => {
  const copy = mkdtempSync(join(tmpdir(), "dailyge-example-"));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(join(examples, "dailyge/services/api"), copy, { recursive: true, filter: (path) => !path.endsWith("node_modules") });
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"], { cwd: copy });
  const platform = makePlatform({ services: { api: service({ uses: ["mysql"] }) }, databases: { mysql: { engine: "mysql" } } });
  await platform.up();
  const given = (name: string): string => readFileSync(join(platform.state(), "parts/api.1/environment", name), "utf8").trim();
  const names = ["MYSQL_HOST", "MYSQL_PORT", "MYSQL_USER", "MYSQL_PASSWORD", "MYSQL_DATABASE"];
  const output = await nodeTests(copy, ["test/*.test.ts"], Object.fromEntries(names.map((name) => [name, given(name)])));
  expect(counts(output), output).toMatchObject({ fail: 0, skipped: 0 });
  expect(counts(output)["pass"]).toBeGreaterThan(50);
});

test("the notes' renderer passes its own tests", async () => {
  const output = await nodeTests(join(examples, "notes/services/render"), ["markdown.test.js"]);
  expect(counts(output), output).toMatchObject({ fail: 0, skipped: 0 });
});
