import { createInterface } from "node:readline/promises";
import { Failure } from "../../kit/failure.ts";
import { placeOf } from "../../local/render/place.ts";
import type { Request } from "../../local/run/protocol.ts";
import { deleteSnapshot, demandSnapshot, listSnapshots, requireSnapshotName, type Snapshot } from "../../local/run/snapshot-store.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { ProgressView } from "../progress.ts";
import { ask, reachRunning, requireOwn, requireOwnFiles } from "../reach.ts";
import { table } from "../table.ts";

/** Keeps all data under a name. */
export async function snapshot(invocation: Invocation): Promise<number> {
  const name = oneName(invocation, "a name");
  requireSnapshotName(name);
  const { snapshot: made, stillSeconds } = await asked(invocation, await runningState(invocation), { verb: "snapshot", name });
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify({ ...made, stillSeconds }, null, 2)}\n`);
  else invocation.tell(`${name} holds ${databasesIn(made)}, ${size(made.bytes)}; they stood still for ${stillSeconds.toFixed(1)} s. To go back to it: ./dailyge restore ${name}\n`);
  return 0;
}

/** Replaces all data by those of a snapshot, after asking. */
export async function restore(invocation: Invocation): Promise<number> {
  if (invocation.values["target"] === "aws") return (await import("./restore-aws.ts")).restoreOnAws(invocation);
  requireNoneOfAws(invocation);
  const name = oneName(invocation, "the name of a snapshot");
  const state = await runningState(invocation);
  const kept = await demandSnapshot(placeOf(state), name);
  if (!(await mayReplace(invocation, kept))) return 2;
  const done = await asked(invocation, state, { verb: "restore", name });
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(done, null, 2)}\n`);
  else invocation.tell(`${databasesIn(kept)} are as in ${name}, of ${kept.madeAt}; it took ${done.seconds.toFixed(1)} s\n`);
  return 0;
}

/** What would change nothing here is not silently left out. */
function requireNoneOfAws({ values, words }: Invocation): void {
  const given = ["at", "from", "out"].find((option) => values[option] !== undefined);
  if (given !== undefined) throw new Failure("usage", `--${given} is for AWS`, { hint: `./dailyge restore ${words[0] ?? "NAME"} --target aws --${given} ${values[given] ?? ""}` });
}

/** Lists what is kept, or deletes one of it. */
export async function snapshots(invocation: Invocation): Promise<number> {
  if (invocation.values["target"] === "aws") return (await import("./restore-aws.ts")).listOnAws(invocation);
  const { state, definition } = await locateState(invocation);
  await requireOwnFiles(definition, state);
  const [act, name, ...more] = invocation.words;
  if (act === "delete" && name !== undefined && more.length === 0) {
    await deleteSnapshot(placeOf(state), name);
    invocation.tell(`${name} is deleted\n`);
    return 0;
  }
  if (act !== undefined) throw new Failure("usage", "snapshots lists them, or deletes one", { hint: "./dailyge snapshots delete NAME" });
  const kept = await listSnapshots(placeOf(state));
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(kept, null, 2)}\n`);
  else if (kept.length === 0) invocation.print("there are no snapshots; next: ./dailyge snapshot NAME\n");
  else invocation.print(table(["NAME", "MADE", "SIZE", "DATABASES"], kept.map((one) => [one.name, one.madeAt, size(one.bytes), databasesIn(one)])));
  return 0;
}

function oneName({ verb, words: [name, ...more] }: Invocation, what: string): string {
  if (name !== undefined && more.length === 0) return name;
  throw new Failure("usage", `${verb} needs ${what}`, { hint: `./dailyge ${verb} NAME` });
}

async function runningState(invocation: Invocation): Promise<string> {
  const { state, definition } = await locateState(invocation);
  requireOwn(await reachRunning(state), definition, state);
  return state;
}

async function asked<Verb extends "snapshot" | "restore">(invocation: Invocation, state: string, request: Extract<Request, { readonly verb: Verb }>) {
  const view = new ProgressView(invocation);
  try {
    return await ask<Verb>(state, request, view.show).done;
  } finally {
    view.close();
  }
}

async function mayReplace(invocation: Invocation, { name, madeAt }: Snapshot): Promise<boolean> {
  if (invocation.flags.has("yes")) return true;
  if (process.stdin.isTTY !== true) throw new Failure("usage", "restore replaces all data of the platform, and nobody can be asked here", { hint: `./dailyge restore ${name} --yes` });
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`Replace all data of the platform by those of ${name}, of ${madeAt}? [y/N] `);
  prompt.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  invocation.tell("nothing was replaced\n");
  return false;
}

const databasesIn = ({ databases, messages }: Snapshot): string => [...databases.map(({ name }) => name), ...(messages === true ? ["messages"] : [])].join(", ");

const size = (bytes: number): string => (bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`);
