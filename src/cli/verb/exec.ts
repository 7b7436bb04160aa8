import { Failure } from "../../kit/failure.ts";
import type { Surroundings } from "../../local/run/surroundings.ts";
import { inForeground } from "../foreground.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { ask, reachRunning, requireOwn } from "../reach.ts";

/** Runs a command with a service's environment, credentials, user and release directory. */
export async function exec(invocation: Invocation): Promise<number> {
  if (invocation.values["target"] === "aws") return (await import("./exec-aws.ts")).execOnAws(invocation);
  const [name, ...words] = invocation.words;
  const command = [...words, ...invocation.rest];
  if (name === undefined || command.length === 0) throw new Failure("usage", "exec needs a service and a command", { hint: `./dailyge exec ${name ?? "SERVICE"} -- node --version` });
  const { state, definition } = await locateState(invocation);
  requireOwn(await reachRunning(state), definition, state);
  return runBeside(await ask(state, { verb: "surroundings", name }).done, command);
}

/** A command beside what serves, on our terminal. */
export function runBeside({ before, directory, environment }: Surroundings, command: readonly string[]): Promise<number> {
  const terminal = { TERM: process.env["TERM"], COLORTERM: process.env["COLORTERM"], NO_COLOR: process.env["NO_COLOR"] };
  return inForeground({ command: [...before, ...command], directory, environment: { ...terminal, ...environment } });
}
