import { resolve } from "node:path";
import { differencesOf } from "../../aws/render/differences.ts";
import { writePlan } from "../../aws/run/plan.ts";
import { findTerraform } from "../../aws/run/terraform.ts";
import type { Invocation } from "../invocation.ts";
import { locate } from "../locate.ts";
import { wrap } from "../table.ts";

/** Writes the platform as Terraform: what environments share, and each of them, a directory each. */
export async function plan(invocation: Invocation): Promise<number> {
  const { model } = await locate(invocation);
  const directory = resolve(invocation.values["out"] ?? "terraform");
  const { directories, written, unchanged, removed } = await writePlan(model, directory);
  const differences = differencesOf(model);
  const program = findTerraform(process.env["PATH"] ?? "");
  if (invocation.flags.has("json")) {
    invocation.print(`${JSON.stringify({ directory, directories, written, unchanged, removed, differences, program: program?.name ?? null }, null, 2)}\n`);
    return 0;
  }
  const count = (files: readonly string[], what: string): string => `${files.length} file${files.length === 1 ? "" : "s"} ${what}`;
  invocation.print(`${directory}: ${[count(written, "written"), count(unchanged, "unchanged"), count(removed, "removed")].join(", ")}\n`);
  for (const path of removed) invocation.print(`  removed ${path}\n`);
  if (differences.length > 0) invocation.print("not on AWS as it is written:\n");
  for (const { part, says, environments } of differences) {
    const where = environments.length < model.environments.length ? ` (${environments.join(", ")})` : "";
    invocation.print(`  ${wrap(`${part}${where}: ${says}`, invocation.terminal.columns - 2, "    ")}\n`);
  }
  const name = program?.name ?? "terraform";
  invocation.print(`next, in this order:\n${directories.map((one) => `  ${name} -chdir=${directory}/${one} init && ${name} -chdir=${directory}/${one} plan\n`).join("")}`);
  if (program === undefined) invocation.tell("Neither tofu nor terraform is on the PATH: https://opentofu.org/docs/intro/install\n");
  return 0;
}
