import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { inspectPythons } from "../../src/local/run/parts/index.ts";
import { CACHE, makePlatform, part, service } from "./fixture.ts";

const PYTHON = "/usr/bin/python3";
/** How this machine reaches PyPI. */
const wayOut = Object.fromEntries(Object.entries(process.env).filter(([name]) => /proxy$|^PIP_|^SSL_/i.test(name)));
const hasMongod = ["/usr/bin", "/usr/local/bin", "/usr/sbin"].some((directory) => existsSync(join(directory, "mongod")));

function temporary(name: string): string {
  const made = mkdtempSync(join(tmpdir(), name));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  chmodSync(made, 0o755);
  return made;
}

/** A PATH on which is what is on this machine's, but Python. */
function pathWithoutPython(): string {
  const path = temporary("dailyge-path-");
  const known = new Set<string>();
  for (const directory of ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]) {
    for (const name of existsSync(directory) ? readdirSync(directory) : []) {
      if (/^python|^mongo/.test(name) || known.has(name)) continue;
      known.add(name);
      symlinkSync(join(directory, name), join(path, name));
    }
  }
  return path;
}

/** A start in a process of its own. */
function start(cache: string, path: string, environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [new URL("python-start.ts", import.meta.url).pathname, cache, path], { env: { PATH: "/usr/bin:/bin", ...wayOut, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, outcome: text(child.stdout) };
}

const outcome = async (started: ReturnType<typeof start>): Promise<unknown> => JSON.parse(await started.outcome);

describe("a program of PyPI", () => {
  test("is refused by name where there is no Python, or one that makes no environments; doctor says the same", async () => {
    const cache = temporary("dailyge cache ");
    const path = pathWithoutPython();
    const [first, doctor] = await Promise.all([outcome(start(cache, path)), inspectPythons({ cache, path, systemDirectories: [] })]);
    expect(first).toMatchObject({ code: "part-missing", message: expect.stringMatching(/this machine has no Python 3\.11 or newer/), hint: expect.stringContaining("python3-venv") });
    expect(doctor).toEqual([{ name: "secantusdb", found: null, fetchable: false, advice: expect.stringContaining("python3-venv") }]);
    // As Debian's Python without its package for environments is.
    writeFileSync(join(path, "python3"), `#!/bin/sh\nshift 2\nexec ${PYTHON} -I -c 'import sys; sys.modules["ensurepip"] = None; exec(sys.argv[1])' "$@"\n`, { mode: 0o755 });
    expect(await outcome(start(cache, path))).toMatchObject({ code: "part-missing", message: expect.stringContaining("lacks its modules venv and ensurepip"), hint: "sudo apt-get install python3-venv" });
    expect(readdirSync(cache)).toEqual([]);
  });

  test("says that the package index does not answer", async () => {
    const cache = temporary("dailyge cache ");
    const told = await outcome(start(cache, "/usr/bin", { PIP_INDEX_URL: "http://127.0.0.1:9/simple", PIP_FIND_LINKS: "", PIP_EXTRA_INDEX_URL: "", HTTP_PROXY: "", http_proxy: "" }));
    expect(told).toMatchObject({ code: "download-failed", message: expect.stringContaining("the package index does not answer: Connection refused"), hint: expect.stringContaining("./dailyge up") });
    expect(readdirSync(join(cache, "parts"))).toEqual([]);
  });
});

test.skipIf(hasMongod)("what needs MongoDB waits where Python is missing; the next up after it is installed completes, over what a killed one left", { timeout: 400_000 }, async () => {
  const cache = temporary("dailyge cache ");
  for (const tree of readdirSync(join(CACHE, "parts")).filter((name) => /^(haproxy|runit)-/.test(name))) cpSync(join(CACHE, "parts", tree), join(cache, "parts", tree), { recursive: true, verbatimSymlinks: true });
  const platform = makePlatform({ services: { api: service({ uses: ["docs"] }), beside: service({}, "beside") }, databases: { docs: { engine: "mongodb" } } }, { cache });
  const path = pathWithoutPython();
  const up = () => platform.startWith({ environment: { PATH: `${join(process.execPath, "..")}:${path}`, ...wayOut } }, "up", "--detach").ended();

  const waiting = await up();
  expect(waiting, waiting.err).toMatchObject({ code: 2, out: expect.stringMatching(/api +waiting for docs[^]*docs: no mongod 8\.0 or newer is on the PATH[^]*next: .*python3-venv/) });
  const before = await platform.status();
  expect(before).toMatchObject({ ready: false, parts: expect.arrayContaining([expect.objectContaining({ name: "docs", state: "waiting", pid: null }), expect.objectContaining({ name: "api", state: "waiting", pid: null })]) });
  expect(part(before, "beside.1").state).toBe("ready");
  expect((await platform.ask("/", { host: "beside" })).status).toBe(200);

  // What an earlier release of ours needed.
  mkdirSync(join(cache, "parts", "secantusdb-0.6.0-00000000-python3.11-x64"));
  const killed = start(cache, "/usr/bin");
  for await (const step of killed.child.stderr) if (String(step).includes("making its environment")) break;
  killed.child.kill("SIGKILL");
  await once(killed.child, "close");
  expect(readdirSync(join(cache, "parts")).filter((name) => name.startsWith("secantusdb"))).toEqual(["secantusdb-0.6.0-00000000-python3.11-x64"]);

  symlinkSync(PYTHON, join(path, "python3"));
  const [done] = await Promise.all([up(), outcome(start(cache, "/usr/bin"))]);
  expect(done, done.err).toMatchObject({ code: 0 });
  expect(await platform.status()).toMatchObject({ ready: true });
  expect(readdirSync(join(cache, "parts")).filter((name) => /^\.new|^lock|^secantusdb/.test(name))).toEqual([expect.not.stringContaining("0.6.0")]);

  // From the cache, with neither a Python to look for nor a network.
  const [tree = ""] = readdirSync(join(cache, "parts")).filter((name) => name.startsWith("secantusdb"));
  expect(await outcome(start(cache, "/nowhere", { PIP_INDEX_URL: "http://127.0.0.1:9" }))).toMatchObject({ root: join(cache, "parts", tree), from: "PyPI" });
  execFileSync(join(cache, "parts", tree, "bin/python"), ["-I", "-B", join(cache, "parts", tree, "bin/secantusd-py"), "--help"]);
});
