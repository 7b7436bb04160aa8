import { join } from "node:path";
import type { Workbench } from "../bench/workbench.ts";

/** What people do while something breaks: one signed-in person writes, others read. */
export interface Traffic {
  readonly port: number;
  /** Name of the API's host, with the port. */
  readonly host: string;
  readonly cookie: string;
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
  /** Day that the tasks are written to; all of them have titles of their own. */
  readonly day: string;
}

export interface TrafficReport {
  readonly reads: number;
  /** When each failed read was sent, in milliseconds since 1970, and how it failed. */
  readonly failedReads: readonly Failed[];
  /** Titles of the tasks whose creation was acknowledged. */
  readonly acknowledged: readonly string[];
  readonly failedWrites: readonly Failed[];
}

export interface Failed {
  readonly at: number;
  readonly how: string;
}

export interface RunningTraffic {
  /** Lets it end what it has begun. */
  stop(): Promise<TrafficReport>;
}

/** In a process of its own, so that nothing that we do keeps a request waiting. */
export function startTraffic(bench: Workbench, traffic: Traffic): RunningTraffic {
  const running = bench.start({
    words: [process.execPath, "--disable-warning=ExperimentalWarning", join(import.meta.dirname, "traffic-process.ts"), JSON.stringify(traffic)],
    directory: bench.directory,
    environment: { PATH: process.env["PATH"] ?? "" },
  });
  return {
    stop: async () => {
      running.child.kill("SIGTERM");
      const { code, stdout, stderr } = await running.ended;
      if (code !== 0) throw new Error(`the traffic ended with ${code}: ${stderr.trim()}`);
      return JSON.parse(stdout) as TrafficReport;
    },
  };
}
