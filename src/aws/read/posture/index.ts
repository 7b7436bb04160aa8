import { readConfiguration, type WrittenFile } from "../configuration.ts";
import { ACCESS } from "./access.ts";
import { ARGUMENTS } from "./arguments.ts";
import { TOGETHER } from "./companions.ts";
import { EDGE } from "./edge.ts";
import { KEPT } from "./keep.ts";
import { NETWORK } from "./network.ts";
import { NEEDS } from "./needs.ts";
import type { Rule, Violation } from "./rule.ts";
import { TASKS } from "./tasks.ts";

export type { Rule, Violation } from "./rule.ts";

/** What every platform keeps to, whatever its links are. */
export const RULES: readonly Rule[] = [...ARGUMENTS, ...TOGETHER, ...KEPT, ...NETWORK, ...EDGE, ...ACCESS, ...NEEDS, ...TASKS];

export interface Finding extends Violation {
  readonly rule: string;
  readonly controls: readonly string[];
}

/** Where the files of one Terraform directory break a rule: ours, and what a team wrote beside them in JSON. */
export function judgePosture(files: readonly WrittenFile[]): readonly Finding[] {
  const configuration = readConfiguration(files);
  return RULES.flatMap(({ name, controls, find }) => find(configuration).map((violation) => ({ rule: name, controls, ...violation })));
}
