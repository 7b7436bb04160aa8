import type { Invocation } from "../invocation.ts";
import { locate } from "../locate.ts";
import { modelJson } from "../model-json.ts";

/** JSON with and without `--json`: there is no shorter way to say all of it. */
export async function model(invocation: Invocation): Promise<number> {
  const located = await locate(invocation);
  invocation.print(modelJson(located.model));
  return 0;
}
