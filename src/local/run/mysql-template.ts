import { spawn } from "node:child_process";
import { constants, createReadStream } from "node:fs";
import { access, chown, cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "../../kit/failure.ts";
import { DATABASE_PROGRAMS, type Flavour } from "../render/mysql-placed.ts";
import { hasZones, machineZonesSql } from "./mysql-zones.ts";
import { diskFailure } from "./files.ts";
import { becomeUser } from "./identity.ts";

/** A SQL server as it was found on this machine. */
export interface DatabaseServer {
  readonly flavour: Flavour;
  readonly version: string;
  /** Absolute paths by name. */
  readonly programs: Readonly<Record<string, string>>;
  readonly root: string | null;
  readonly libraryPath: string | null;
}

/** Absolute path of the program that a server has for this. */
export function programOf(server: DatabaseServer, purpose: keyof (typeof DATABASE_PROGRAMS)[Flavour]): string {
  const name = DATABASE_PROGRAMS[server.flavour][purpose];
  const program = server.programs[name];
  if (program === undefined) throw new Failure("part-missing", `cannot run a database: ${name} was not found with the other programs of its server`, { hint: "./dailyge doctor" });
  return program;
}

/** How a program is run as the unprivileged user that a database runs as. */
export interface RunAs {
  /** Null: as we are. */
  readonly user: number | null;
  /** Words before a command that let that user pass to its directories. */
  readonly enter: readonly string[];
}

/** Raised when what is in a template changes. */
const REVISION = 1;

/** Fills an empty directory with the tables of a new server: out of the cache, or made now and kept there. */
export async function fillDataDirectory(server: DatabaseServer, directory: string, cache: string, as: RunAs, signal?: AbortSignal): Promise<void> {
  const zones = (await hasZones()) ? "" : "-without-zones";
  const template = join(cache, "databases", `${server.flavour}-${server.version.replaceAll(/[^\w.+-]/g, "_")}-${REVISION}${zones}`);
  if (await isReadable(template)) return copy(template, directory);
  if (as.user !== null) await chown(directory, as.user, as.user);
  await INITIALISE[server.flavour](server, directory, as, signal);
  await keep(directory, template);
}

/** The cache is a help and not a need: where it cannot be written, the next first start takes its time again. */
async function keep(directory: string, template: string): Promise<void> {
  try {
    await mkdir(dirname(template), { recursive: true });
    const temporary = await mkdtemp(`${template}.new-`);
    await copy(directory, temporary).then(() => rename(temporary, template)).catch(() => rm(temporary, { recursive: true, force: true }));
  } catch {
    return;
  }
}

/** Another user's is not ours to read. */
const isReadable = (path: string): Promise<boolean> => access(path, constants.R_OK | constants.X_OK).then(() => true, () => false);

/** Shares blocks where the file system can. */
const copy = (from: string, to: string): Promise<void> => cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });

const INITIALISE: Readonly<Record<Flavour, (server: DatabaseServer, directory: string, as: RunAs, signal?: AbortSignal) => Promise<void>>> = {
  mariadb: initialiseMariadb,
  mysql: initialiseMysql,
};

/** What mariadb-install-db does, which cannot take a path with spaces: the server's own scripts, without its help texts. */
async function initialiseMariadb(server: DatabaseServer, directory: string, as: RunAs, signal?: AbortSignal): Promise<void> {
  const share = `${server.root ?? ""}/usr/share/mysql`;
  const scripts = await Promise.all(SYSTEM_TABLES.map((name) => scriptOf(share, name)));
  async function* sql(): AsyncGenerator<string> {
    yield "CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n";
    for (const script of scripts) yield* textOf(script);
    yield `\n${await machineZonesSql()}`;
    yield `USE mysql;\nDELETE FROM global_priv WHERE User = 'root' AND Host <> 'localhost';\nDELETE FROM proxies_priv WHERE Host <> 'localhost';\n`;
  }
  const of = server.root === null ? [] : [`--lc-messages-dir=${share}`, `--plugin-dir=${server.root}/usr/lib/mysql/plugin`, `--basedir=${server.root}/usr`];
  await runServer(
    server,
    directory,
    ["--bootstrap", ...of, "--silent-startup", "--log-warnings=0", "--innodb-log-file-size=16M", "--max-allowed-packet=8M"],
    Readable.from(sql()),
    as,
    signal,
  );
}

/** Scripts that make a server's own tables, in their order. */
const SYSTEM_TABLES = ["mysql_system_tables", "mysql_performance_tables", "mysql_system_tables_data", "maria_add_gis_sp_bootstrap", "mysql_sys_schema"];

/** MariaDB 11 calls them by its own name. */
async function scriptOf(share: string, name: string): Promise<string> {
  for (const path of [`${share}/${name}.sql`, `${share}/${name.replace("mysql", "mariadb")}.sql`]) if (await exists(path)) return path;
  throw new Failure("part-missing", `cannot prepare a database: ${share}/${name}.sql, a part of MariaDB's server, is missing`, {
    hint: "sudo apt-get install --reinstall mariadb-server-core",
  });
}

/** MySQL makes its own tables; those of time zones follow from the file of first statements. */
async function initialiseMysql(server: DatabaseServer, directory: string, as: RunAs, signal?: AbortSignal): Promise<void> {
  const first = `${directory}.first.sql`;
  await writeFile(first, await machineZonesSql(), { mode: 0o644 });
  try {
    await runServer(server, directory, ["--initialize-insecure", `--init-file=${first}`, "--innodb-redo-log-capacity=16M"], null, as, signal);
    // Every server is to have its own number.
    await rm(`${directory}/auto.cnf`, { force: true });
  } finally {
    await rm(first, { force: true });
  }
}

async function* textOf(path: string): AsyncGenerator<string> {
  for await (const piece of createReadStream(path, "utf8")) yield String(piece);
}

async function runServer(server: DatabaseServer, directory: string, given: readonly string[], input: Readable | null, as: RunAs, signal?: AbortSignal): Promise<void> {
  const program = programOf(server, "server");
  const command = [...as.enter, ...(as.user === null ? [] : becomeUser(as.user)), program, "--no-defaults", `--datadir=${directory}`, ...given];
  const child = spawn(command[0] ?? program, command.slice(1), {
    cwd: directory,
    env: libraries(server.libraryPath),
    stdio: ["pipe", "ignore", "pipe"],
    ...(signal === undefined ? {} : { signal, killSignal: "SIGKILL" }),
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const [exit, written] = await Promise.allSettled([ended, pipeline(input ?? [], child.stdin)]);
  if (signal?.aborted === true) throw new Failure("cancelled", "the database was not prepared: it was called off");
  if (exit.status === "rejected") throw diskFailure(program, exit.reason);
  if (exit.value === 0 && written.status === "rejected") throw diskFailure(directory, written.reason);
  if (exit.value === 0) return;
  const full = /(errno|error|Errcode|OS error):? "?28\b|No space left/i.test(log);
  throw new Failure(full ? "disk-full" : "start-failed", `cannot prepare a database: ${full ? "no space is left on its disk" : `${basename(program)} ended with ${exit.value}`}`, {
    hint: full ? "free some space, then: ./dailyge up" : "./dailyge doctor",
    details: log.trimEnd().split("\n").slice(-10),
  });
}

const libraries = (path: string | null): Record<string, string> => (path === null ? {} : { LD_LIBRARY_PATH: path });

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
