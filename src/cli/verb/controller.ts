import { resolve } from "node:path";
import { Failure } from "../../kit/failure.ts";
import { runController } from "../../local/run/controller.ts";
import type { Invocation } from "../invocation.ts";
import { cacheHome } from "../locate.ts";
import { controllerVersion } from "../version.ts";

export async function controller({ values }: Invocation): Promise<number> {
  const state = values["state"];
  if (state === undefined) throw new Failure("usage", "controller needs --state DIR");
  await runController({ state: resolve(state), cache: cacheHome(), version: controllerVersion() });
  return 0;
}
