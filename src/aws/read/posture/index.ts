import type { WrittenFile } from "../configuration.ts";
import { ACCESS } from "./access.ts";
import { ARGUMENTS } from "./arguments.ts";
import { TOGETHER } from "./companions.ts";
import { EDGE } from "./edge.ts";
import { judge, type Finding } from "./judge.ts";
import { KEPT } from "./keep.ts";
import { NETWORK } from "./network.ts";
import { NEEDS } from "./needs.ts";
import type { Rule } from "./rule.ts";
import { TASKS } from "./tasks.ts";

export type { Finding } from "./judge.ts";
export type { Rule, Violation } from "./rule.ts";

/** What every platform keeps to, whatever its links are. */
export const RULES: readonly Rule[] = [...ARGUMENTS, ...TOGETHER, ...KEPT, ...NETWORK, ...EDGE, ...ACCESS, ...NEEDS, ...TASKS];

/** Where the files of one Terraform directory break any rule. */
export const judgePosture = (files: readonly WrittenFile[]): readonly Finding[] => judge(files, RULES);
