import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { createApp } from "./app.ts";
import { ConfigurationError, readConfiguration, type Configuration } from "./configuration.ts";
import { Database } from "./database.ts";
import { drainOf } from "./drain.ts";
import { createHealth, type Health } from "./health.ts";
import { log, reason } from "./log.ts";
import { createMetrics, createMetricsServer } from "./metrics.ts";

/** Longer than a load balancer keeps its connections (60 or 65 seconds), so that it is always the one to close. */
const KEEP_ALIVE_MS = 70_000;
/** A database that does not answer does not keep us. */
const CLOSE_WITHIN_MS = 1_000;

async function main(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const stopping = new AbortController();
  const database = new Database(configuration.database);
  const health = createHealth(database, stopping.signal);
  const metrics = createMetrics(database, configuration.release);
  const app = createApp({ configuration, database, health, metrics, stopping: stopping.signal });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 30_000 }, getRequestListener(app.fetch));
  const metricsServer = createMetricsServer(metrics.registry);
  const drains = [drainOf(server), drainOf(metricsServer)];
  const stop = async (signal: string): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    log("stopping", { signal });
    await Promise.all(drains.map((drain) => drain()));
    await Promise.race([database.close().catch(() => {}), setTimeout(CLOSE_WITHIN_MS)]);
    log("stopped");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void stop(signal));

  const listening = [listen(server, configuration, configuration.port)];
  if (configuration.metricsPort !== null) listening.push(listen(metricsServer, configuration, configuration.metricsPort));
  await Promise.all(listening);
  log("listening", { host: configuration.host, port: configuration.port, metricsPort: configuration.metricsPort, release: configuration.release });

  await firstAnswer(health, stopping.signal);
}

async function listen(server: Server, { host }: Configuration, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, "listening");
}

/** Asks for the database until it answers, ever more rarely; until then the health check says no, and nothing else is wrong. */
async function firstAnswer(health: Health, stopping: AbortSignal): Promise<void> {
  let pauseMs = 250;
  while (!stopping.aborted && (await health()) !== null) {
    await setTimeout(pauseMs);
    pauseMs = Math.min(pauseMs * 2, 10_000);
  }
}

await main().catch((error: unknown) => {
  log("cannot start", { reason: reason(error), ...(error instanceof Error && !(error instanceof ConfigurationError) ? { error: error.stack } : {}) });
  process.exit(1);
});
