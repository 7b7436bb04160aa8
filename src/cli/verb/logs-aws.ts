import { place as placeOf } from "../../aws/render/place.ts";
import { chooseLogGroups, followLogs, listLogGroups, openLogs, readLastLines, type LogLine } from "../../aws/run/logs.ts";
import { onAws } from "../aws.ts";
import type { Invocation } from "../invocation.ts";
import { lineCount, lineText } from "../log-lines.ts";

/** What the parts wrote to CloudWatch, in the order of time; with `-f` on as it is written. */
export async function logsOnAws(invocation: Invocation): Promise<number> {
  const count = lineCount(invocation.values["lines"]);
  return onAws(invocation, "the logs cannot be read", async ({ model: { shared }, environment, settings }) => {
    const client = openLogs(settings);
    const place = placeOf(shared, environment);
    const groups = chooseLogGroups(await listLogGroups(client, place, environment.databases), place.path, invocation.words);
    const width = Math.max(...groups.map(({ part }) => part.length), 4);
    const write = (line: LogLine): void => invocation.print(invocation.flags.has("json") ? `${JSON.stringify(line)}\n` : lineText(line, width));
    const began = Date.now();
    const lines = (await Promise.all(groups.map((group) => readLastLines(client, group, count, began)))).flat();
    for (const line of lines.toSorted((one, other) => (one.at ?? "").localeCompare(other.at ?? ""))) write(line);
    if (!invocation.flags.has("follow")) return 0;
    const stopped = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.abort());
    for await (const line of followLogs(client, groups, stopped.signal)) write(line);
    return 0;
  });
}
