import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../kit/failure.ts";
import { placeOf } from "../../local/render/place.ts";
import { logEnds, logNames, newLines } from "../../local/run/logs.ts";
import { describeEnd } from "../../local/run/scheduled-run.ts";
import type { RunEnd } from "../../local/run/state.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { ask, reachRunning, requireOwn } from "../reach.ts";

/** Runs a scheduled service now and stays until its end; Ctrl-C stops it. Its output is on stdout, its exit code is ours. */
export async function run(invocation: Invocation): Promise<number> {
  if (invocation.values["target"] === "aws") return (await import("./run-aws.ts")).runOnAws(invocation);
  const [name, ...more] = invocation.words;
  if (name === undefined || more.length > 0) throw new Failure("usage", "run needs the name of one scheduled service", { hint: "./dailyge status" });
  const { state, definition } = await locateState(invocation);
  requireOwn(await reachRunning(state), definition, state);
  const place = placeOf(state);
  const read = await logEnds(place, await logNames(place));
  const begun = await ask(state, { verb: "run", name }).done;
  let waiting = ask(state, { verb: "runEnd", name, run: begun });
  const stop = (): void => {
    invocation.tell(`\nstopping ${begun.name}\n`);
    waiting.cancel();
  };
  /** A controller that is killed is followed by another one, which takes the run over. */
  const waitOn = async (): Promise<RunEnd> => {
    try {
      return await waiting.done;
    } catch (cause) {
      if (!(cause instanceof Failure && cause.code === "controller-unreachable")) throw cause;
      await reachRunning(state);
      waiting = ask(state, { verb: "runEnd", name, run: begun });
      return waitOn();
    }
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const show = async (): Promise<void> => {
    for await (const { text } of newLines(place, [begun.name], read)) invocation.print(`${text}\n`);
  };
  let over = false;
  const ended = waitOn().finally(() => (over = true));
  ended.catch(() => {});
  for (; !over; await Promise.race([ended.catch(() => {}), sleep(150)])) await show();
  const end = await ended;
  // Its logger has written all by now.
  await show();
  process.off("SIGINT", stop).off("SIGTERM", stop);
  invocation.tell(`${begun.name} ${describeEnd(end)}\n`);
  return end.exitCode ?? 130;
}
