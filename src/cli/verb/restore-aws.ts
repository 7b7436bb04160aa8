import { identify, requireAccount } from "../../aws/run/account.ts";
import { listBackups, type Backup } from "../../aws/run/backups.ts";
import { awsSettings, type AwsSettings } from "../../aws/run/clients.ts";
import { restoreDatabase, type Restored, type Wanted } from "../../aws/run/restore.ts";
import { Failure } from "../../kit/failure.ts";
import { suggest } from "../../kit/suggest.ts";
import type { Database } from "../../model/database.ts";
import type { Invocation } from "../invocation.ts";
import { locate, type Located } from "../locate.ts";
import { ProgressView } from "../progress.ts";
import { table, wrap } from "../table.ts";

/** Brings back what a database held, beside it, and says how to let it take its place. */
export async function restoreOnAws(invocation: Invocation): Promise<number> {
  const [name, ...more] = invocation.words;
  const located = await locate(invocation);
  if (name === undefined || more.length > 0) throw new Failure("usage", "restore needs the name of one database", { hint: usage("mysql") });
  const database = chooseDatabase(located, name);
  const wanted = wantedOf(invocation, name);
  const settings = await settingsFor(invocation, located);
  const view = new ProgressView(invocation);
  const stop = new AbortController();
  const cancel = (): void => stop.abort();
  process.once("SIGINT", cancel).once("SIGTERM", cancel);
  try {
    const { shared } = located.model;
    const { environment } = located;
    const directory = `${invocation.values["out"] ?? "terraform"}/${environment.name}`;
    const restored = await restoreDatabase({ shared, environment, database, wanted, settings, now: new Date(), directory, signal: stop.signal, report: view.show });
    view.close();
    invocation.print(invocation.flags.has("json") ? `${JSON.stringify(restored, null, 2)}\n` : restoredText(restored, invocation.terminal.columns));
  } finally {
    view.close();
    process.off("SIGINT", cancel).off("SIGTERM", cancel);
  }
  return 0;
}

/** Lists what databases can be restored from. */
export async function listOnAws(invocation: Invocation): Promise<number> {
  const located = await locate(invocation);
  const { environment } = located;
  const databases = invocation.words.length === 0 ? environment.databases : invocation.words.map((name) => chooseDatabase(located, name));
  const kept = await listBackups({ shared: located.model.shared, environment, databases, settings: await settingsFor(invocation, located) });
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(kept, null, 2)}\n`);
  else if (kept.length === 0) invocation.print("nothing is kept yet\n");
  else invocation.print(table(["DATABASE", "OF", "SNAPSHOT"], kept.map((one) => [one.database, timesOf(one), one.id ?? "any time: --at TIME"])));
  return 0;
}

const timesOf = ({ id, from, to }: Backup): string => (id === null ? `${from ?? "its first backup"} to ${to ?? "now"}` : (from ?? "?"));

const usage = (name: string): string => `./dailyge restore ${name} --target aws [--at TIME | --from SNAPSHOT]`;

function chooseDatabase({ environment }: Located, name: string): Database {
  const found = environment.databases.find((database) => database.name === name);
  if (found !== undefined) return found;
  const names = environment.databases.map((database) => database.name);
  const meant = suggest(name, names);
  throw new Failure("unknown-name", `there is no database ${name} in ${environment.name}${meant === undefined ? "" : `: did you mean ${meant}?`}`, { hint: names.length === 0 ? null : `it has: ${names.join(", ")}` });
}

/** A time without a zone would be another one on every machine. */
function wantedOf({ values }: Invocation, name: string): Wanted {
  const { at, from } = values;
  if (at !== undefined && from !== undefined) throw new Failure("usage", "a time and a snapshot cannot both be meant", { hint: usage(name) });
  if (from !== undefined) return { from };
  if (at === undefined) return "newest";
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(at) ? new Date(at) : new Date(Number.NaN);
  if (!Number.isNaN(time.getTime())) return { at: time };
  throw new Failure("usage", `${at} is no time with its zone`, { hint: `./dailyge restore ${name} --target aws --at 2026-11-22T09:30+09:00` });
}

async function settingsFor(invocation: Invocation, { model: { shared }, environment }: Located): Promise<AwsSettings> {
  const again = ["./dailyge", invocation.verb, ...invocation.words, "--target aws", `--environment ${environment.name}`].join(" ");
  const settings = awsSettings(shared.region, process.env);
  requireAccount(await identify(settings, { failed: "AWS was not asked anything", again }), environment.account, environment.name, again);
  return settings;
}

function restoredText({ database, kind, id, beside, holds, next }: Restored, columns: number): string {
  const said = `${kind} ${id} holds ${holds}; it stands beside ${beside}, and nothing uses it yet`;
  const lines = next.map((line) => (line.startsWith("# ") ? wrap(line, columns - 2, "# ") : line));
  return `${wrap(`${database}: ${said}`, columns - 2, "  ")}\n\nto let it take its place:\n${lines.map((line) => `${line}\n`).join("")}`;
}
