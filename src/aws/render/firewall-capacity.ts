import { Failure } from "../../kit/failure.ts";
import type { Wafv2WebAcl_Rule, Wafv2WebAcl_Rule_Statement } from "../schema/types.ts";
import { GROUPS } from "./firewall-managed.ts";

/**
 * Units that a web ACL's price covers, the most that one takes, and references to groups and sets.
 * https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
 */
export const CAPACITY = { covered: 1_500, most: 5_000, references: 50 } as const;

/**
 * Capacity units that rules take at most: AWS may count the same transformation of the same field once.
 * https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html, what each statement costs
 */
export const capacityOf = (rules: readonly Wafv2WebAcl_Rule[]): number => sum(rules.map(({ statement }) => costOf(statement)));

/** Throws where the rules are more than a web ACL takes. */
export function checkCapacity(environment: string, rules: readonly Wafv2WebAcl_Rule[]): void {
  const units = capacityOf(rules);
  const references = sum(rules.map(({ statement }) => referencesOf(statement)));
  const hint = "Write fewer path rules and rate limits, or let teams share a network.";
  if (units > CAPACITY.most) {
    throw new Failure("usage", `the firewall of ${environment} needs ${units} capacity units: a web ACL takes ${CAPACITY.most}`, { hint });
  }
  if (references > CAPACITY.references) {
    throw new Failure("usage", `the firewall of ${environment} asks ${references} times for addresses and groups: a web ACL does ${CAPACITY.references} times`, { hint });
  }
}

const TRANSFORMATION = 10;
const MATCH: Readonly<Record<string, number>> = { EXACTLY: 2, STARTS_WITH: 2, ENDS_WITH: 2 };
const DEAREST = 10;
const EXPRESSION = 3;
const RATE = 2;

interface Cost {
  readonly own: number;
  readonly within: readonly Wafv2WebAcl_Rule_Statement[];
  readonly reference: boolean;
}

/** What a statement costs by itself, and the statements in it. */
function parts(statement: Wafv2WebAcl_Rule_Statement): Cost {
  const { and_statement, or_statement, not_statement, byte_match_statement, regex_match_statement, ip_set_reference_statement } = statement;
  const { rate_based_statement, managed_rule_group_statement, label_match_statement } = statement;
  if (byte_match_statement) {
    const { positional_constraint, text_transformation } = byte_match_statement;
    const match = typeof positional_constraint === "string" ? MATCH[positional_constraint] : undefined;
    return { own: (match ?? DEAREST) + transformations(text_transformation), within: [], reference: false };
  }
  if (regex_match_statement) return { own: EXPRESSION + transformations(regex_match_statement.text_transformation), within: [], reference: false };
  if (ip_set_reference_statement) return { own: 1, within: [], reference: true };
  if (label_match_statement) return { own: 1, within: [], reference: false };
  if (managed_rule_group_statement) {
    const group = Object.values(GROUPS).find(({ name }) => name === managed_rule_group_statement.name);
    return { own: group?.capacity ?? 0, within: [], reference: true };
  }
  if (rate_based_statement) return { own: RATE, within: rate_based_statement.scope_down_statement ? [rate_based_statement.scope_down_statement] : [], reference: false };
  const within = [...(and_statement?.statement ?? []), ...(or_statement?.statement ?? []), ...(not_statement?.statement ? [not_statement.statement] : [])];
  return { own: 0, within, reference: false };
}

function costOf(statement: Wafv2WebAcl_Rule_Statement): number {
  const { own, within } = parts(statement);
  return own + sum(within.map(costOf));
}

function referencesOf(statement: Wafv2WebAcl_Rule_Statement): number {
  const { reference, within } = parts(statement);
  return (reference ? 1 : 0) + sum(within.map(referencesOf));
}

const transformations = (list: readonly { readonly type: unknown }[] = []): number => TRANSFORMATION * list.filter(({ type }) => type !== "NONE").length;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
