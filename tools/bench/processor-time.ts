import { setTimeout as pause } from "node:timers/promises";
import { startLoad } from "./load.ts";
import { cpuSeconds, family } from "./processes.ts";
import type { Workbench } from "./workbench.ts";

export const REQUESTS = 10_000;
export const CONNECTIONS = 16;
const REPETITIONS = 5;

/** Who answers, and what it is asked. */
export interface Answerer {
  readonly port: number;
  /** Processes whose time counts, each with all that it started. */
  readonly processes: readonly number[];
  readonly request: string;
  readonly expected: number;
  /** Address of the client. */
  readonly from?: string;
}

/** Processor time in seconds, user and system, that both take for as many answers, turn by turn. @throws when an answer is another than expected */
export async function compareProcessorTime(bench: Workbench, ours: Answerer, theirs: Answerer): Promise<{ readonly ours: readonly number[]; readonly theirs: readonly number[] }> {
  const used = { ours: [] as number[], theirs: [] as number[] };
  for (let turn = 0; turn < REPETITIONS; turn += 1) {
    used.theirs.push(await timeOf(bench, theirs));
    await pause(200);
    used.ours.push(await timeOf(bench, ours));
    await pause(200);
  }
  return used;
}

async function timeOf(bench: Workbench, { port, processes, request, expected, from = "127.0.0.1" }: Answerer): Promise<number> {
  const pids = processes.flatMap(family);
  const before = cpuSeconds(pids);
  const load = startLoad(bench, { port, streams: { all: { request, expected, connections: CONNECTIONS, from, perSecond: null, count: REQUESTS } } });
  const { all } = await load.finish();
  if (all === undefined || all.failures.length > 0) throw new Error(`not every request was answered ${expected}: ${all?.failures[0]}`);
  return cpuSeconds(pids) - before;
}
