import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient, DescribeLogGroupsCommand, FilterLogEventsCommand, type FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { Failure } from "../../kit/failure.ts";
import { suggest } from "../../kit/suggest.ts";
import type { Database } from "../../model/database.ts";
import { instanceIdentifier } from "../render/database-identifier.ts";
import type { Place } from "../render/place.ts";
import { isNamed, type AwsSettings } from "./clients.ts";

/** A line that something of the platform wrote, as the same command tells it of this machine. */
export interface LogLine {
  /** `api`, `mysql` */
  readonly part: string;
  /** ISO 8601. */
  readonly at: string | null;
  readonly text: string;
}

/** A log of the platform, and where CloudWatch keeps it. */
export interface LogGroup {
  readonly part: string;
  readonly group: string;
}

export const openLogs = (settings: AwsSettings): CloudWatchLogsClient => new CloudWatchLogsClient(settings);

/** Every log below an environment's path, and of its databases in RDS: `/dailyge/prod/services/api` is the part `api`. */
export async function listLogGroups(client: CloudWatchLogsClient, { path, prefix }: Pick<Place, "path" | "prefix">, databases: readonly Database[] = []): Promise<readonly LogGroup[]> {
  const managed = databases.filter(({ engine }) => engine === "mysql").map((database) => ({ above: `/aws/rds/instance/${instanceIdentifier(prefix, database)}/`, name: database.name }));
  const own = (await below(client, `${path}/`)).map((group) => ({ part: partOf(group.slice(path.length + 1)), group }));
  const theirs = await Promise.all(managed.map(async ({ above, name }) => (await below(client, above)).map((group) => ({ part: `${name}.${group.slice(above.length)}`, group }))));
  return [...own, ...theirs.flat()];
}

async function below(client: CloudWatchLogsClient, logGroupNamePrefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  let next: string | undefined;
  do {
    const { logGroups = [], nextToken } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix, ...(next !== undefined && { nextToken: next }) }));
    found.push(...logGroups.flatMap(({ logGroupName }) => logGroupName ?? []));
    next = nextToken;
  } while (next !== undefined);
  return found;
}

/** `services/api` is `api`, `databases/redis` is `redis`. */
const partOf = (below: string): string => below.replace(/^(services|databases)\//, "").replaceAll("/", ".");

/** Those that were asked for; without a word, of all services. @throws Failure `unknown-name` with what was meant */
export function chooseLogGroups(all: readonly LogGroup[], path: string, words: readonly string[]): readonly LogGroup[] {
  if (words.length === 0) return all.filter(({ group }) => group.startsWith(`${path}/services/`));
  return words.flatMap((word) => {
    const found = all.filter(({ part }) => part === word || part.startsWith(`${word}.`));
    if (found.length > 0) return found;
    const names = all.map(({ part }) => part);
    const meant = suggest(word, names);
    throw new Failure("unknown-name", `there is no log of ${word} in AWS${meant === undefined ? "" : `: did you mean ${meant}?`}`, { hint: `there are: ${names.join(", ") || "none yet"}` });
  });
}

/** CloudWatch takes lines in late: what is followed is asked for again this far back. */
const LATE_MILLISECONDS = 20_000;
/** Without `--lines 0` no more than this is looked through. */
const LOOKED_BACK = [15 * 60_000, 6 * 3_600_000, 7 * 24 * 3_600_000] as const;

/** The last lines of a log, oldest first; all with 0. */
export async function readLastLines(client: CloudWatchLogsClient, { part, group }: LogGroup, count: number, now = Date.now()): Promise<readonly LogLine[]> {
  if (count === 0) return (await readSince(client, group, 0)).map((event) => lineOf(part, event));
  let events: readonly FilteredLogEvent[] = [];
  // CloudWatch reads forward only: a short while first, then longer ones.
  for (const back of LOOKED_BACK) {
    events = await readSince(client, group, now - back);
    if (events.length >= count) break;
  }
  return events.slice(-count).map((event) => lineOf(part, event));
}

/** Lines as they are written, from now on, until the signal. */
export async function* followLogs(client: CloudWatchLogsClient, groups: readonly LogGroup[], signal: AbortSignal, askMilliseconds = 2_000, now = Date.now): AsyncGenerator<LogLine> {
  const seen = new Map<string, number>();
  const begun = now();
  while (!signal.aborted) {
    const from = Math.max(begun, now() - LATE_MILLISECONDS);
    const found = (await Promise.all(groups.map(async ({ part, group }) => (await readSince(client, group, from)).map((event) => ({ part, event }))))).flat();
    for (const { part, event } of found.toSorted((one, other) => (one.event.timestamp ?? 0) - (other.event.timestamp ?? 0))) {
      const id = event.eventId ?? `${part} ${event.timestamp} ${event.message}`;
      if (seen.has(id)) continue;
      seen.set(id, event.timestamp ?? 0);
      yield lineOf(part, event);
    }
    for (const [id, at] of seen) if (at < now() - 2 * LATE_MILLISECONDS) seen.delete(id);
    await sleep(askMilliseconds, undefined, { signal }).catch(() => {});
  }
}

async function readSince(client: CloudWatchLogsClient, logGroupName: string, startTime: number): Promise<readonly FilteredLogEvent[]> {
  const events: FilteredLogEvent[] = [];
  let next: string | undefined;
  try {
    do {
      const page = await client.send(new FilterLogEventsCommand({ logGroupName, startTime, ...(next !== undefined && { nextToken: next }) }));
      events.push(...(page.events ?? []));
      next = page.nextToken;
    } while (next !== undefined);
  } catch (error) {
    if (!isNamed(error, "ResourceNotFoundException")) throw error;
  }
  return events.toSorted((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0));
}

const lineOf = (part: string, { timestamp, message = "" }: FilteredLogEvent): LogLine =>
  ({ part, at: timestamp === undefined ? null : new Date(timestamp).toISOString(), text: message.trimEnd() });
