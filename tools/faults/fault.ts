import { setTimeout as pause } from "node:timers/promises";
import type { Platform } from "../bench/platform.ts";
import type { Workbench } from "../bench/workbench.ts";
import { readBack, signUp } from "./person.ts";
import { startTraffic } from "./traffic.ts";

/** Something that breaks, on purpose. */
export interface Fault {
  /** As a person says it: `kill -9 of mysql`. */
  readonly what: string;
  /** Breaks it, and returns at once or when what it does is over. */
  readonly act: (platform: Platform) => Promise<void>;
}

export interface Outcome {
  readonly what: string;
  readonly reads: Counted;
  readonly writes: Counted;
  /** Tasks whose creation was acknowledged and that are not there, or are there twice. */
  readonly lostWrites: number;
  /** Tasks that are there and whose event never arrived. */
  readonly lostMessages: number;
  /** From the fault to the first moment at which every part is ready. */
  readonly secondsToReady: number;
  /** From the fault to the last request that failed; null when none did. */
  readonly secondsOfFailures: number | null;
}

export interface Counted {
  readonly sent: number;
  readonly failed: number;
}

const BEFORE_MS = 2_000;
const AFTER_MS = 2_000;
const READY_WITHIN_MS = 120_000;
const WRITES_PER_SECOND = 20;
const READS_PER_SECOND = 50;

/** Breaks a platform while it is used, waits until it is well again, and counts what was lost. @throws when it does not become well */
export async function breakIt(bench: Workbench, platform: Platform, { what, act }: Fault): Promise<Outcome> {
  const { host, port } = await platform.address("api");
  const person = await signUp(port, host);
  const traffic = startTraffic(bench, { port, host, cookie: person.cookie, day: person.day, writesPerSecond: WRITES_PER_SECOND, readsPerSecond: READS_PER_SECOND });
  await pause(BEFORE_MS);
  const broken = Date.now();
  await act(platform);
  const ready = await untilReady(platform);
  await pause(AFTER_MS);
  const report = await traffic.stop();
  const kept = await readBack(platform, person, report.acknowledged);
  const failures = [...report.failedReads, ...report.failedWrites].map(({ at }) => at);
  return {
    what,
    reads: { sent: report.reads, failed: report.failedReads.length },
    writes: { sent: report.acknowledged.length + report.failedWrites.length, failed: report.failedWrites.length },
    lostWrites: kept.lostTasks,
    lostMessages: kept.lostEvents,
    secondsToReady: (ready - broken) / 1000,
    secondsOfFailures: failures.length === 0 ? null : Math.max(0, Math.max(...failures) - broken) / 1000,
  };
}

async function untilReady(platform: Platform): Promise<number> {
  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await pause(100)) {
    if ((await platform.status().catch(() => null))?.ready === true) return Date.now();
  }
  const report = await platform.status();
  throw new Error(`not ready after ${READY_WITHIN_MS / 1000} s: ${report.parts.filter(({ state }) => state !== "ready").map(({ name, state }) => `${name} ${state}`).join(", ")}`);
}
