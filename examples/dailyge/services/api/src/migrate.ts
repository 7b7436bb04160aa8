import { readFile, readdir } from "node:fs/promises";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { readDatabaseAddress, type DatabaseAddress } from "./configuration.ts";
import { connectionOptions } from "./database.ts";
import { log, reason } from "./log.ts";
import { MigrationError, checksum, readMigrations, remaining, type Applied, type Migration } from "./migrations.ts";

const CONNECT_WITHIN_MS = 30_000;
const LOCK_SECONDS = 60;
/** What a database says that is not there yet. Everything else, such as a wrong password or certificate, will not change by waiting. */
const PASSING = new Set(["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "PROTOCOL_CONNECTION_LOST"]);

/** Brings the database to the schema of these migrations. What is done is remembered, so a run that was cut off goes on. */
export async function migrate(connection: Connection, migrations: readonly Migration[]): Promise<void> {
  await connection.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
    name VARCHAR(100) NOT NULL PRIMARY KEY,
    statements INT NOT NULL,
    checksum CHAR(64) NOT NULL,
    finished TINYINT NOT NULL,
    changed_at DATETIME NOT NULL
  ) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin`);
  for (const { migration, done } of remaining(migrations, await appliedTo(connection))) {
    await record(connection, migration, done);
    for (const [index, statement] of migration.statements.entries()) {
      if (index < done) continue;
      await connection.query(statement).catch((error: unknown) => {
        throw new MigrationError(`statement ${index + 1} of ${migration.statements.length} of ${migration.name} failed: ${reason(error)}`);
      });
      await record(connection, migration, index + 1);
    }
    log("migrated", { migration: migration.name });
  }
}

async function appliedTo(connection: Connection): Promise<readonly Applied[]> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT name, statements, checksum, finished FROM schema_migrations");
  return rows.map((row) => ({
    name: String(row["name"]), statements: Number(row["statements"]), checksum: String(row["checksum"]), finished: Number(row["finished"]) === 1,
  }));
}

async function record(connection: Connection, { name, statements }: Migration, done: number): Promise<void> {
  await connection.execute("REPLACE INTO schema_migrations (name, statements, checksum, finished, changed_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP())", [
    name, done, checksum(statements.slice(0, done)), done === statements.length ? 1 : 0,
  ]);
}

/** Only one at a time, whoever starts it; the lock ends with the connection. */
async function locked(connection: Connection, database: string, work: () => Promise<void>): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT GET_LOCK(?, ?) AS held", [`migrate ${database}`.slice(0, 64), LOCK_SECONDS]);
  if (Number(rows[0]?.["held"]) !== 1) throw new MigrationError(`another migration has been running for ${LOCK_SECONDS} seconds`);
  await work();
}

/** A database that has just been started may still need a moment. */
async function connect(address: DatabaseAddress): Promise<Connection> {
  const until = performance.now() + CONNECT_WITHIN_MS;
  for (;;) {
    try {
      return await createConnection(connectionOptions(address));
    } catch (error) {
      const mayPass = error instanceof Error && "code" in error && PASSING.has(String(error.code));
      if (!mayPass || performance.now() > until) throw new MigrationError(`no connection to ${address.host}:${address.port}: ${reason(error)}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function main(): Promise<void> {
  const directory = new URL("../migrations/", import.meta.url);
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql"));
  const migrations = readMigrations(await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, directory), "utf8")] as const)));
  const address = readDatabaseAddress(process.env);
  const connection = await connect(address);
  try {
    await locked(connection, address.database, () => migrate(connection, migrations));
  } finally {
    connection.destroy();
  }
  log("the schema is up to date", { migrations: migrations.length });
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    log("migration failed", { reason: reason(error) });
    process.exitCode = 1;
  });
}
