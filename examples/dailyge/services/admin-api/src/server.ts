import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { Api } from "./api.ts";
import { createApp } from "./app.ts";
import { ConfigurationError, readConfiguration } from "./configuration.ts";
import { Database } from "./database.ts";
import { drainOf } from "./drain.ts";
import { log, reason } from "./log.ts";

/** Longer than a load balancer keeps its connections (60 or 65 seconds), so that it is always the one to close. */
const KEEP_ALIVE_MS = 70_000;
const CLOSE_WITHIN_MS = 1_000;

async function main(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const stopping = new AbortController();
  const database = new Database(configuration.database);
  const app = createApp({ configuration, database, api: new Api(configuration.apiUrl), stopping: stopping.signal });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 30_000 }, getRequestListener(app.fetch));
  const drain = drainOf(server);
  const stop = async (signal: string): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    log("stopping", { signal });
    await drain();
    await Promise.race([database.close().catch(() => {}), setTimeout(CLOSE_WITHIN_MS)]);
    log("stopped");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void stop(signal));
  server.listen(configuration.port, configuration.host);
  await once(server, "listening");
  log("listening", { host: configuration.host, port: configuration.port, release: configuration.release });
}

await main().catch((error: unknown) => {
  log("cannot start", { reason: reason(error), ...(error instanceof Error && !(error instanceof ConfigurationError) ? { error: error.stack } : {}) });
  process.exit(1);
});
