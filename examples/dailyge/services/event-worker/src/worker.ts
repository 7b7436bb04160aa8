import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Activities } from "./activities.ts";
import { ConfigurationError, readConfiguration } from "./configuration.ts";
import { consume } from "./consume.ts";
import { log, reason } from "./log.ts";
import { createMetrics, createMetricsServer } from "./metrics.ts";
import { Queue } from "./queue.ts";
import { Repeated } from "./repeat.ts";

/** Waiting for messages is the queue's: an idle turn is followed by the next at once. */
const PACE = { idleMs: 0, firstMs: 500, mostMs: 10_000 };
const CLOSE_WITHIN_MS = 1_000;

async function main(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const stopping = new AbortController();
  const queue = new Queue(configuration.queueUrl);
  const activities = new Activities(configuration.mongodbUrl, configuration.mongodbDatabase);
  const metrics = createMetrics(configuration.release);
  const metricsServer = createMetricsServer(metrics.registry);
  if (configuration.metricsPort !== null) {
    metricsServer.listen(configuration.metricsPort, configuration.host);
    await once(metricsServer, "listening");
  }
  let consumes = false;
  const asking = (): void => {
    if (!consumes) log("consuming", { release: configuration.release });
    consumes = true;
    metrics.well(true);
  };
  const turn = () => consume(queue, activities, { ...metrics, asking }, stopping.signal).then(() => "done" as const);
  const failed = (error: unknown, failures: number): void => {
    if (stopping.signal.aborted) return;
    if (failures === 1) log("waiting", { reason: reason(error) });
    consumes = false;
    metrics.well(false);
  };
  const consuming = new Repeated(PACE, stopping.signal, turn, failed);
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.on(signal, () => {
      log("stopping", { signal });
      stopping.abort();
    });
  }
  log("started", { metricsPort: configuration.metricsPort, release: configuration.release });
  await consuming.run();
  queue.close();
  metricsServer.close();
  await Promise.race([activities.close().catch(() => {}), setTimeout(CLOSE_WITHIN_MS)]);
  log("stopped");
  process.exit(0);
}

await main().catch((error: unknown) => {
  log("cannot start", { reason: reason(error), ...(error instanceof Error && !(error instanceof ConfigurationError) ? { error: error.stack } : {}) });
  process.exit(1);
});
