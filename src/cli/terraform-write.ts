import { renderTerraform, type TerraformDirectory } from "../aws/render/index.ts";
import { readExtra, withExtra } from "../aws/run/extra.ts";
import { destroyOption, permitting } from "../aws/run/guard.ts";
import { writeDirectories, type WrittenPlan } from "../aws/run/plan.ts";
import { Failure } from "../kit/failure.ts";
import type { Model } from "../model/model.ts";
import type { Invocation } from "./invocation.ts";
import { locate, type Located } from "./locate.ts";

/** What is written, before anybody is asked. */
export interface Written {
  readonly located: Located;
  /** As it was named. */
  readonly out: string;
  readonly rendered: readonly TerraformDirectory[];
  readonly files: WrittenPlan;
  /** What `--destroy` names. */
  readonly permitted: readonly string[];
  /** No environment is named, so all are meant. */
  readonly all: boolean;
}

/** Writes the directories that a command is about: those named, else all or the environment's, after what is shared. */
export async function write(invocation: Invocation, all: boolean): Promise<Written> {
  const located = await locate(invocation);
  const permitted = invocation.lists["destroy"] ?? [];
  const every = all && invocation.values["environment"] === undefined && invocation.words.length === 0;
  const chosen = every ? null : chooseDirectories(invocation, located);
  const out = invocation.values["out"] ?? "terraform";
  const ours = permitting(renderTerraform(located.model, (name) => chosen?.includes(name) ?? true), permitted);
  const rendered = withExtra(ours, await readExtra(located.sources), ["shared", ...located.model.environments.map(({ name }) => name)]);
  return { located, out, rendered, files: await writeDirectories(rendered, out), permitted, all: every };
}

function chooseDirectories({ verb, words: [only, ...more] }: Invocation, { environment }: Located): readonly string[] {
  if (more.length > 0 || (only !== undefined && only !== "shared")) {
    throw new Failure("usage", `${verb} takes at most the word shared`, { hint: `./dailyge ${verb} --environment ${environment.name}` });
  }
  return only === "shared" ? ["shared"] : ["shared", environment.name];
}

/** The account that a directory is in; null when the definition leaves that open. */
export const accountOf = ({ shared, environments }: Model, directory: string): string | null =>
  directory === "shared" ? shared.account : (environments.find(({ name }) => name === directory)?.account ?? null);

/** The command line as it was given, without what nobody should repeat unseen: agreement. */
export function again({ verb, words, values, lists }: Pick<Invocation, "verb" | "words" | "values" | "lists">): string {
  const named = ["platform", "environment", "out"].flatMap((name) => (values[name] === undefined ? [] : [`--${name} ${values[name]}`]));
  return ["./dailyge", verb, ...words, ...named, ...(lists["destroy"] ?? []).map(destroyOption)].join(" ");
}
