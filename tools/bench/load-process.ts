import { setTimeout as pause } from "node:timers/promises";
import { Connection } from "./http.ts";
import { nothingYet, type Load, type LoadReport } from "./load.ts";

// Sends requests over connections that are kept, until there were enough or it is told to stop, and says how they went.
const LONGEST_MS = 180_000;

const { port, streams } = JSON.parse(process.argv[2] ?? "") as Load;
const began = performance.now();
let stopped = false;
process.once("SIGTERM", () => (stopped = true));

async function send({ request, expected, connections, from, perSecond, count }: Load["streams"][number]): Promise<LoadReport[string]> {
  const report = nothingYet();
  let sent = 0;
  const work = async (): Promise<void> => {
    const connection = new Connection(port, from);
    while (!stopped && performance.now() - began < LONGEST_MS && (count === null || sent < count)) {
      const due = perSecond === null ? 0 : began + (sent / perSecond) * 1000 - performance.now();
      sent += 1;
      if (due > 0) await pause(due);
      const asked = performance.now();
      const outcome = await connection.ask(request).then(({ status }) => (status === expected ? null : `status ${status}`), (error: Error) => error.message);
      report.slowestMs = Math.max(report.slowestMs, performance.now() - asked);
      if (outcome === null) report.answered += 1;
      else report.failures.push(`after ${((asked - began) / 1000).toFixed(2)} s: ${outcome}`);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, work));
  return report;
}

const reports = await Promise.all(Object.entries(streams).map(async ([name, stream]) => [name, await send(stream)] as const));
process.stdout.write(JSON.stringify(Object.fromEntries(reports)));
