import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";

const repository = new URL("../..", import.meta.url).pathname;
const pinned = readFileSync(join(repository, ".node-version"), "utf8").trim();
const npm = execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim();
/** npm's own cache, for the whole file: one download of Node is enough. */
const npmCache = mkdtempSync(join(tmpdir(), "launcher-npm-"));

/** How this machine reaches the network: proxies and certificates. */
const wayOut = Object.fromEntries(Object.entries(process.env).filter(([name]) => /proxy$|_CA_|CERT/i.test(name)));

let directory: string;
let checkout: string;
let cache: string;
let started: ChildProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "launcher "));
  checkout = join(directory, "a check out");
  cache = join(directory, "home", ".cache", "dailyge");
  started = [];
  mkdirSync(join(checkout, "src/cli"), { recursive: true });
  mkdirSync(join(directory, "home"));
  for (const file of ["dailyge", ".node-version", ".node-sha512", "package.json", "package-lock.json"]) cpSync(join(repository, file), join(checkout, file));
  writeFileSync(
    join(checkout, "src/cli/main.ts"),
    `const told: object = { node: process.version, program: process.execPath, given: process.argv.slice(2), cache: process.env["DAILYGE_CACHE"], at: process.cwd(), umask: process.umask() };
     console.log(JSON.stringify(told));`,
  );
});

afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});
afterAll(() => rmSync(npmCache, { recursive: true, force: true }));

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Launch {
  readonly child: ChildProcess;
  readonly result: Promise<Result>;
  /** Resolves when stderr has said this; rejects when it ended without. */
  said(words: string): Promise<void>;
}

function launch(given: readonly string[] = ["--version"], more: { path?: string; program?: string; environment?: Record<string, string> } = {}): Launch {
  const child = spawn("sh", ["-c", 'umask 077; exec "$@"', "sh", more.program ?? join(checkout, "dailyge"), ...given], {
    cwd: "/",
    env: {
      ...wayOut,
      PATH: more.path ?? `${oldNode()}:${dirname(npm)}:/usr/bin:/bin`,
      HOME: join(directory, "home"),
      XDG_CACHE_HOME: join(directory, "home", ".cache"),
      npm_config_cache: npmCache,
      npm_config_fetch_retries: "0",
      ...more.environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let stderr = "";
  const said = (words: string): Promise<void> =>
    new Promise((resolve, reject) => {
      child.stderr.on("data", () => stderr.includes(words) && resolve());
      child.on("close", () => reject(new Error(`ended without saying "${words}": ${stderr}`)));
    });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  const result = text(child.stdout).then(async (stdout) => ({ code: await closed, stdout, stderr }));
  return { child, result, said };
}

/** A directory with a `node` that says it is of an old version, and is this one for npm. */
function oldNode(): string {
  return programs("old node", { node: `case $1 in --version) echo v18.20.1 ;; *) exec '${process.execPath}' "$@" ;; esac` });
}

function programs(name: string, scripts: Readonly<Record<string, string>>): string {
  const bin = join(directory, name);
  mkdirSync(bin, { recursive: true });
  for (const [program, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, program), 0o755);
  }
  return bin;
}

/** The tools that every machine has, and no npm and no node. */
function bareTools(): string {
  const bin = join(directory, "bare tools");
  mkdirSync(bin);
  for (const tool of ["sh", "id", "uname", "readlink", "mkdir", "rm"]) symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
  return bin;
}

const told = (result: Result): { node: string; program: string; given: string[]; cache: string; at: string; umask: number } => JSON.parse(result.stdout);
const inCache = (): readonly string[] => (existsSync(cache) ? readdirSync(cache).filter((entry) => entry !== "compiled") : []);
const pin = (change: (line: string) => string): void => {
  const file = join(checkout, ".node-sha512");
  writeFileSync(file, change(readFileSync(file, "utf8")));
};

test("the pinned Node is of the major that package.json asks for", () => {
  const engines = (JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { engines: { node: string } }).engines.node;
  expect(engines).toBe(`>=${pinned.split(".")[0]}.0.0`);
  expect(readFileSync(join(repository, ".node-sha512"), "utf8").match(/^[0-9a-f]{128} {2}node-linux-(x64|arm64)-.*\.tgz$/gm)).toHaveLength(2);
  expect(readFileSync(join(repository, ".node-sha512"), "utf8").split(`-${pinned}.tgz`)).toHaveLength(3);
});

describe("a machine with an old Node", () => {
  test("gets the pinned one, through a link, from a path with spaces, and at the second start without a word", async () => {
    symlinkSync(join(checkout, "dailyge"), join(directory, "link"));
    const first = await launch(["up", "a b", ""], { program: join(directory, "link") }).result;
    expect(first.stderr).toMatch(/here: v18\.20\.1.*fetching Node[^]*is ready \(\d+ s\)/);
    expect(told(first)).toMatchObject({ node: `v${pinned}`, given: ["up", "a b", ""], cache, at: "/", umask: 0o077 });
    expect(statSync(told(first).program).mode & 0o777).toBe(0o755);
    expect(told(first).program.startsWith(cache)).toBe(true);

    const begun = performance.now();
    const second = await launch().result;
    console.log(`second start: ${Math.round(performance.now() - begun)} ms`);
    expect(second).toMatchObject({ code: 0, stderr: "" });
    expect(inCache()).toHaveLength(1);
  });

  test("refuses what is not pinned, and keeps nothing of it", async () => {
    pin((lines) => lines.replaceAll(/^[0-9a-f]{8}/gm, "00000000"));
    const { code, stdout, stderr } = await launch().result;
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/refused: what npm delivered[^]*next: npm cache clean/);
    expect(inCache()).toEqual([]);
  });

  test("refuses a Node that has no pin", async () => {
    pin(() => "");
    expect(await launch().result).toMatchObject({ code: 2, stderr: expect.stringContaining("refused") });
    expect(inCache()).toEqual([]);
  });

  test("two starts at once fetch it once", async () => {
    const results = await Promise.all([launch().result, launch().result]);
    for (const result of results) expect(told(result).node).toBe(`v${pinned}`);
    expect(results.filter(({ stderr }) => stderr.includes("fetching Node"))).toHaveLength(1);
    expect(inCache()).toHaveLength(1);
  });

  test.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)("a start ended by %s leaves nothing half", async (signal) => {
    const ended = launch();
    await ended.said("fetching Node");
    ended.child.kill(signal);
    expect((await ended.result).stdout).toBe("");
    if (signal !== "SIGKILL") expect(inCache()).toEqual([]);
    expect(told(await launch().result).node).toBe(`v${pinned}`);
    expect(inCache()).toHaveLength(1);
  });

  test("says what to do without npm", async () => {
    const { code, stderr } = await launch([], { path: `${oldNode()}:${bareTools()}` }).result;
    expect(code).toBe(2);
    expect(stderr).toMatch(/npm, which fetches it, is not on the PATH\n {2}next: sudo apt-get install npm/);
  });

  test("says what to do without a network", async () => {
    const { code, stderr } = await launch([], { environment: { npm_config_registry: "http://127.0.0.1:9/", npm_config_cache: join(directory, "empty") } }).result;
    expect(code).toBe(2);
    expect(stderr).toMatch(/ECONNREFUSED[^]*cannot fetch node-linux-\w+@[^]*next: npm ping/);
    expect(inCache()).toEqual([]);
  });

  test("says what to do where its cache may not be written", async () => {
    const { code, stderr } = await launch([], { environment: { XDG_CACHE_HOME: "/proc" } }).result;
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot write to \/proc\/dailyge\n {2}next: .*XDG_CACHE_HOME/);
  });

  test("says what to do on a machine that no Node is pinned for", async () => {
    const { code, stderr } = await launch([], { path: `${programs("apple", { uname: "echo Darwin arm64" })}:${oldNode()}:/usr/bin:/bin` }).result;
    expect(code).toBe(2);
    expect(stderr).toMatch(/this is Darwin arm64\n {2}next: install Node \d+/);
  });
});

test("a machine with a Node that will do is left as it is", async () => {
  const result = await launch(["status"], { path: `${dirname(process.execPath)}:/usr/bin:/bin` }).result;
  expect(told(result)).toMatchObject({ node: process.version, program: process.execPath, given: ["status"] });
  expect(inCache()).toEqual([]);
});

describe("the packages", () => {
  const path = `${dirname(process.execPath)}:${dirname(npm)}:/usr/bin:/bin`;
  const lockWith = (version: string): void => {
    const tool = { name: "a-tool", version, bin: { "a-tool": "a-tool.js" } };
    mkdirSync(join(checkout, "a-tool"), { recursive: true });
    writeFileSync(join(checkout, "a-tool/package.json"), JSON.stringify(tool));
    writeFileSync(join(checkout, "a-tool/a-tool.js"), "#!/usr/bin/env node\n");
    writeFileSync(join(checkout, "package.json"), JSON.stringify({ name: "of-a-test", version, devDependencies: { "a-tool": "file:a-tool" } }, null, 2));
    rmSync(join(checkout, "package-lock.json"), { force: true });
    execFileSync(npm, ["install", "--package-lock-only", "--silent"], { cwd: checkout, stdio: "ignore" });
  };

  test("are installed once per lock file, and only for the commands that use them", async () => {
    lockWith("1.0.0");
    for (const words of [["up"], ["status", "--target", "local"], ["plan", "--offline"], ["logs", "--environment", "aws"]]) {
      expect((await launch(words, { path }).result).stderr, words.join(" ")).toBe("");
    }
    expect(existsSync(join(checkout, "node_modules"))).toBe(false);

    expect((await launch(["test"], { path }).result).stderr).toMatch(/the packages are ready/);
    expect(existsSync(join(checkout, "node_modules/a-tool/package.json"))).toBe(true);
    expect((await launch(["test"], { path }).result).stderr).toBe("");

    lockWith("2.0.0");
    expect((await launch(["bench"], { path }).result).stderr).toMatch(/the packages are ready/);
  });

  test.each(["apply", "--environment prod verify", "status --target aws", "deploy api --target=aws", "bootstrap", "update"])(
    "are there for AWS: %s",
    async (words) => {
      lockWith("1.0.0");
      expect((await launch(words.split(" "), { path }).result).stderr).toMatch(/the packages are ready/);
    },
  );

  test("are there for plan where a program can compare", async () => {
    lockWith("1.0.0");
    expect((await launch(["plan"], { path: `${programs("tofu", { tofu: "exit 0" })}:${path}` }).result).stderr).toMatch(/the packages are ready/);
  });

  test("are not looked for beside a package, which npm has given them", async () => {
    lockWith("1.0.0");
    rmSync(join(checkout, "package-lock.json"));
    expect((await launch(["apply"], { path }).result).stderr).toBe("");
  });

  test("are installed once by two starts at once", async () => {
    lockWith("1.0.0");
    const results = await Promise.all([launch(["test"], { path }).result, launch(["test"], { path }).result]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(results.filter(({ stderr }) => stderr.includes("the packages are ready"))).toHaveLength(1);
  });

  test("that cannot be installed are a failure, tried again at the next start", async () => {
    lockWith("1.0.0");
    writeFileSync(join(checkout, "package-lock.json"), "{}");
    expect(await launch(["test"], { path }).result).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("npm ci failed") });
    lockWith("1.0.0");
    expect(await launch(["test"], { path }).result).toMatchObject({ code: 0 });
  });
});
