import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createApp } from "./app.ts";
import { ConfigurationError, readConfiguration, type Configuration } from "./configuration.ts";
import { Database } from "./database.ts";
import { createHealth, type Health } from "./health.ts";
import { log, reason } from "./log.ts";
import { createMetrics, createMetricsServer } from "./metrics.ts";

/** Longer than a load balancer keeps its connections (60 or 65 seconds), so that it is always the one to close. */
const KEEP_ALIVE_MS = 70_000;
const FINISH_WITHIN_MS = 15_000;

async function main(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const stopping = new AbortController();
  const database = new Database(configuration.database);
  const health = createHealth(database, stopping.signal);
  const metrics = createMetrics(database, configuration.release);
  const app = createApp({ configuration, database, health, metrics, stopping: stopping.signal });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 30_000 }, getRequestListener(app.fetch));
  const metricsServer = createMetricsServer(metrics.registry);
  const listening = [listen(server, configuration, configuration.port)];
  if (configuration.metricsPort !== null) listening.push(listen(metricsServer, configuration, configuration.metricsPort));
  await Promise.all(listening);
  log("listening", { host: configuration.host, port: configuration.port, metricsPort: configuration.metricsPort, release: configuration.release });

  const stop = async (signal: string): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    log("stopping", { signal });
    await Promise.all([drain(server), drain(metricsServer)]);
    await database.close();
    log("stopped");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void stop(signal));

  await firstAnswer(health, stopping.signal);
}

async function listen(server: Server, { host }: Configuration, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, "listening");
}

/** Takes no new connections, finishes the requests that are under way, and closes each connection after its answer. */
async function drain(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const limit = setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(limit);
}

/** Asks for the database until it answers, ever more rarely; until then the health check says no, and nothing else is wrong. */
async function firstAnswer(health: Health, stopping: AbortSignal): Promise<void> {
  let pauseMs = 250;
  while (!stopping.aborted && (await health()) !== null) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 2, 10_000);
  }
}

await main().catch((error: unknown) => {
  log("cannot start", error instanceof ConfigurationError ? { reason: error.message } : { reason: reason(error), error: error instanceof Error ? error.stack : null });
  process.exit(1);
});
