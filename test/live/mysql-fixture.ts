import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { MysqlDatabase } from "../../src/model/database.ts";
import { quoteOption } from "../../src/local/render/mysql-configuration.ts";
import type { PlacedDatabase } from "../../src/local/render/mysql-placed.ts";
import { renderDatabase } from "../../src/local/render/mysql.ts";
import { ask, type Answer } from "../../src/local/run/mysql-client.ts";
import type { ReadyWatch } from "../../src/local/run/database-engine.ts";
import { openDatabase, type OpenDatabase } from "../../src/local/run/mysql-open.ts";
import { prepareDatabase } from "../../src/local/run/mysql-prepare.ts";
import { programOf, type DatabaseServer } from "../../src/local/run/mysql-template.ts";
import { findParts } from "../../src/local/run/parts/index.ts";
import { freePort } from "../../src/local/run/port.ts";

export const database: MysqlDatabase = {
  name: "mysql", deployedAs: "mysql", engine: "mysql", version: "8.4", instance: "db.t4g.small", storageGb: 20, slowQueryMs: 100, backupDays: 7, standby: false, existing: null,
  schema: "my_sql", usedBy: ["api"],
};

export const ROOT_PASSWORD = "root's \\ pass\"word";

/** Nobody, where we may become nobody. */
export const nobody = process.getuid?.() === 0 ? 65534 : null;

/** The SQL server that a platform would get on this machine. */
export async function findServer(cache: string): Promise<DatabaseServer> {
  const { mariadb } = await findParts(["mariadb"], { cache, path: process.env["PATH"] ?? "", progress: () => {} });
  return { ...mariadb, flavour: mariadb.product === "MySQL" ? "mysql" : "mariadb" };
}

/** With a space in its name; anyone may pass through it. */
export function temporaryDirectory(within = tmpdir()): string {
  const directory = mkdtempSync(join(within, "dailyge database "));
  chmodSync(directory, 0o755);
  return directory;
}

/** A database in a directory of its own, not prepared yet. */
export class Stand {
  readonly server: DatabaseServer;
  readonly directory: string;
  readonly cache: string;
  readonly placed: PlacedDatabase;
  readonly opened: OpenDatabase;
  child: ChildProcess | null = null;
  log = "";

  constructor(server: DatabaseServer, directory: string, cache: string, port: number, change: Partial<PlacedDatabase> = {}) {
    this.server = server;
    this.directory = directory;
    this.cache = cache;
    this.placed = {
      flavour: server.flavour, version: server.version, root: server.root,
      dataDirectory: `${directory}/data/mysql`, workDirectory: `${directory}/work/mysql`, configDirectory: `${directory}/config/mysql`,
      socket: `${directory}/work/mysql/sock`, port, timezone: "Asia/Seoul", bufferPoolMb: 32, ...change,
    };
    this.opened = openDatabase(database, this.placed, server);
  }

  prepare(rootPassword = ROOT_PASSWORD): Promise<"made" | "kept"> {
    return prepareDatabase(database, this.placed, { server: this.server, cache: this.cache, user: nobody, rootPassword });
  }

  /** What a supervisor does with the process and its files; `more` are lines of its configuration beside the rendered ones. */
  start(written = database, more = ""): void {
    const { process: spec, files } = renderDatabase(written, this.placed);
    for (const { path, text } of files) {
      writeFileSync(path, `${text}${more}`);
      chmodSync(path, 0o644);
    }
    for (const directory of spec.writes) {
      mkdirSync(directory, { recursive: true });
      if (nobody !== null) chownSync(directory, nobody, nobody);
    }
    const [, ...given] = spec.command;
    this.log = "";
    this.child = spawn(programOf(this.server, "server"), given, {
      cwd: spec.directory,
      env: { ...(this.server.libraryPath === null ? {} : { LD_LIBRARY_PATH: this.server.libraryPath }), TZ: "UTC" },
      stdio: ["ignore", "ignore", "pipe"],
      ...(nobody === null ? {} : { uid: nobody, gid: nobody }),
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.log += text));
  }

  watch(withinSeconds = 30): ReadyWatch {
    return {
      withinSeconds,
      isRunning: async () => this.child !== null && this.child.exitCode === null && this.child.signalCode === null,
      logLines: async () => this.log.trimEnd().split("\n"),
    };
  }

  async up(): Promise<void> {
    await this.prepare();
    this.start();
    await this.opened.waitUntilReady(this.watch());
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.child === null || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill(signal);
    await ended;
  }

  /** As a service does: over TCP, with its own name and password. */
  async as(user: string, password: string, sql: string, more = ""): Promise<Answer> {
    const optionFile = `${this.directory}/${user}.cnf`;
    writeFileSync(optionFile, `[client]\nuser=${user}\npassword=${quoteOption(password)}\nhost=127.0.0.1\nport=${this.placed.port}\nprotocol=tcp\n${more}`, { mode: 0o600 });
    return ask({ program: programOf(this.server, "client"), libraryPath: this.server.libraryPath, optionFile }, sql, 10_000);
  }
}

/** A stand that is gone when the test is. */
export async function makeStand(server: DatabaseServer, cache: string, change: Partial<PlacedDatabase> = {}): Promise<Stand> {
  const stand = new Stand(server, temporaryDirectory(), cache, await freePort(new Set()), change);
  onTestFinished(async () => {
    await stand.stop("SIGKILL");
    rmSync(stand.directory, { recursive: true, force: true });
  });
  return stand;
}
