import { setTimeout as wait } from "node:timers/promises";
import { access, rename, stat } from "node:fs/promises";
import { Failure } from "../../kit/failure.ts";
import type { MysqlDatabase } from "../../model/database.ts";
import type { DatabaseUser } from "../render/database.ts";
import { accessSql, connectionsSql, LIST_USERS, MAKE_LIST } from "../render/mysql-access.ts";
import { databaseFiles, slowLog, type PlacedDatabase } from "../render/mysql-placed.ts";
import type { ReadyWatch } from "./database-engine.ts";
import { describeTrouble } from "./database-trouble.ts";
import { ACCESS_DENIED, ask, NO_ANSWER, type Refusal, type Row, type SqlClient } from "./mysql-client.ts";
import { programOf, type DatabaseServer } from "./mysql-template.ts";
import { MYSQL_WORDS } from "./mysql-trouble.ts";

/** The administrator's view of a database whose process somebody else keeps alive. */
export interface OpenDatabase {
  /** Resolves when it answers a query; throws a Failure that says why it does not. */
  waitUntilReady(watch: ReadyWatch): Promise<void>;
  /** Makes exactly these users able to use its schema. Any number of times, also while services work. */
  grantAccess(users: readonly DatabaseUser[]): Promise<void>;
  /** Whether it reads a table in time. One that accepts and does not answer is not healthy. */
  ping(withinMs?: number): Promise<boolean>;
  /** Begins its slow query log anew once it is larger than this; the one before is kept beside it. */
  boundSlowLog(bytes?: number): Promise<void>;
  /** Rows of one statement. */
  query(sql: string): Promise<readonly Row[]>;
}

const POLL_MS = 25;
const STATEMENT_MS = 30_000;
const PING_MS = 2_000;
const SLOW_LOG_BYTES = 10 * 1024 * 1024;

/** Nothing is connected in between: each question is a client of its own, over the server's socket. */
export function openDatabase(database: MysqlDatabase, placed: PlacedDatabase, server: DatabaseServer): OpenDatabase {
  const client: SqlClient = { program: programOf(server, "client"), libraryPath: server.libraryPath, optionFile: databaseFiles(placed.configDirectory).client };

  const query = async (sql: string, secrets: readonly string[] = []): Promise<readonly Row[]> => {
    const answer = await ask(client, sql, STATEMENT_MS);
    if ("rows" in answer) return answer.rows;
    throw refusalFailure(database, answer.refused, secrets);
  };

  return {
    query: (sql) => query(sql),
    waitUntilReady: (watch) => waitUntilReady(database, placed, client, watch),
    grantAccess: async (users) => {
      const secrets = users.map(({ password }) => password);
      const known = (await query(MAKE_LIST + LIST_USERS)).flatMap(({ name: user }) => (user === undefined ? [] : [user]));
      await query(accessSql(database, users, known), secrets);
      const gone = known.filter((user) => !users.some((linked) => linked.name === user));
      if (gone.length > 0) await endConnections(query, gone);
    },
    boundSlowLog: async (bytes = SLOW_LOG_BYTES) => {
      const path = slowLog(placed.workDirectory);
      const size = await stat(path).then((found) => found.size, () => 0);
      if (size <= bytes) return;
      await rename(path, `${path}.1`);
      await query("FLUSH SLOW LOGS;");
    },
    ping: async (withinMs = PING_MS) => "rows" in (await ask(client, "SELECT COUNT(*) AS tables FROM mysql.innodb_table_stats;", withinMs)),
  };
}

/** One that has ended by itself meanwhile is as good. */
async function endConnections(query: (sql: string) => Promise<readonly Row[]>, users: readonly string[]): Promise<void> {
  for (const { id } of await query(connectionsSql(users))) await query(`KILL ${Number(id)};`).catch(() => []);
}

async function waitUntilReady(database: MysqlDatabase, placed: PlacedDatabase, client: SqlClient, watch: ReadyWatch): Promise<void> {
  const troubled = { name: database.name, dataDirectory: placed.dataDirectory, port: placed.port };
  const deadline = performance.now() + watch.withinSeconds * 1000;
  let last: Refusal | null = null;
  for (let turn = 0; performance.now() < deadline; turn += 1) {
    if (watch.signal?.aborted === true) throw new Failure("cancelled", `${database.name} was not waited for any longer: it was called off`);
    if (await exists(placed.socket)) {
      const answer = await ask(client, "SELECT 1;", Math.max(deadline - performance.now(), 100), watch.signal);
      if ("rows" in answer) return;
      last = answer.refused;
      if (last.number === ACCESS_DENIED) throw refusalFailure(database, last, []);
    }
    if (turn % 8 === 7 && !(await watch.isRunning())) throw await describeTrouble(MYSQL_WORDS, troubled, "gone", await watch.logLines());
    await wait(POLL_MS);
  }
  const state = last?.number === NO_ANSWER ? "silent" : "starting";
  throw await describeTrouble(MYSQL_WORDS, troubled, state, await watch.logLines(), watch.withinSeconds);
}

function refusalFailure(database: MysqlDatabase, refused: Refusal, secrets: readonly string[]): Failure {
  const text = secrets.reduce((shown, secret) => shown.replaceAll(secret, "[redacted]"), refused.text);
  if (refused.number === ACCESS_DENIED) {
    return new Failure("permission", `cannot enter ${database.name} as its administrator: it was started with another password`, {
      hint: "give it the one that is kept: ./dailyge down && ./dailyge up",
    });
  }
  return new Failure("start-failed", `${database.name} refused a statement: ${text}`, { hint: `see its log: ./dailyge logs ${database.name}` });
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
