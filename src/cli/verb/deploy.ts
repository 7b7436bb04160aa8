import { resolve } from "node:path";
import { Failure } from "../../kit/failure.ts";
import type { Answers, Call } from "../../local/run/protocol.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { ProgressView } from "../progress.ts";
import { ask, reachRunning, requireOwn } from "../reach.ts";

/** Releases what the sources are now. Ends with 0 only when every replica runs that release. */
export async function deploy(invocation: Invocation): Promise<number> {
  if (invocation.values["target"] === "aws") return (await import("./deploy-aws.ts")).deployOnAws(invocation);
  const from = invocation.values["from"];
  return change(invocation, (state, name, show) => ask(state, { verb: "deploy", name, from: from === undefined ? null : resolve(from), hurried: false }, show));
}

/** Returns to the release that served before. */
export async function rollback(invocation: Invocation): Promise<number> {
  if (invocation.values["target"] === "aws") return (await import("./deploy-aws.ts")).rollbackOnAws(invocation);
  return change(invocation, (state, name, show) => ask(state, { verb: "rollback", name }, show));
}

async function change(invocation: Invocation, begin: (state: string, name: string, show: ProgressView["show"]) => Call<"deploy" | "rollback">): Promise<number> {
  const [name, ...more] = invocation.words;
  if (name === undefined || more.length > 0) throw new Failure("usage", `${invocation.verb} needs the name of one service or site`, { hint: `./dailyge ${invocation.verb} api` });
  const { state, definition } = await locateState(invocation);
  requireOwn(await reachRunning(state), definition, state);
  const view = new ProgressView(invocation);
  const call = begin(state, name, view.show);
  const cancel = (): void => {
    invocation.tell("\ncancelling: rolling back\n");
    call.cancel();
  };
  process.once("SIGINT", cancel).once("SIGTERM", cancel);
  const answer = await call.done.finally(() => view.close());
  process.off("SIGINT", cancel).off("SIGTERM", cancel);
  tellAnswer(invocation, name, answer);
  return 0;
}

function tellAnswer(invocation: Invocation, name: string, { release, previous, seconds }: Answers["deploy"]): void {
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify({ name, release, previous, seconds })}\n`);
  else if (previous === release) invocation.print(`${name} already serves ${release}: nothing has changed\n`);
  else invocation.print(`${name} serves ${release} (${seconds} s), before ${previous ?? "nothing"}\n`);
}
