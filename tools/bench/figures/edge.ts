import type { Finding, Measurement } from "../figure.ts";
import { startHandEdge } from "../hand-edge.ts";
import { written } from "../http.ts";
import { commandOf, withCommand } from "../processes.ts";
import { compareProcessorTime, CONNECTIONS, REQUESTS } from "../processor-time.ts";
import { HEALTH, reference } from "../reference.ts";
import { each, median, medianOfPairs, seconds, times } from "../statistics.ts";
import type { Workbench } from "../workbench.ts";

const GOAL = 1.15;

export const edge: Measurement = {
  name: "edge",
  method:
    `${REQUESTS.toLocaleString("en")} GETs of the API's health check, which asks its databases once a second at most, over ${CONNECTIONS} kept connections, once through the edge of the running reference platform with its host routing, path rules, ` +
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
  const request = written({ method: "GET", host, path: HEALTH });
  const { ours, theirs } = await compareProcessorTime(
    bench,
    { port, processes: [edgePid], request, expected: 200 },
    { port: bare.port, processes: [bare.process.child.pid ?? 0], request, expected: 200 },
  );
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
