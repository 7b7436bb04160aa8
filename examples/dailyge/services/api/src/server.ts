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
import { Mongodb } from "./mongodb.ts";
import { Redis } from "./redis.ts";
import { relay } from "./relay.ts";
import { Repeated } from "./repeat.ts";
import { signOutAll } from "./sign-outs.ts";
import { Topic } from "./topic.ts";

/** Longer than a load balancer keeps its connections (60 or 65 seconds), so that it is always the one to close. */
const KEEP_ALIVE_MS = 70_000;
/** A part that does not answer does not keep us. */
const CLOSE_WITHIN_MS = 1_000;
/** What others than we have written into the outbox is told after this at the latest. */
const RELAY_PACE = { idleMs: 2_000, firstMs: 500, mostMs: 15_000 };
const SIGN_OUT_PACE = { idleMs: 5_000, firstMs: 1_000, mostMs: 15_000 };

/** The parts of the platform that we use; each connects by itself, and again whenever it was away. */
function openParts(configuration: Configuration) {
  const database = new Database(configuration.database);
  const redis = new Redis(configuration.redis);
  const mongodb = new Mongodb(configuration.mongodb);
  const topic = new Topic(configuration.topicArn);
  const close = async (): Promise<void> => {
    topic.close();
    redis.close();
    await Promise.all([database.close(), mongodb.close()]);
  };
  return { database, redis, mongodb, topic, close };
}

async function main(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const stopping = new AbortController();
  const { database, redis, mongodb, topic, close } = openParts(configuration);
  const failing = (what: string) => (error: unknown, failures: number) => {
    if (failures === 1 && !stopping.signal.aborted) log(what, { reason: reason(error) });
  };
  const relaying = new Repeated(RELAY_PACE, stopping.signal, () => relay(database, topic), failing("events wait in the outbox"));
  const signingOut = new Repeated(SIGN_OUT_PACE, stopping.signal, () => signOutAll(database, redis).then(() => "done"), failing("sessions are still to be ended"));
  const others = { redis: async () => redis.answers, mongodb: () => mongodb.ping().then(() => true, () => false), events: async () => relaying.well };
  const health = createHealth({ database, others }, stopping.signal);
  const metrics = createMetrics(database, configuration.release);
  const app = createApp({ configuration, database, redis, mongodb, health, metrics, happened: () => relaying.wake(), stopping: stopping.signal });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 30_000 }, getRequestListener(app.fetch));
  const metricsServer = createMetricsServer(metrics.registry);
  const drains = [drainOf(server), drainOf(metricsServer)];
  const working = [relaying.run(), signingOut.run()];
  const stop = async (signal: string): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    log("stopping", { signal });
    await Promise.all(drains.map((drain) => drain()));
    // What the last requests have written into the outbox is told by us where that is quickly done, else by another replica.
    await Promise.race([Promise.all([...working, relay(database, topic)]).then(close).catch(() => {}), setTimeout(CLOSE_WITHIN_MS)]);
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
async function firstAnswer(health: () => Promise<Health>, stopping: AbortSignal): Promise<void> {
  let pauseMs = 250;
  while (!stopping.aborted && (await health()).problem !== null) {
    await setTimeout(pauseMs);
    pauseMs = Math.min(pauseMs * 2, 10_000);
  }
}

await main().catch((error: unknown) => {
  log("cannot start", { reason: reason(error), ...(error instanceof Error && !(error instanceof ConfigurationError) ? { error: error.stack } : {}) });
  process.exit(1);
});
