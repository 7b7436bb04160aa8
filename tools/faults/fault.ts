import { setTimeout as pause } from "node:timers/promises";
import type { Platform } from "../bench/platform.ts";
import type { Workbench } from "../bench/workbench.ts";
import { readBack, signUp } from "./person.ts";
import { startTraffic } from "./traffic.ts";

/** Something that breaks, on purpose. */
export interface Fault {
  /** As a person says it: `kill -9 of mysql`. */
  readonly what: string;
  /** Makes ready what it needs, while the platform is down. */
  readonly prepare?: (platform: Platform) => void;
  /** Breaks it, and returns at once or when what it does is over. */
  readonly act: (platform: Platform) => Promise<void>;
  /** Takes away what was prepared, if it is there, whatever went wrong. */
  readonly restore?: (platform: Platform) => void;
}

export interface Outcome {
  readonly what: string;
  readonly reads: Counted;
  readonly writes: Counted;
  /** Tasks whose creation was acknowledged and that are not there, or are there twice. */
  readonly lostWrites: number;
  /** Tasks that are there and whose event never arrived. */
  readonly lostMessages: number;
  /** From the fault to the first moment from which on every part stays ready. */
  readonly secondsToReady: number;
  /** From the fault to the last moment at which a request was sent that failed; null when none did. */
  readonly secondsOfFailures: number | null;
  /** Parts that were the last to become ready. */
  readonly last: readonly string[];
  /** How requests failed, with how often: `GET 503`, most frequent first. */
  readonly how: readonly (readonly [how: string, times: number])[];
}

export interface Counted {
  readonly sent: number;
  readonly failed: number;
}

export interface Patience {
  /** How long messages may be on their way before they count as lost. @default 90 */
  readonly messagesSeconds?: number;
}

const BEFORE_MS = 2_000;
const AFTER_MS = 2_000;
const READY_WITHIN_MS = 120_000;
/** Parts that are ready now and not a moment later were not. */
const STAYS_READY_MS = 1_500;
const WRITES_PER_SECOND = 20;
const READS_PER_SECOND = 50;

/** Breaks a platform that is up and well, and leaves it so. @throws when it does not become well */
export async function breakIt(bench: Workbench, platform: Platform, fault: Fault, patience: Patience = {}): Promise<Outcome> {
  const { prepare, restore } = fault;
  if (prepare === undefined) return breakUsed(bench, platform, fault, patience);
  let outcome: Outcome;
  await platform.down();
  try {
    prepare(platform);
    await platform.up();
    outcome = await breakUsed(bench, platform, fault, patience);
    await platform.down();
  } finally {
    restore?.(platform);
  }
  await platform.up();
  return outcome;
}

/** Breaks a platform while it is used, waits until it is well again, and counts what was lost. */
async function breakUsed(bench: Workbench, platform: Platform, { what, act }: Fault, { messagesSeconds = 90 }: Patience): Promise<Outcome> {
  const { host, port } = await platform.address("api");
  const person = await signUp(port, host);
  const traffic = startTraffic(bench, { port, host, cookie: person.cookie, day: person.day, writesPerSecond: WRITES_PER_SECOND, readsPerSecond: READS_PER_SECOND });
  await pause(BEFORE_MS);
  const broken = Date.now();
  await act(platform);
  const { ready, last } = await untilReady(platform);
  await pause(AFTER_MS);
  const report = await traffic.stop();
  const kept = await readBack(platform, person, report.acknowledged, messagesSeconds);
  const failures = [...report.failedReads, ...report.failedWrites].map(({ at }) => at);
  return {
    what,
    reads: { sent: report.reads, failed: report.failedReads.length },
    writes: { sent: report.acknowledged.length + report.failedWrites.length, failed: report.failedWrites.length },
    lostWrites: kept.lostTasks,
    lostMessages: kept.lostEvents,
    secondsToReady: (ready - broken) / 1000,
    last,
    secondsOfFailures: failures.length === 0 ? null : Math.max(0, Math.max(...failures) - broken) / 1000,
    how: countedHow([...report.failedReads.map(({ how }) => `GET ${how}`), ...report.failedWrites.map(({ how }) => `POST ${how}`)]),
  };
}

function countedHow(all: readonly string[]): Outcome["how"] {
  const times = new Map<string, number>();
  for (const text of all) {
    const how = text.replace(/ connect E[A-Z]+ .*/, " no connection");
    times.set(how, (times.get(how) ?? 0) + 1);
  }
  return [...times].toSorted(([, one], [, other]) => other - one);
}

/** The moment from which on all are ready, and who was the last not to be. */
async function untilReady(platform: Platform): Promise<{ readonly ready: number; readonly last: readonly string[] }> {
  let since: number | null = null;
  let last: readonly string[] = [];
  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await pause(100)) {
    const report = await platform.status().catch(() => null);
    if (report?.ready === true) {
      since ??= Date.now();
      if (Date.now() - since >= STAYS_READY_MS) return { ready: since, last };
    } else {
      since = null;
      last = report === null ? last : report.parts.filter(({ state }) => state !== "ready").map(({ name, state }) => `${name} ${state}`);
    }
  }
  throw new Error(`not ready after ${READY_WITHIN_MS / 1000} s: ${last.join(", ")}`);
}
