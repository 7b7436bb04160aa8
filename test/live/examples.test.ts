import { execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { makePlatform, service } from "./fixture.ts";

const run = promisify(execFile);
const examples = fileURLToPath(new URL("../../examples", import.meta.url));

/** What node's own test runner counted. */
function counts(output: string): Readonly<Record<string, number>> {
  return Object.fromEntries([...output.matchAll(/^(?:#|ℹ) (pass|fail|skipped) (\d+)$/gm)].map(([, what = "", number]) => [what, Number(number)]));
}

/** What node's test runner says. It and the servers that its tests start are a group: when the test is given up, none of them is left. */
function nodeTests(directory: string, files: readonly string[], environment: Readonly<Record<string, string | undefined>> = {}): Promise<string> {
  const env = { PATH: process.env["PATH"], HOME: directory, ...environment };
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--test", ...files], { cwd: directory, env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => endGroup(child.pid));
  return text(child.stdout);
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // All of them have ended.
  }
}

const SERVICES = ["api", "admin-api", "event-worker", "nightly"] as const;
type Name = (typeof SERVICES)[number];

test("the reference's services pass their own tests against the parts that the platform gives them", { timeout: 600_000 }, async () => {
  const copies = mkdtempSync(join(tmpdir(), "dailyge-examples-"));
  onTestFinished(() => rmSync(copies, { recursive: true, force: true }));
  const platform = makePlatform({
    services: {
      "api": service({ uses: ["mysql", "redis", "mongodb", "events"] }),
      "admin-api": service({ uses: ["mysql"] }, "admin-api"),
      "event-worker": service({ uses: ["mongodb"], consumes: ["events"] }, "event-worker"),
      "nightly": service({ uses: ["mysql"] }, "nightly"),
    },
    databases: { mysql: { engine: "mysql" }, redis: { engine: "redis" }, mongodb: { engine: "mongodb" } },
    topics: { events: {} },
  });
  const install = async (name: Name) => {
    cpSync(join(examples, "dailyge/services", name), join(copies, name), { recursive: true, filter: (path) => !path.endsWith("node_modules") });
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"], { cwd: join(copies, name) });
  };
  await Promise.all([platform.up(), ...SERVICES.map(install)]);
  // The worker's tests publish; the API has what that takes.
  symlinkSync("../../../api/node_modules/@aws-sdk/client-sns", join(copies, "event-worker/node_modules/@aws-sdk/client-sns"));
  const given = (name: Name): Readonly<Record<string, string>> => {
    const directory = join(platform.state(), "parts", `${name}.1`, "environment");
    const names = readdirSync(directory).filter((variable) => /^(MYSQL|REDIS|MONGODB|EVENTS|AWS)_/.test(variable));
    return Object.fromEntries(names.map((variable) => [variable, readFileSync(join(directory, variable), "utf8").trim()]));
  };
  const pass = async (name: Name, least: number, more: Readonly<Record<string, string | undefined>> = {}) => {
    const output = await nodeTests(join(copies, name), ["--test-concurrency=4", "test/*.test.ts"], { ...given(name), ...more });
    expect(counts(output), output).toMatchObject({ fail: 0, skipped: 0 });
    expect(counts(output)["pass"], name).toBeGreaterThanOrEqual(least);
  };
  const { EVENTS_TOPIC_ARN, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = given("api");
  await run(process.execPath, ["src/migrate.ts"], { cwd: join(copies, "api"), env: { ...given("api") } });
  const publisher = { EVENTS_TOPIC_ARN, PUBLISHER_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID, PUBLISHER_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY };
  // The API ends the sessions that the admin API leaves to it, so they take turns.
  await Promise.all([pass("api", 75).then(() => pass("admin-api", 8)), pass("event-worker", 16, publisher), pass("nightly", 5)]);
});

test("the notes' renderer passes its own tests", async () => {
  const output = await nodeTests(join(examples, "notes/services/render"), ["markdown.test.js"]);
  expect(counts(output), output).toMatchObject({ fail: 0, skipped: 0 });
});
