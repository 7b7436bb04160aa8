import { rm } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Failure } from "../../kit/failure.ts";
import { placeOf } from "../../local/render/place.ts";
import { eraseState } from "../../local/run/erase.ts";
import { socketDirectory } from "../../local/run/sockets.ts";
import { readState } from "../../local/run/state.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { ProgressView } from "../progress.ts";
import { answers, endController, reach, requireOwn, takeDown } from "../reach.ts";

/** Stops the platform; with `--erase` deletes what it kept as well. */
export async function down(invocation: Invocation): Promise<number> {
  const { state, definition } = await locateState(invocation);
  const erase = invocation.flags.has("erase");
  const known = await readState(placeOf(state)).catch((error: unknown) => {
    // What is erased need not be read.
    if (erase && error instanceof Failure && error.code === "state-corrupt") return null;
    throw error;
  });
  if (known !== null) requireOwn(known, definition, state);
  if (erase && !(await mayErase(invocation, state))) return 2;
  const view = new ProgressView(invocation);
  try {
    // A controller may also be at its first beginning, or left after it failed there.
    if ((await reach(state)) !== null || (await answers(state))) await takeDown(state, false, view.show);
    else if (!erase) invocation.tell("the platform is not running\n");
  } catch (cause) {
    if (!erase || !(cause instanceof Failure)) throw cause;
    // What cannot be taken down in order is ended with its state.
    await endController(state);
  } finally {
    view.close();
  }
  await rm(socketDirectory(state), { recursive: true, force: true });
  if (!erase) return 0;
  await eraseState(state);
  invocation.tell(`erased ${state}\n`);
  return 0;
}

async function mayErase(invocation: Invocation, state: string): Promise<boolean> {
  if (invocation.flags.has("yes")) return true;
  if (process.stdin.isTTY !== true) throw new Failure("usage", "down --erase deletes all data and snapshots, and nobody can be asked here", { hint: "./dailyge down --erase --yes" });
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`Delete all data, snapshots, releases and secrets in ${state}? [y/N] `);
  prompt.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  invocation.tell("nothing was deleted\n");
  return false;
}
