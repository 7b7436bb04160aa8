import { setTimeout as pause } from "node:timers/promises";
import type { Finding, Measurement } from "../figure.ts";
import { startHandEdge } from "../hand-edge.ts";
import { written } from "../http.ts";
import { startLoad } from "../load.ts";
import { commandOf, cpuSeconds, family, withCommand } from "../processes.ts";
import { HEALTH, reference } from "../reference.ts";
import { each, median, medianOfPairs, seconds, times } from "../statistics.ts";
import type { Workbench } from "../workbench.ts";

const REPETITIONS = 5;
const REQUESTS = 10_000;
const CONNECTIONS = 16;
const GOAL = 1.15;

export const edge: Measurement = {
  name: "edge",
  method:
    `${REQUESTS.toLocaleString("en")} GETs of a route of the API that asks no database over ${CONNECTIONS} kept connections, once through the edge of the running reference platform with its host routing, path rules, ` +
    "forwarded headers and access log, once through the same HAProxy program with the least configuration that serves the same two replicas (one thread, default checks) " +
    "and logs the same fields to the same kind of pipe and svlogd. Compared is the processor time, user and system, of all HAProxy processes as /proc counts it.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const platform = await reference(bench);
  const { host, port } = await platform.address("api");
  const edgePid = await platform.process("edge");
  const svlogd = withCommand(platform.state).find(({ words }) => words[0]?.endsWith("svlogd") === true)?.words[0] ?? "svlogd";
  const replicas = (await platform.replicas("api")).map(({ name, pid }) => ({ name, port: Number(commandOf(pid ?? 0).environment["PORT"]) }));
  const bare = await startHandEdge(bench, commandOf(edgePid), svlogd, HEALTH, replicas);
  const request = written({ method: "GET", host, path: "/api/session" });
  const used = async (at: number, pid: number): Promise<number> => {
    const pids = family(pid);
    const before = cpuSeconds(pids);
    const load = startLoad(bench, { port: at, streams: { GET: { request, expected: 200, connections: CONNECTIONS, perSecond: null, count: REQUESTS } } });
    const { GET } = await load.finish();
    if (GET === undefined || GET.failures.length > 0) throw new Error(`not every request was answered 200: ${GET?.failures[0]}`);
    return cpuSeconds(pids) - before;
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let turn = 0; turn < REPETITIONS; turn += 1) {
    theirs.push(await used(bare.port, bare.process.child.pid ?? 0));
    await pause(200);
    ours.push(await used(port, edgePid));
    await pause(200);
  }
  await bare.process.stop();
  const ratio = medianOfPairs(ours, theirs, (one, other) => one / other);
  return {
    figures: [
      {
        what: "edge: CPU time of HAProxy per 10,000 answers of 200",
        measured: seconds(median(ours)),
        baseline: `${seconds(median(theirs))}, bare HAProxy`,
        compared: times(ratio),
        goal: `≤ ${times(GOAL)}`,
        met: ratio <= GOAL,
      },
    ],
    notes: [`edge: ${each(ours)} s; bare HAProxy: ${each(theirs)} s`],
  };
}
