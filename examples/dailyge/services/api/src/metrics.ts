import { createServer, type Server } from "node:http";
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Database } from "./database.ts";

export interface Metrics {
  readonly registry: Registry;
  /** `route` is the pattern, never the path: ids would make a series each. */
  readonly answered: (method: string, route: string, status: number, seconds: number) => void;
}

export function createMetrics(database: Database, release: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: "build_info", help: "The release that runs.", labelNames: ["release"], registers }).set({ release }, 1);
  const labelNames = ["method", "route", "status"] as const;
  const requests = new Counter({ name: "http_requests_total", help: "Answered requests.", labelNames, registers });
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request's arrival to its answer.",
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  new Gauge({
    name: "database_connections",
    help: "Connections of the pool in use, the most it may open, and requests that wait for one.",
    labelNames: ["state"],
    registers,
    collect() {
      this.set({ state: "used" }, database.used);
      this.set({ state: "waiting" }, database.waiting);
      this.set({ state: "most" }, database.most);
    },
  });
  new Gauge({
    name: "outbox_waiting",
    help: "Events that the topic has not been told yet.",
    registers,
    async collect() {
      const [row] = await database.rows("SELECT COUNT(*) AS waiting FROM outbox WHERE published_at IS NULL").catch(() => []);
      if (row) this.set(Number(row["waiting"]));
      else this.reset();
    },
  });
  return {
    registry,
    answered: (method, route, status, seconds) => {
      const labels = { method, route, status };
      requests.inc(labels);
      durations.observe(labels, seconds);
    },
  };
}

/** Shows them at `/metrics`, on a port that the public never reaches. */
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
