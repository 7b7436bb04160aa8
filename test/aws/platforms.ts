import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { resolvePlatform } from "../../src/cli/load.ts";
import type { Model } from "../../src/model/model.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

/** The names of all example platforms. */
export const EXAMPLES: readonly string[] = readdirSync(examples);

/** An example's model. */
export async function exampleModel(name: string): Promise<Model> {
  const { resolved } = await resolvePlatform(join(examples, name, "platform.ts"));
  if (!resolved.ok) throw new Error(`examples/${name} has findings: ${JSON.stringify(resolved.findings, null, 2)}`);
  return resolved.model;
}
