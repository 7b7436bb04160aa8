import { createServer, type Server } from "node:http";
import { Counter, Gauge, Registry, collectDefaultMetrics } from "prom-client";
import type { Counts } from "./consume.ts";

export interface Metrics extends Omit<Counts, "asking"> {
  readonly registry: Registry;
  /** Whether it gets on. */
  well(yes: boolean): void;
}

export function createMetrics(release: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: "build_info", help: "The release that runs.", labelNames: ["release"], registers }).set({ release }, 1);
  const written = new Counter({ name: "events_written_total", help: "Events that were written down, repetitions included.", registers });
  const refused = new Counter({ name: "events_refused_total", help: "Deliveries of messages that are no event.", registers });
  const working = new Gauge({ name: "consumer_up", help: "1 while the queue and MongoDB answer.", registers });
  return {
    registry,
    written: (events) => written.inc(events),
    refused: (messages) => refused.inc(messages),
    well: (yes) => working.set(yes ? 1 : 0),
  };
}

/** Shows them at `/metrics`. */
export function createMetricsServer(registry: Registry): Server {
  return createServer(async (request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    const text = await registry.metrics();
    response.writeHead(200, { "content-type": registry.contentType }).end(text);
  });
}
