import { open, readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "../render/place.ts";

/** One line of a part's log. */
export interface LogLine {
  readonly part: string;
  /** `2026-11-22T17:12:58.111Z`, or null where the line has no time of its own, as those of builds. */
  readonly at: string | null;
  readonly text: string;
}

/** svlogd(8) -tt writes `2026-11-22_17:12:58.11146 text`. */
const STAMPED = /^(\d{4}-\d\d-\d\d)_(\d\d:\d\d:\d\d\.\d{3})\d* (.*)$/s;

function parseLine(part: string, line: string): LogLine {
  const match = STAMPED.exec(line);
  return match === null ? { part, at: null, text: line } : { part, at: `${match[1]}T${match[2]}Z`, text: match[3] ?? "" };
}

/** Names of all logs. */
export const logNames = (place: Place): Promise<readonly string[]> => readdir(`${place.state}/logs`).then((names) => names.sort(), () => []);

/** Older files first, the one being written last. */
async function logFiles(place: Place, part: string): Promise<readonly string[]> {
  const names = await readdir(place.log(part)).catch(() => []);
  return [...names.filter((name) => name.startsWith("@")).sort(), ...names.filter((name) => name === "current")].map((name) => join(place.log(part), name));
}

/** Everything kept of some parts, in the order of time. */
export async function readLogs(place: Place, parts: readonly string[]): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for (const part of parts) {
    for (const file of await logFiles(place, part)) {
      const text = await readFile(file, "utf8").catch(() => "");
      for (const line of text.split("\n")) if (line !== "") lines.push(parseLine(part, line));
    }
  }
  return lines.map((line, index) => ({ line, index })).sort((one, other) => compare(one.line.at, other.line.at) || one.index - other.index).map(({ line }) => line);
}

const compare = (one: string | null, other: string | null): number => ((one ?? "") < (other ?? "") ? -1 : (one ?? "") > (other ?? "") ? 1 : 0);

/** The last lines of a part's log, without their times; only what was written since then. */
export async function lastLines(place: Place, part: string, count: number, since = new Date(0)): Promise<readonly string[]> {
  const text = await readFile(join(place.log(part), "current"), "utf8").catch(() => "");
  const lines = text.trimEnd().split("\n").filter((line) => line !== "").map((line) => parseLine(part, line));
  return lines.filter(({ at }) => at === null || at >= since.toISOString()).slice(-count).map((line) => line.text);
}

/** How far logs have been read. */
export type LogPositions = Map<string, { readonly inode: number; readonly offset: number }>;

/** Where logs end now. */
export async function logEnds(place: Place, parts: readonly string[]): Promise<LogPositions> {
  const ends: LogPositions = new Map();
  for (const part of parts) {
    const found = await stat(join(place.log(part), "current")).catch(() => null);
    if (found !== null) ends.set(part, { inode: found.ino, offset: found.size });
  }
  return ends;
}

/** Whole lines beyond the positions, which move behind them; of logs without one, all lines. */
export async function* newLines(place: Place, parts: readonly string[], read: LogPositions): AsyncGenerator<LogLine> {
  for (const part of parts) {
    const path = join(place.log(part), "current");
    const found = await stat(path).catch(() => null);
    if (found === null) continue;
    const known = read.get(part);
    const offset = known === undefined || known.inode !== found.ino || found.size < known.offset ? 0 : known.offset;
    const whole = await readLinesFrom(path, offset);
    read.set(part, { inode: found.ino, offset: offset + whole.length });
    if (whole.length > 0) for (const line of whole.toString("utf8").slice(0, -1).split("\n")) yield parseLine(part, line);
  }
}

/** Lines as they are written, from now on; also of parts that appear later. Ends when it is aborted. */
export async function* followLogs(place: Place, parts: () => Promise<readonly string[]>, signal: AbortSignal): AsyncGenerator<LogLine> {
  const read = await logEnds(place, await parts());
  while (!signal.aborted) {
    yield* newLines(place, await parts(), read);
    await sleep(150, undefined, { signal }).catch(() => {});
  }
}

/** What a file holds from a byte on, up to its last line end. */
async function readLinesFrom(path: string, offset: number): Promise<Buffer> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) return Buffer.alloc(0);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.max(0, Math.min(size - offset, 1_000_000)));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
    return buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf(10) + 1);
  } finally {
    await file.close();
  }
}
