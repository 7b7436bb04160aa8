import { join } from "node:path";
import type { Workbench } from "./workbench.ts";

/** What a load generator is to send, all streams at once. */
export interface Load {
  readonly port: number;
  readonly streams: Readonly<Record<string, Stream>>;
}

export interface Stream {
  /** The whole request, as it goes over the wire. */
  readonly request: string;
  /** The status that is no failure. */
  readonly expected: number;
  readonly connections: number;
  /** Address of the client. @default "127.0.0.1" */
  readonly from?: string;
  /** Null: each connection sends the next as soon as it has its answer. */
  readonly perSecond: number | null;
  /** Null: until it is stopped. */
  readonly count: number | null;
}

export type LoadReport = Record<string, { answered: number; failures: string[]; slowestMs: number }>;

export const nothingYet = (): LoadReport[string] => ({ answered: 0, failures: [], slowestMs: 0 });

/** Load in a process of its own, so that nothing we do makes it slower. */
export interface RunningLoad {
  /** Waits until it has sent what it was to send. */
  finish(): Promise<LoadReport>;
  /** Lets it end what it has begun. */
  stop(): Promise<LoadReport>;
}

export function startLoad(bench: Workbench, load: Load): RunningLoad {
  const process_ = bench.start({
    words: [process.execPath, "--disable-warning=ExperimentalWarning", join(import.meta.dirname, "load-process.ts"), JSON.stringify(load)],
    directory: bench.directory,
    environment: { PATH: process.env["PATH"] ?? "" },
  });
  const finish = async (): Promise<LoadReport> => {
    const { code, stdout } = await process_.ended;
    if (code !== 0) throw new Error("the load generator failed");
    return JSON.parse(stdout) as LoadReport;
  };
  return {
    finish,
    stop: () => {
      process_.child.kill("SIGTERM");
      return finish();
    },
  };
}

/** Two reports as one. */
export function together(reports: readonly LoadReport[]): LoadReport {
  const sum: LoadReport = {};
  for (const [name, { answered, failures, slowestMs }] of reports.flatMap((report) => Object.entries(report))) {
    const known = (sum[name] ??= nothingYet());
    known.answered += answered;
    known.failures.push(...failures);
    known.slowestMs = Math.max(known.slowestMs, slowestMs);
  }
  return sum;
}
