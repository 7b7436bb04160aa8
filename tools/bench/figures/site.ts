import type { Finding, Measurement } from "../figure.ts";
import { startHandSite } from "../hand-site.ts";
import { written } from "../http.ts";
import { compareProcessorTime, CONNECTIONS, REQUESTS } from "../processor-time.ts";
import { reference } from "../reference.ts";
import { each, median, medianOfPairs, seconds, times } from "../statistics.ts";
import type { Workbench } from "../workbench.ts";

const GOAL = 1.2;

export const site: Measurement = {
  name: "site",
  method:
    `${REQUESTS.toLocaleString("en")} GETs of the first page of the site main over ${CONNECTIONS} kept connections, once at the edge of the running reference platform, which has it in its cache, ` +
    "once at the same nginx program with the least configuration that serves the same file, without a log. Compared is the processor time of the edge and of the site's own server with that of the nginx by hand.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const platform = await reference(bench);
  const { host, port } = await platform.address("main");
  const [replica] = await platform.replicas("main");
  const server = replica?.pid ?? 0;
  const bare = await startHandSite(bench, platform, replica?.name ?? "", server);
  const request = written({ method: "GET", host, path: "/" });
  const { ours, theirs } = await compareProcessorTime(
    bench,
    { port, processes: [await platform.process("edge"), server], request, expected: 200 },
    { port: bare.port, processes: [bare.process.child.pid ?? 0], request, expected: 200 },
  );
  await bare.process.stop();
  const ratio = medianOfPairs(ours, theirs, (one, other) => one / other);
  return {
    figures: [
      {
        what: "cached site: CPU time per 10,000 answers of 200",
        measured: seconds(median(ours)),
        baseline: `${seconds(median(theirs))}, bare nginx`,
        compared: times(ratio),
        goal: `≤ ${times(GOAL)}`,
        met: ratio <= GOAL,
      },
    ],
    notes: [`edge and site: ${each(ours)} s; bare nginx: ${each(theirs)} s`],
  };
}
