import { Failure } from "../../kit/failure.ts";
import { shellWord } from "../../local/run/supervisor-scripts.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { ask, reachRunning, requireOwn } from "../reach.ts";

/** A service's own variables, one a line as a shell reads it; secrets are masked without `--show`. */
export async function env(invocation: Invocation): Promise<number> {
  const [name, ...more] = invocation.words;
  if (name === undefined || more.length > 0) throw new Failure("usage", "env needs the name of one service", { hint: "./dailyge env api" });
  const { state, definition } = await locateState(invocation);
  requireOwn(await reachRunning(state), definition, state);
  const { variables } = await ask(state, { verb: "surroundings", name }).done;
  const show = invocation.flags.has("show");
  const shown = variables.map((variable) => ({ name: variable.name, value: show ? variable.value : variable.masked, secret: variable.value !== variable.masked }));
  if (invocation.flags.has("json")) invocation.print(`${JSON.stringify(shown, null, 2)}\n`);
  else invocation.print(shown.map((variable) => `${variable.name}=${shellWord(variable.value)}\n`).join(""));
  return 0;
}
