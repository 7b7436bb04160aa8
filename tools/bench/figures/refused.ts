import type { Figure, Finding, Measurement } from "../figure.ts";
import { REFUSED, startHandEdge } from "../hand-edge.ts";
import { Connection, written } from "../http.ts";
import type { Platform } from "../platform.ts";
import { commandOf, withCommand } from "../processes.ts";
import { compareProcessorTime, CONNECTIONS, REQUESTS } from "../processor-time.ts";
import { HEALTH, reference } from "../reference.ts";
import { each, median, medianOfPairs, seconds, times } from "../statistics.ts";
import { three } from "../three-platform.ts";
import type { Workbench } from "../workbench.ts";

const GOAL = 1.2;
/** Somebody of the world, who is over the limit afterwards. */
const CLIENT = "127.0.7.77";
const MOST_UNTIL_LIMITED = 20_000;

export const refused: Measurement = {
  name: "refused",
  method:
    `${REQUESTS.toLocaleString("en")} GETs over ${CONNECTIONS} kept connections that the edge refuses: of a path that nobody may reach (403), and of a client that is over the reference platform's rate limit (429). ` +
    "The baseline is the same HAProxy program with the least configuration, which answers with `http-request return` and logs the same fields to the same kind of pipe and svlogd. Compared is the processor time of all HAProxy processes.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const forbidden = await compare(bench, (await three(bench)).platform, "/internal/version", 403);
  const limited = await reference(bench);
  await exceedLimit(await limited.address("api"));
  const found = [forbidden, await compare(bench, limited, "/api/session", 429)];
  return { figures: found.map(({ figure }) => figure), notes: [...found.map(({ note }) => note), ...(found[1]?.figure.met === false ? ["why not 429: each limit that a request falls under is counted and looked up before one of them refuses it"] : [])] };
}

async function compare(bench: Workbench, platform: Platform, path: string, expected: number): Promise<{ readonly figure: Figure; readonly note: string }> {
  const { host, port } = await platform.address("api");
  const edge = await platform.process("edge");
  const svlogd = withCommand(platform.state).find(({ words }) => words[0]?.endsWith("svlogd") === true)?.words[0] ?? "svlogd";
  const bare = await startHandEdge(bench, commandOf(edge), svlogd, HEALTH, []);
  const { ours, theirs } = await compareProcessorTime(
    bench,
    { port, processes: [edge], request: written({ method: "GET", host, path }), expected, from: CLIENT },
    { port: bare.port, processes: [bare.process.child.pid ?? 0], request: written({ method: "GET", host, path: REFUSED }), expected: 403 },
  );
  await bare.process.stop();
  const ratio = medianOfPairs(ours, theirs, (one, other) => one / other);
  return {
    figure: {
      what: `refused requests: CPU time per 10,000 answers of ${expected}`,
      measured: seconds(median(ours)),
      baseline: `${seconds(median(theirs))}, bare \`return\``,
      compared: times(ratio),
      goal: `≤ ${times(GOAL)}`,
      met: ratio <= GOAL,
    },
    note: `${expected}: ${each(ours)} s; bare \`return\`: ${each(theirs)} s`,
  };
}

/** Asks until the rate limit refuses. */
async function exceedLimit({ port, host }: { readonly port: number; readonly host: string }): Promise<void> {
  const connection = new Connection(port, CLIENT);
  const request = written({ method: "GET", host, path: "/api/session" });
  try {
    for (let sent = 0; sent < MOST_UNTIL_LIMITED; sent += 1) if ((await connection.ask(request)).status === 429) return;
  } finally {
    connection.close();
  }
  throw new Error(`${MOST_UNTIL_LIMITED} requests of one client were not limited`);
}
