import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inspectParts, programEnvironment, type FoundPart, type PartName } from "../../src/local/run/parts/index.ts";
import { configure, offerPackages, type Offer, type Source } from "./parts-source.ts";

const isRoot = process.getuid?.() === 0;
const hasApt = existsSync("/usr/bin/apt-get");
/** How this machine reaches the network. */
const wayOut = Object.fromEntries(Object.entries(process.env).filter(([name]) => /proxy$/i.test(name)));
const systemPath = "/usr/local/bin:/usr/bin:/bin";

const greeter: Offer = { package: "libgreeter1", version: "1.0", files: { "usr/lib/x86_64-linux-gnu/libgreeter.so.1": "a library\n" } };
const hook: Offer = { package: "init-hook-of-a-test", version: "1.0", files: { "usr/share/hook": "not wanted\n" } };
const haproxy: Offer = {
  package: "haproxy",
  version: "9.0.1-1test",
  depends: "libgreeter1, init-hook-of-a-test",
  files: { "usr/sbin/haproxy": "#!/bin/sh\necho HAProxy version 9.0.1-1test\n", "usr/share/haproxy/ballast": Buffer.alloc(4_000_000, "ballast ") },
};

let directory: string;
let cache: string;
let source: Source | null;
let started: ChildProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "parts "));
  chmodSync(directory, 0o755);
  cache = join(directory, "home of somebody", "the cache");
  mkdirSync(join(directory, "home of somebody"));
  if (isRoot) execFileSync("chown", ["nobody", join(directory, "home of somebody")]);
  source = null;
  started = [];
});

afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  source?.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Outcome {
  readonly found?: Readonly<Record<string, FoundPart>>;
  readonly failure?: { readonly code: string; readonly message: string; readonly hint: string; readonly details: readonly string[] };
}

interface Start {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome | null>;
  readonly events: Promise<string>;
}

/** A start in a process of its own, as an ordinary user with a closed umask; parts of this machine are out of its sight. */
function start(more: { wanted?: readonly PartName[]; cache?: string; path?: string; configuration?: string } = {}): Start {
  const request = { wanted: more.wanted ?? ["haproxy"], cache: more.cache ?? cache, path: more.path ?? toolsOnly(), systemDirectories: [] };
  const script = new URL("./parts-start.ts", import.meta.url).pathname;
  const become = isRoot ? ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"] : [];
  const child = spawn("sh", ["-c", 'umask 077; exec "$@"', "sh", ...become, process.execPath, script, JSON.stringify(request)], {
    cwd: "/",
    env: { ...wayOut, PATH: systemPath, HOME: "/nonexistent", ...(more.configuration === undefined ? {} : { APT_CONFIG: more.configuration }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  const outcome = text(child.stdout).then((out) => (out === "" ? null : (JSON.parse(out) as Outcome)));
  return { child, outcome, events: text(child.stderr) };
}

/** A directory with only apt-get and dpkg-deb in it. */
function toolsOnly(): string {
  const tools = join(directory, "tools");
  mkdirSync(tools, { recursive: true });
  for (const tool of ["apt-get", "dpkg-deb"]) rmSync(join(tools, tool), { force: true });
  for (const tool of ["apt-get", "dpkg-deb"]) execFileSync("ln", ["-s", `/usr/bin/${tool}`, tools]);
  return tools;
}

/** What is in the cache beside finished trees. */
const leftovers = (): readonly string[] => (existsSync(join(cache, "parts")) ? readdirSync(join(cache, "parts")).filter((entry) => !/^\w+-\d/.test(entry)) : []);

const offer = async (offers: readonly Offer[] = [haproxy, greeter, hook]): Promise<string> => {
  source = await offerPackages(directory, offers);
  return source.configuration;
};

const dead = (): string => configure(directory, "deb [trusted=yes] http://127.0.0.1:9 ./");

describe.skipIf(!hasApt)("parts out of Debian packages", () => {
  test("are unpacked by an ordinary user, run, and are then found without network and without apt", async () => {
    const configuration = await offer();
    const first = await start({ configuration }).outcome;
    const part = first?.found?.["haproxy"];
    expect(part).toMatchObject({ product: "HAProxy", version: "9.0.1", from: "Debian package", substitutes: null });
    expect(execFileSync(part?.programs["haproxy"] ?? "", { encoding: "utf8" })).toContain("9.0.1");
    expect(leftovers()).toEqual([]);

    source?.close();
    const again = start({ configuration: dead(), path: "/nonexistent" });
    expect(await again.outcome).toEqual(first);
    expect(await again.events).not.toContain("downloading");
  });

  test("bring the libraries that the machine lacks, and no other dependency", async () => {
    const part = (await start({ configuration: await offer() }).outcome)?.found?.["haproxy"];
    expect(readFileSync(join(part?.libraryPath ?? "", "libgreeter.so.1"), "utf8")).toBe("a library\n");
    expect(existsSync(join(part?.root ?? "", "usr/share/hook"))).toBe(false);
    expect(programEnvironment({ libraryPath: part?.libraryPath ?? null })).toEqual({ LD_LIBRARY_PATH: part?.libraryPath });
  });

  test("are readable by every user, whatever the umask", async () => {
    const part = (await start({ configuration: await offer() }).outcome)?.found?.["haproxy"];
    const root = part?.root ?? "";
    for (const path of [cache, join(cache, "parts"), root, join(root, "usr/sbin/haproxy")]) expect(statSync(path).mode & 0o555).toBe(0o555);
    expect(statSync(join(root, "manifest.json")).mode & 0o444).toBe(0o444);
  });

  test("two starts at once fetch them once", async () => {
    const configuration = await offer();
    const starts = [start({ configuration }), start({ configuration })];
    const outcomes = await Promise.all(starts.map(({ outcome }) => outcome));
    expect(outcomes[0]?.found).toBeDefined();
    expect(outcomes[1]).toEqual(outcomes[0]);
    expect(source?.asked.get("/haproxy_9.0.1-1test_amd64.deb") ?? source?.asked.get("/haproxy_9.0.1-1test_arm64.deb")).toBe(1);
    expect(leftovers()).toEqual([]);
  });

  test("a start killed in the middle leaves nothing that the next does not sweep", async () => {
    const configuration = await offer();
    const reached = source?.stall();
    const killed = start({ configuration });
    await Promise.race([reached, killed.outcome]);
    killed.child.kill("SIGKILL");
    expect(await killed.outcome).toBeNull();
    expect(leftovers()).not.toEqual([]);

    source?.flow();
    expect((await start({ configuration }).outcome)?.found?.["haproxy"]?.version).toBe("9.0.1");
    expect(leftovers()).toEqual([]);
  });

  test("a start that is interrupted says so and leaves nothing", async () => {
    const configuration = await offer();
    const reached = source?.stall();
    const interrupted = start({ configuration });
    await Promise.race([reached, interrupted.outcome]);
    interrupted.child.kill("SIGINT");
    expect((await interrupted.outcome)?.failure?.code).toBe("cancelled");
    expect(leftovers()).toEqual([]);
  });

  test.each(["emptied", "deleted"])("a tree of which a file was %s is unpacked again", async (damage) => {
    const configuration = await offer();
    const program = (await start({ configuration }).outcome)?.found?.["haproxy"]?.programs["haproxy"] ?? "";
    if (damage === "emptied") truncateSync(program, 3);
    else rmSync(program);
    const again = start({ configuration });
    expect((await again.outcome)?.found?.["haproxy"]?.programs["haproxy"]).toBe(program);
    expect(await again.events).toContain("haproxy unpacking");
    expect(execFileSync(program, { encoding: "utf8" })).toContain("9.0.1");
  });
});

describe.skipIf(!hasApt)("parts that cannot be had", () => {
  test("a package that is not what its list promised is refused", async () => {
    const failure = (await start({ configuration: await offer([{ ...haproxy, tampered: true }, greeter, hook]) }).outcome)?.failure;
    expect(failure).toMatchObject({ code: "download-failed", hint: expect.stringContaining("sudo apt-get install haproxy") });
    expect(failure?.details.join()).toMatch(/Hash Sum mismatch/i);
    expect(readdirSync(join(cache, "parts"))).toEqual([]);
  });

  test("a source that nobody signed is refused", async () => {
    source = await offerPackages(directory, [haproxy, greeter, hook], false);
    const failure = (await start({ configuration: source.configuration }).outcome)?.failure;
    expect(failure).toMatchObject({ code: "download-failed", message: expect.stringContaining("not signed") });
  });

  test("no network is a failure that names the package and the command", async () => {
    const failure = (await start({ configuration: dead() }).outcome)?.failure;
    expect(failure).toMatchObject({ code: "download-failed", hint: expect.stringContaining("sudo apt-get install haproxy") });
    expect(failure?.message).toContain("127.0.0.1:9");
  });

  test("a version that is too old is not even downloaded", async () => {
    const failure = (await start({ configuration: await offer([{ ...haproxy, version: "2.4.24", depends: "libgreeter1" }, greeter]) }).outcome)?.failure;
    expect(failure).toMatchObject({ code: "part-missing", message: expect.stringMatching(/offers 2\.4\.24, and 2\.6 or newer is needed/) });
    expect([...(source?.asked.keys() ?? [])].filter((path) => path.endsWith(".deb"))).toEqual([]);
  });

  test("a program that does not run here is no part", async () => {
    const broken = { ...haproxy, files: { "usr/sbin/haproxy": "#!/nonexistent/interpreter\n" } };
    const failure = (await start({ configuration: await offer([broken, greeter, hook]) }).outcome)?.failure;
    expect(failure).toMatchObject({ code: "part-missing", message: expect.stringContaining("haproxy does not run") });
    expect(readdirSync(join(cache, "parts"))).toEqual([]);
  });

  test("a machine without apt is told what to install", async () => {
    const failure = (await start({ path: "/nonexistent", wanted: ["haproxy", "mariadb"] }).outcome)?.failure;
    expect(failure).toMatchObject({ code: "part-missing", hint: expect.stringMatching(/install HAProxy 2\.6 or newer.*MariaDB 10\.6 or newer/) });
  });

  test.runIf(isRoot)("a full disk is said to be one, and the half is gone", async () => {
    const small = join(directory, "small disk");
    mkdirSync(small);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m,mode=777", "tmpfs", small]);
    try {
      const failure = (await start({ cache: join(small, "cache"), configuration: await offer() }).outcome)?.failure;
      expect(failure).toMatchObject({ code: "disk-full", hint: expect.stringContaining("df -h") });
      expect(readdirSync(join(small, "cache/parts"))).toEqual([]);
    } finally {
      execFileSync("umount", [small]);
    }
  });

  test.each(["a file", "a closed directory/cache"])("a cache that may not be written is a failure of its own: %s", async (place) => {
    writeFileSync(join(directory, "a file"), "");
    mkdirSync(join(directory, "a closed directory"), { mode: 0o555 });
    const failure = (await start({ cache: join(directory, place), configuration: await offer() }).outcome)?.failure;
    expect(failure).toMatchObject({ code: "permission", hint: expect.stringContaining("XDG_CACHE_HOME") });
  });
});

describe("parts on the PATH", () => {
  /** A directory of programs that say something. */
  function programs(said: Readonly<Record<string, string>>): string {
    const bin = join(directory, "bin");
    mkdirSync(bin);
    for (const [name, words] of Object.entries(said)) {
      writeFileSync(join(bin, name), `#!/bin/sh\necho '${words}'\n`);
      chmodSync(join(bin, name), 0o755);
    }
    return bin;
  }
  const look = (path: string, name: PartName) => inspectParts({ cache, path, systemDirectories: [] }, [name]).then(([report]) => report);
  const mariadb = { mariadb: "" };

  test("are used where they are new enough", async () => {
    const bin = programs({ haproxy: "HAProxy version 3.2.1 2026/01/01" });
    expect((await look(bin, "haproxy"))?.found).toMatchObject({ version: "3.2.1", from: "PATH", programs: { haproxy: join(bin, "haproxy") }, libraryPath: null });
  });

  test("are not used where they are too old, and doctor says why and what to do", async () => {
    const report = await look(programs({ haproxy: "HAProxy version 2.4.2" }), "haproxy");
    expect(report?.found).toBeNull();
    expect(report?.advice).toMatch(/HAProxy 2\.4\.2 in .* is not 2\.6 or newer; install HAProxy/);
  });

  test("MySQL 8.4 goes before MariaDB", async () => {
    const bin = programs({ mysqld: "mysqld  Ver 8.4.3 for Linux on x86_64", mysql: "", mariadbd: "mariadbd  Ver 10.11.6-MariaDB", ...mariadb });
    expect((await look(bin, "mariadb"))?.found).toMatchObject({ product: "MySQL", version: "8.4.3", substitutes: null });
  });

  test("a mysqld that is MariaDB's is taken for what it is", async () => {
    const ver = "Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu";
    const bin = programs({ mysqld: `mysqld  ${ver}`, mysql: "", mariadbd: `mariadbd  ${ver}`, ...mariadb });
    expect((await look(bin, "mariadb"))?.found).toMatchObject({ product: "MariaDB", version: "10.11.6", substitutes: "MySQL 8.4" });
  });
});

test.skipIf(!hasApt)("all parts come from this machine's own sources, as an ordinary user, and run", { timeout: 180_000 }, async () => {
  const outcome = await start({ wanted: ["haproxy", "nginx", "mariadb", "runit"] }).outcome;
  expect(outcome?.failure).toBeUndefined();
  for (const part of Object.values(outcome?.found ?? {})) {
    expect(part.from).toBe("Debian package");
    for (const program of Object.values(part.programs)) {
      expect(execFileSync("sh", ["-c", 'ldd "$1" 2>&1 || true', "sh", program], { env: { ...process.env, ...programEnvironment(part) }, encoding: "utf8" })).not.toContain("not found");
    }
  }
  expect(Object.keys(outcome?.found ?? {}).toSorted()).toEqual(["haproxy", "mariadb", "nginx", "runit"]);
  expect(leftovers()).toEqual([]);
});
