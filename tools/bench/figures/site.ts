import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
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
    `${REQUESTS.toLocaleString("en")} GETs of the script of the site tasks, whose name has a hash of its content in it, over ${CONNECTIONS} kept connections, once at the edge of the running reference platform, which has it in its cache, ` +
    "once at the same nginx program with the least configuration that serves the same file, without a log. Compared is the processor time of the edge and of the site's own server with that of the nginx by hand. " +
    "Noted is the same of a page, which says `no-cache`: it is asked for again each time, of the site's server.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const platform = await reference(bench);
  const { host, port } = await platform.address("tasks");
  const [replica] = await platform.replicas("tasks");
  const server = replica?.pid ?? 0;
  const bare = await startHandSite(bench, platform, replica?.name ?? "", server);
  const edge = await platform.process("edge");
  const compare = (path: string) => {
    const request = written({ method: "GET", host, path });
    return compareProcessorTime(bench, { port, processes: [edge, server], request, expected: 200 }, { port: bare.port, processes: [bare.process.child.pid ?? 0], request, expected: 200 });
  };
  const script = await scriptIn(bare.root);
  const { ours, theirs } = await compare(`/${script}`);
  const page = await compare("/");
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
    notes: [
      `edge and site: ${each(ours)} s; bare nginx: ${each(theirs)} s; the file has ${(await stat(join(bare.root, script))).size} bytes`,
      `a page that is asked for again each time: ${each(page.ours)} s; bare nginx: ${each(page.theirs)} s; ${times(medianOfPairs(page.ours, page.theirs, (one, other) => one / other))}`,
    ],
  };
}

async function scriptIn(root: string): Promise<string> {
  const script = (await readdir(root, { recursive: true })).find((name) => /-[0-9a-f]{10}\.js$/.test(name));
  if (script === undefined) throw new Error("the site tasks has no script with a hash in its name");
  return script;
}
