import { Failure } from "../../kit/failure.ts";
import { suggest } from "../../kit/suggest.ts";
import { placeOf, type Place } from "../../local/render/place.ts";
import { followLogs, logNames, readLogs, type LogLine } from "../../local/run/logs.ts";
import type { Invocation } from "../invocation.ts";
import { lineCount, lineText } from "../log-lines.ts";
import { locateState } from "../locate.ts";
import { requireOwnFiles } from "../reach.ts";

/** What the parts wrote, in the order of time. */
export async function logs(invocation: Invocation): Promise<number> {
  if (invocation.values["target"] === "aws") return (await import("./logs-aws.ts")).logsOnAws(invocation);
  const { state, definition } = await locateState(invocation);
  await requireOwnFiles(definition, state);
  const place = placeOf(state);
  const wanted = invocation.words;
  const names = await chosen(place, wanted);
  const write = (line: LogLine): void => invocation.print(invocation.flags.has("json") ? `${JSON.stringify(line)}\n` : lineText(line, Math.max(...names.map(({ length }) => length), 4)));
  const lines = await readLogs(place, names);
  const count = lineCount(invocation.values["lines"]);
  for (const line of count === 0 ? lines : lines.slice(-count * Math.max(1, names.length))) write(line);
  if (!invocation.flags.has("follow")) return 0;
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.abort());
  for await (const line of followLogs(place, () => chosen(place, wanted), stopped.signal)) write(line);
  return 0;
}

/** A part's own name, or a service's for all its replicas, its builds and migrations. */
async function chosen(place: Place, wanted: readonly string[]): Promise<readonly string[]> {
  const names = await logNames(place);
  if (wanted.length === 0) return names;
  return wanted.flatMap((name) => {
    const found = names.filter((one) => one === name || one.startsWith(`${name}.`));
    if (found.length > 0) return found;
    const all = [...new Set(names.map((one) => one.replace(/\.\w+$/, "")))];
    const meant = suggest(name, all);
    throw new Failure("unknown-name", `there is no log of ${name}${meant === undefined ? "" : `: did you mean ${meant}?`}`, { hint: `there are: ${all.join(", ") || "none yet"}` });
  });
}
