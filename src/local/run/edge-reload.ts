import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import type { Edge } from "../render/edge.ts";
import { parseProcesses } from "./edge-answers.ts";
import { talk } from "./edge-talk.ts";

const WITHIN_MS = 10_000;

/**
 * Has the master start a worker with the files as they are now, and waits until that one answers. From 2.7 on the master
 * says whether it worked; before, it closes the connection and its list of workers shows it.
 */
export async function reloadEdge(sockets: Edge["sockets"]): Promise<void> {
  const before = parseProcesses(await talk(sockets.master, "show proc"));
  const answer = await talk(sockets.master, "reload");
  if (answer.startsWith("Success=0")) throw refused(answer.split("\n").slice(1).filter((line) => line !== "--"));
  const until = Date.now() + WITHIN_MS;
  for (;;) {
    const { worker, failedReloads } = parseProcesses(await talk(sockets.master, "show proc"));
    if (worker !== null && worker !== before.worker && (await servingWorker(sockets)) === worker) return;
    if (failedReloads > before.failedReloads || Date.now() > until) throw refused([]);
    await pause(20);
  }
}

async function servingWorker(sockets: Edge["sockets"]): Promise<number> {
  return Number(/^Pid: (\d+)/m.exec(await talk(sockets.admin, "show info"))?.[1]);
}

const refused = (details: readonly string[]): Failure =>
  new Failure("start-failed", "the edge goes on with its old configuration: HAProxy did not take over the new one", { hint: "./dailyge logs edge", details });
