import { Failure } from "../../kit/failure.ts";
import { inForeground } from "../foreground.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { ask, reachRunning, requireOwn } from "../reach.ts";

/** A database's own client on this terminal, as our administrator or as a service that uses it. */
export async function shell(invocation: Invocation): Promise<number> {
  const [database, ...more] = invocation.words;
  if (database === undefined) throw new Failure("usage", "shell needs the name of a database", { hint: "./dailyge shell mysql" });
  if (more.length > 0) throw new Failure("usage", `what the client of ${database} is to get follows --`, { hint: `./dailyge shell ${database} -- ${more.join(" ")}` });
  const { state, definition } = await locateState(invocation);
  requireOwn(await reachRunning(state), definition, state);
  const { command, environment } = await ask(state, { verb: "shell", database, as: invocation.values["as"] ?? null }).done;
  return inForeground({ command: [...command, ...invocation.rest], environment: { ...process.env, ...environment } });
}
