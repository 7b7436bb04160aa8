import { spawn } from "node:child_process";
import { Failure } from "../../kit/failure.ts";
import type { Invocation } from "../invocation.ts";
import { locateState } from "../locate.ts";
import { ask, reachRunning, requireOwn } from "../reach.ts";

/** Opens an address in the browser, and prints it: that is what is left where there is no browser. */
export async function open(invocation: Invocation): Promise<number> {
  const { state, definition } = await locateState(invocation);
  requireOwn(await reachRunning(state), definition, state);
  const { urls } = await ask(state, { verb: "status" }).done;
  const [named] = invocation.words;
  const url = named === undefined ? Object.values(urls)[0] : urls[named];
  if (url === undefined) throw new Failure("unknown-name", `${named ?? "the platform"} has no address to open`, { hint: `these have: ${Object.keys(urls).join(", ") || "none"}` });
  invocation.print(`${url}\n`);
  const browser = spawn("xdg-open", [url], { detached: true, stdio: "ignore" });
  await new Promise<void>((resolve) => browser.once("spawn", resolve).once("error", () => resolve()));
  browser.unref();
  return 0;
}
