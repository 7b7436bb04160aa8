import { readConfiguration, type WrittenFile } from "../configuration.ts";
import type { Rule, Violation } from "./rule.ts";

export interface Finding extends Violation {
  readonly rule: string;
  readonly controls: readonly string[];
}

/** Where the files of one Terraform directory break one of these rules: ours, and what a team wrote beside them in JSON. */
export function judge(files: readonly WrittenFile[], rules: readonly Rule[]): readonly Finding[] {
  const configuration = readConfiguration(files);
  return rules.flatMap(({ name, controls, find }) => find(configuration).map((violation) => ({ rule: name, controls, ...violation })));
}
