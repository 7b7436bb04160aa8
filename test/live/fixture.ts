import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, onTestFinished } from "vitest";
import type { PartsDefinition } from "../../src/definition/parts.ts";
import type { ServiceDefinition } from "../../src/definition/service.ts";
import { findParts } from "../../src/local/run/parts/index.ts";
import type { PartStatus, StatusReport } from "../../src/local/run/status.ts";
import type { Behaviour } from "./fixture-service.ts";
import { asRoot, CACHE } from "./fixture-cache.ts";
import { endProcessesOf, processesOf, removeResidue, residue } from "./fixture-residue.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export { asRoot, CACHE };

/** What a command said. */
export interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Answer {
  /** 0: the connection failed. */
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface PlatformOptions {
  /** Of the platform; also in its host names. @default "probe" */
  readonly name?: string;
  /** Last part of the directory that everything is in. @default "live" */
  readonly directory?: string;
  /** The user that gives the commands, when we are root and are not to be. */
  readonly user?: number;
  readonly cache?: string;
  /** Whether other users may pass the directory. @default true */
  readonly open?: boolean;
  /** Of who gives the commands. @default 0o022 */
  readonly umask?: number;
  /** The program's sources, and its Node below `bin`. @default this repository, and the Node that runs the test */
  readonly program?: string;
}

/** A service that behaves, in `services/NAME`. */
export const service = (change: Partial<ServiceDefinition> = {}, name = "api"): ServiceDefinition => ({
  directory: `services/${name}`,
  start: "node server.ts",
  host: name,
  health: "/health",
  size: { memory: "256 MB" },
  stopWithin: "5 seconds",
  ...change,
});

/** What makes a service one with a database `db` in which it keeps notes. */
export async function withNotes(): Promise<Pick<ServiceDefinition, "uses" | "migrate" | "environment">> {
  const { mariadb } = await findParts(["mariadb"], { cache: CACHE, path: process.env["PATH"] ?? "", progress: () => {} });
  const client = mariadb.programs["mariadb"] ?? mariadb.programs["mysql"] ?? "";
  return { uses: ["db"], migrate: "node server.ts migrate", environment: { SQL_CLIENT: client, SQL_LIBRARIES: mariadb.libraryPath ?? "" } };
}

/**
 * A platform of a test's own: a definition and its sources in a temporary directory, with a HOME of its own, driven through
 * the real command line. When the test is over it is erased, and anything that it left is a failure.
 */
export class Platform {
  /** Everything of it is below. */
  readonly top: string;
  /** Where its `platform.ts` is. */
  readonly directory: string;
  readonly home: string;
  readonly name: string;
  readonly #options: PlatformOptions;
  #disk: string | null = null;

  constructor(options: PlatformOptions = {}) {
    this.#options = options;
    this.name = options.name ?? "probe";
    this.top = realpathSync(mkdtempSync(join(tmpdir(), "dailyge-live-")));
    if (options.open !== false) chmodSync(this.top, 0o755);
    const inside = join(this.top, options.directory ?? "live");
    this.directory = join(inside, "team");
    this.home = join(inside, "home");
    for (const made of [inside, this.directory, this.home]) mkdirSync(made);
    this.#give(inside, this.directory, this.home);
  }

  #give(...paths: readonly string[]): void {
    const { user } = this.#options;
    if (user !== undefined) for (const path of paths) chownSync(path, user, user);
  }

  /** The state directory of an environment. */
  state(environment = "dev"): string {
    return join(this.home, ".local/state/dailyge", `${this.name}-${environment}`);
  }

  /** Writes the definition, and sources for those of its services and sites that have none. */
  define(parts: PartsDefinition): void {
    for (const { directory } of Object.values(parts.services ?? {})) if (!existsSync(join(this.directory, directory))) this.source(basename(directory));
    for (const { directory } of Object.values(parts.sites ?? {})) if (!existsSync(join(this.directory, directory))) this.page(basename(directory), "<h1>hello</h1>");
    const text = `import { definePlatform, parts } from "dailyge-infra";
export default definePlatform({
  name: ${JSON.stringify(this.name)},
  domain: "example.com",
  region: "ap-northeast-2",
  environments: { dev: { branch: "dev" }, prod: { branch: "main", hosts: "{host}-prod" } },
  platform: () => parts(${JSON.stringify(parts, null, 2)}),
});
`;
    this.write("platform.ts", text);
  }

  /** Writes the sources of a service that behaves so: `services/NAME`, or another directory for `deploy --from`. */
  source(name: string, behaviour: Behaviour = {}, directory = `services/${name}`): string {
    this.write(`${directory}/behaviour.json`, JSON.stringify(behaviour));
    copyFileSync(fileURLToPath(new URL("fixture-service.ts", import.meta.url)), join(this.directory, directory, "server.ts"));
    return join(this.directory, directory);
  }

  page(name: string, html: string): void {
    this.write(`sites/${name}/index.html`, html);
  }

  write(path: string, text: string): void {
    const file = join(this.directory, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }

  /** Starts a command and does not wait for it. */
  start(...words: readonly string[]): Command {
    return this.startWith({}, ...words);
  }

  startWith({ environment, input }: { readonly environment?: Readonly<Record<string, string>>; readonly input?: string }, ...words: readonly string[]): Command {
    const command = this.#spawn(this.#words(words), environment);
    command.child.stdin?.end(input ?? "");
    return command;
  }

  /** Starts a command on a terminal of its own, script(1). */
  onTerminal(...words: readonly string[]): Command {
    const line = this.#words(words).map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    return this.#spawn(["script", "--quiet", "--return", "--flush", "--command", line, "/dev/null"], { TERM: "xterm" });
  }

  #words(words: readonly string[]): readonly string[] {
    const { program } = this.#options;
    const node = program === undefined ? process.execPath : join(program, "bin/node");
    return [node, "--disable-warning=ExperimentalWarning", join(program ?? repository, "src/cli/main.ts"), ...words];
  }

  #spawn([program = "", ...words]: readonly string[], environment: Readonly<Record<string, string>> = {}): Command {
    const { user, cache = CACHE } = this.#options;
    const child = spawn("/bin/sh", ["-c", `umask ${this.#options.umask?.toString(8) ?? "022"}; exec "$@"`, "sh", program, ...words], {
      cwd: this.directory,
      env: { PATH: process.env["PATH"], HOME: this.home, DAILYGE_CACHE: cache, NODE_COMPILE_CACHE: join(this.home, "compiled"), ...environment },
      stdio: ["pipe", "pipe", "pipe"],
      ...(user === undefined ? {} : { uid: user, gid: user }),
    });
    child.stdin.on("error", () => {});
    return new Command(child);
  }

  /** Gives a command and waits for its end. */
  async run(...words: readonly string[]): Promise<Told> {
    return this.start(...words).ended();
  }

  /** `up --detach`, which must work. */
  async up(...words: readonly string[]): Promise<Told> {
    const told = await this.run("up", "--detach", ...words);
    expect(told, told.err).toMatchObject({ code: 0 });
    return told;
  }

  async status(...words: readonly string[]): Promise<StatusReport> {
    const told = await this.run("status", "--json", ...words);
    expect(told, told.err).toMatchObject({ code: 0 });
    return JSON.parse(told.out) as StatusReport;
  }

  /** Waits until the status is so. */
  async until(isSo: (report: StatusReport) => boolean, withinSeconds = 20): Promise<StatusReport> {
    const end = Date.now() + withinSeconds * 1000;
    for (;;) {
      const report = await this.status();
      if (isSo(report)) return report;
      if (Date.now() > end) expect.fail(`not within ${withinSeconds} s: ${isSo.toString()}\n${JSON.stringify(report.parts)}\n${(await this.run("logs", "controller", "--lines", "30")).out}`);
      await pause(100);
    }
  }

  /** The number of each process, by part: what must not change where nothing is to be restarted. */
  async pids(...words: readonly string[]): Promise<Readonly<Record<string, number | null>>> {
    return Object.fromEntries((await this.status(...words)).parts.map(({ name, pid }) => [name, pid]));
  }

  /** The port of the edge, as the state file has it. */
  port(environment = "dev"): number {
    return (JSON.parse(readFileSync(join(this.state(environment), "state.json"), "utf8")) as { ports: { edge: number } }).ports.edge;
  }

  /** Asks the edge for a host of the platform, from the team's address or from another one. */
  ask(path: string, { host = "api", method = "GET", from = "127.0.0.1", environment = "dev" } = {}): Promise<Answer> {
    return askAt(this.port(environment), path, { host: `${host}.${this.name}.localhost`, method, from });
  }

  /** Kills it, whatever it is doing, and everything that it started. */
  async kill(): Promise<void> {
    await endProcessesOf(this.top);
  }

  states(): readonly string[] {
    const below = join(this.home, ".local/state/dailyge");
    return existsSync(below) ? readdirSync(below).map((name) => join(below, name)) : [];
  }

  /** Puts all states on a small disk of their own; for root. */
  smallDisk(megabytes: number): string {
    const disk = join(this.home, ".local/state/dailyge");
    mkdirSync(disk, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=755`, "dailyge-test", disk]);
    this.#disk = disk;
    return disk;
  }

  /** Erases it; what is left then is a failure. Nothing of it is left afterwards in any case. */
  async end(): Promise<void> {
    const states = this.states();
    const told: Told[] = [];
    for (const state of states) told.push(await this.run("down", "--erase", "--yes", "--state", state, ...madeFrom(state)));
    const kept = this.states();
    const processes = processesOf(this.top);
    await this.kill();
    if (this.#disk !== null) spawnSync("umount", [this.#disk]);
    const left = [...processes.map(({ pid, command }) => `process ${pid}: ${command}`), ...kept, ...residue(this.top, states)];
    removeResidue(states);
    rmSync(this.top, { recursive: true, force: true });
    expect(told.map(({ code, err }) => (code === 0 ? "" : err)).join("")).toBe("");
    expect(left).toEqual([]);
  }
}

/** The definition that a state belongs to, for commands that refuse another's. */
function madeFrom(state: string): readonly string[] {
  const named = existsSync(`${state}/state.json`) ? /"definition": "(.+)"/.exec(readFileSync(`${state}/state.json`, "utf8")) : null;
  return named?.[1] === undefined ? [] : ["--platform", JSON.parse(`"${named[1]}"`) as string];
}

/** An ordinary user without an account. */
export const SOMEBODY = 54_321;

/** The program, and a Node, for a user who may read neither this repository nor root's cache. */
export function ownProgram(): string {
  const program = mkdtempSync(join(tmpdir(), "dailyge-live-program-"));
  onTestFinished(() => rmSync(program, { recursive: true, force: true }));
  chmodSync(program, 0o755);
  for (const name of ["src", "package.json"]) cpSync(new URL(`../../${name}`, import.meta.url), join(program, name), { recursive: true });
  mkdirSync(join(program, "bin"));
  copyFileSync(process.execPath, join(program, "bin/node"));
  return program;
}

/** A platform for one test. */
export function makePlatform(parts: PartsDefinition, options: PlatformOptions = {}): Platform {
  const platform = new Platform(options);
  onTestFinished(() => platform.end());
  platform.define(parts);
  return platform;
}

/** A platform for all tests of a `describe`, in whose body this stands. */
export function sharePlatform(parts: PartsDefinition, options: PlatformOptions = {}): Platform {
  const platform = new Platform(options);
  afterAll(() => platform.end());
  platform.define(parts);
  return platform;
}

/** A command that runs. */
export class Command {
  readonly child: ChildProcess;
  out = "";
  err = "";
  readonly #end: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.out += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.err += text));
    this.#end = once(child, "close");
  }

  /** Waits until it has said this. */
  async says(text: string | RegExp, withinSeconds = 30): Promise<void> {
    const end = Date.now() + withinSeconds * 1000;
    while (!(typeof text === "string" ? (this.out + this.err).includes(text) : text.test(this.out + this.err))) {
      if (Date.now() > end || this.child.exitCode !== null) expect.fail(`it did not say ${String(text)}:\n${this.out}${this.err}`);
      await pause(20);
    }
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async ended(): Promise<Told> {
    await this.#end;
    return { code: this.child.exitCode, out: this.out, err: this.err };
  }
}

/** One request on a connection of its own. */
export function askAt(port: number, path: string, { host, method = "GET", from = "127.0.0.1" }: { readonly host: string; readonly method?: string; readonly from?: string }): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const asked = request({ host: "127.0.0.1", port, path, method, localAddress: from, agent: false, timeout: 10_000, headers: { host: `${host}:${port}` } }, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (text: string) => (body += text));
    response.on("close", () => resolve({ status: response.complete ? (response.statusCode ?? 0) : 0, body, headers: response.headers }));
  });
  asked.on("timeout", () => asked.destroy());
  asked.on("error", (cause) => resolve({ status: 0, body: cause.message, headers: {} })).end();
  return promise;
}

/** The part of this name in a report. */
export function part(report: StatusReport, name: string): PartStatus {
  const found = report.parts.find((one) => one.name === name);
  if (found === undefined) expect.fail(`no part ${name} in ${report.parts.map((one) => one.name).join(", ")}`);
  return found;
}

/** Waits until something is so. */
export async function eventually(isSo: () => Promise<boolean> | boolean, withinSeconds = 20): Promise<void> {
  const end = Date.now() + withinSeconds * 1000;
  while (!(await isSo())) {
    if (Date.now() > end) expect.fail(`not within ${withinSeconds} s: ${isSo.toString()}`);
    await pause(50);
  }
}
