import { freePort } from "../../src/local/run/port.ts";
import { untilAnswers } from "./http.ts";
import type { Command } from "./processes.ts";
import { HEALTH } from "./reference.ts";
import type { Started, Workbench } from "./workbench.ts";

/** A replica that was started by hand. */
export interface HandReplica {
  readonly port: number;
  readonly process: Started;
  /** From its start to its last awaited answer. */
  readonly seconds: number;
}

/** Starts a service as a running replica of it was started, on other ports, and waits for so many answers of 200 in a row. */
export async function startReplica(bench: Workbench, like: Command, answers: number): Promise<HandReplica> {
  const port = await freePort(new Set());
  const metricsPort = await freePort(new Set([port]));
  const began = performance.now();
  const environment = { ...like.environment, PORT: String(port), METRICS_PORT: String(metricsPort) };
  const process = bench.start({ ...like, environment }, { output: "none" });
  await untilAnswers(port, HEALTH, answers);
  return { port, process, seconds: (performance.now() - began) / 1000 };
}
