import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import type { Edge } from "../render/edge.ts";
import { hasLearnt, parseProcesses } from "./edge-answers.ts";
import { talk } from "./edge-talk.ts";

const WITHIN_MS = 10_000;

/**
 * Has the master start a worker with the files as they are now, and waits until that one answers. From 2.7 on the master
 * says whether it worked; before, it closes the connection and its list of workers shows it.
 */
export async function reloadEdge(sockets: Edge["sockets"]): Promise<void> {
  const counting = (await talk(sockets.admin, "show peers")) !== "";
  await learnt(sockets, LEARNS_WITHIN_MS);
  const before = parseProcesses(await talk(sockets.master, "show proc"));
  const answer = await talk(sockets.master, "reload");
  if (answer.startsWith("Success=0")) throw refused(answer.split("\n").slice(1).filter((line) => line !== "--"));
  const until = Date.now() + WITHIN_MS;
  for (;;) {
    const { worker, failedReloads } = parseProcesses(await talk(sockets.master, "show proc"));
    if (worker !== null && worker !== before.worker && (await servingWorker(sockets)) === worker) break;
    if (failedReloads > before.failedReloads || Date.now() > until) throw refused([]);
    await pause(20);
  }
  if (counting) await learnt(sockets, HANDED_OVER_WITHIN_MS);
}

/** In its first five seconds a worker still waits for counts of rate limits itself, and would hand none over. */
const LEARNS_WITHIN_MS = 7_000;
const HANDED_OVER_WITHIN_MS = 2_000;

/** Waits until the worker has what the one before it had counted, or there is nobody who has anything. */
async function learnt({ admin }: Edge["sockets"], withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  while (!hasLearnt(await talk(admin, "show peers")) && Date.now() < until) await pause(20);
}

async function servingWorker(sockets: Edge["sockets"]): Promise<number> {
  return Number(/^Pid: (\d+)/m.exec(await talk(sockets.admin, "show info"))?.[1]);
}

const refused = (details: readonly string[]): Failure =>
  new Failure("start-failed", "the edge goes on with its old configuration: HAProxy did not take over the new one", { hint: "./dailyge logs edge", details });
