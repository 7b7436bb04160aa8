import { ARGUMENTS } from "../aws/read/posture/arguments.ts";
import { EDGE } from "../aws/read/posture/edge.ts";
import { judge } from "../aws/read/posture/judge.ts";
import { acceptedFor } from "../aws/render/accepted.ts";
import type { TerraformDirectory } from "../aws/render/index.ts";
import { wrap } from "./table.ts";

/** A rule of docs/aws.md that what is written breaks without a reason of ours. */
export interface BrokenRule {
  readonly directory: string;
  readonly rule: string;
  /** Of AWS Security Hub; none where it is a rule of ours. */
  readonly controls: readonly string[];
  /** Address in Terraform. */
  readonly at: string;
  readonly message: string;
}

/** Those that a definition can break by what it asks for; the others are about our own work, and tests see to them. */
const ASKED = [...ARGUMENTS, ...EDGE].filter(({ name }) => ["db-instance.backup_retention_period", "site-firewall"].includes(name));

/** What the definition asks for and the rules advise against. */
export function brokenRules(rendered: readonly TerraformDirectory[]): readonly BrokenRule[] {
  return rendered.flatMap(({ name, files }) =>
    judge(files, ASKED).filter(({ rule, at }) => acceptedFor(rule, at) === undefined).map(({ rule, controls, at, message }) => ({ directory: name, rule, controls, at, message })),
  );
}

/** Lines for a terminal of so many columns. */
export function brokenRulesText(broken: readonly BrokenRule[], columns: number): readonly string[] {
  if (broken.length === 0) return [];
  const line = ({ directory, at, controls, rule, message }: BrokenRule): string => `${directory} ${at}: ${message} (${controls.length > 0 ? controls.join(" ") : rule})`;
  return ["advised against, by the rules of docs/aws.md:", ...broken.map((each) => `  ${wrap(line(each), columns - 2, "    ")}`)];
}
