import { setTimeout as pause } from "node:timers/promises";
import { edgeClient } from "../../../src/local/run/edge.ts";
import { edgeSockets } from "../../../src/local/run/edge-process.ts";
import type { Finding, Measurement } from "../figure.ts";
import { startReplica } from "../hand-service.ts";
import { startLoad, together, type LoadReport } from "../load.ts";
import type { Platform } from "../platform.ts";
import { commandOf } from "../processes.ts";
import { difference, each, median, medianOfPairs, seconds } from "../statistics.ts";
import { three } from "../three-platform.ts";
import type { Workbench } from "../workbench.ts";

const ROUNDS = 2;
const GOAL_SECONDS = 1.5;
const BACK_WITHIN_MS = 30_000;

export const kill: Measurement = {
  name: "kill",
  method:
    "The same platform under the same load. One replica after the other is ended with SIGKILL; measured is the time until the edge has put it out and sends it requests again. " +
    "The baseline is the service's own start under the same load, right after: the same program started by hand until it answers 200 once. " +
    "GETs must not fail: they are sent again to another replica. A POST that the killed process had in hand may, because nobody knows whether it was done; those are counted apart.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const target = await three(bench);
  const back: number[] = [];
  const starts: number[] = [];
  const reports: LoadReport[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Fresh replicas: a second crash within a minute would be answered with a pause.
    await target.deploy();
    for (const { name, pid } of await target.platform.replicas("api")) {
      if (pid === null) throw new Error(`${name} does not run`);
      const like = commandOf(pid);
      const load = startLoad(bench, { port: target.port, streams: target.streams });
      await pause(1000);
      back.push(await killAndWait(target.platform, name, pid));
      await pause(500);
      const { process, seconds: took } = await startReplica(bench, like, 1);
      starts.push(took);
      reports.push(await load.stop());
      await process.stop();
    }
  }
  const all = together(reports);
  const failedGets = all["GET"]?.failures ?? [];
  const failedPosts = all["POST"]?.failures ?? [];
  const more = medianOfPairs(back, starts, (one, other) => one - other);
  return {
    figures: [
      {
        what: "kill -9 of one replica of three under load",
        measured: `${failedGets.length} failed of ${(all["GET"]?.answered ?? 0) + failedGets.length} GETs`,
        baseline: "",
        compared: "",
        goal: "0 failed GETs",
        met: failedGets.length === 0,
      },
      {
        what: "back in the edge",
        measured: seconds(median(back)),
        baseline: `${seconds(median(starts))}, the service's own start`,
        compared: difference(more),
        goal: difference(GOAL_SECONDS),
        met: more <= GOAL_SECONDS,
      },
    ],
    notes: [
      `back after: ${each(back)} s; own start: ${each(starts)} s`,
      `POSTs that were in hand and failed: ${failedPosts.length} of ${(all["POST"]?.answered ?? 0) + failedPosts.length}`,
      ...failedGets.slice(0, 5).map((failure) => `failed: GET ${failure}`),
    ],
  };
}

/** Seconds from the kill until the edge sends it requests again. */
async function killAndWait(platform: Platform, name: string, pid: number): Promise<number> {
  const edge = edgeClient(edgeSockets(platform.state));
  const isUp = async (): Promise<boolean> => (await edge.servers("api")).find((server) => server.name === name)?.state === "up";
  const began = performance.now();
  process.kill(pid, "SIGKILL");
  for (const wanted of [false, true]) {
    while ((await isUp()) !== wanted) {
      if (performance.now() - began > BACK_WITHIN_MS) throw new Error(`${name} is not ${wanted ? "back in" : "out of"} the edge after 30 s`);
      await pause(5);
    }
  }
  return (performance.now() - began) / 1000;
}
