import type { Block, NestedBlock, Schema } from "../../src/aws/schema/format.ts";
import type { Keep } from "./binding.ts";

/** The type that has the statements of web ACLs in full; in `aws_wafv2_web_acl` itself the bindings leave them open. */
export const STATEMENTS = "aws_wafv2_web_acl_rule";

/** What we write of a statement. Those of `NESTING` hold statements again, without end; we write two of them in each other. */
const NESTING = ["and_statement", "or_statement", "not_statement"];
const KINDS = ["byte_match_statement", "regex_match_statement", "ip_set_reference_statement", "label_match_statement", "rate_based_statement"];
const WITHIN = ["statement", "scope_down_statement", "field_to_match", "uri_path", "single_header", "text_transformation"];
const DEEPEST = 2;
/** A managed group stands alone, and all that is written of its rules is that one of them only counts. */
const MANAGED = ["managed_rule_group_statement", "rule_action_override", "action_to_use", "count"];

export const keepStatement: Keep = ([first, ...path]) => {
  if (first !== "statement") return false;
  if (path[0] === MANAGED[0]) return path.every((name, depth) => MANAGED[depth] === name);
  const known = path.every((name, depth) => [...NESTING, ...KINDS, ...WITHIN].includes(name) && (name !== "rate_based_statement" || depth === 0));
  return known && path.filter((name) => NESTING.includes(name)).length <= DEEPEST;
};

/** A web ACL's schema with the statements of its rules. */
export function withStatements(acl: Schema, { block }: Schema): Schema {
  const { rule, ...others } = acl.block.block_types ?? {};
  const statement = block.block_types?.["statement"];
  if (!rule || !statement) throw new Error(`these bindings have no statement in ${STATEMENTS}`);
  const { statement: _open, ...attributes } = rule.block.attributes ?? {};
  const own = { ...rule.block.block_types, statement: { ...counted(single(statement)), min_items: 1 } };
  return { ...acl, block: { ...acl.block, block_types: { ...others, rule: { ...rule, block: { attributes, block_types: own } } } } };
}

/** Many of these may stand side by side; of all other blocks the web ACL takes one, which the type does not say. */
const MANY = ["text_transformation", "rule_action_override"];

function single({ block, ...nested }: NestedBlock, name = "statement", outer = ""): NestedBlock {
  const many = MANY.includes(name) || (name === "statement" && ["and_statement", "or_statement"].includes(outer));
  const inner = Object.entries(block.block_types ?? {}).map(([key, each]) => [key, single(each, key, name)] as const);
  const whole: Block = { ...block, ...(inner.length > 0 && { block_types: Object.fromEntries(inner) }) };
  return { ...nested, block: whole, ...(!many && { max_items: 1 }) };
}

/** What is counted may be any statement, in a web ACL's own statements though not in that type's. */
function counted(statement: NestedBlock): NestedBlock {
  const { rate_based_statement: rate, ...others } = statement.block.block_types ?? {};
  const scope = rate?.block.block_types?.["scope_down_statement"];
  const nesting = Object.fromEntries(Object.entries(others).filter(([name]) => NESTING.includes(name)));
  if (!rate || !scope || Object.keys(nesting).length < NESTING.length) throw new Error(`these bindings have no rate-based statement in ${STATEMENTS}`);
  return adding(statement, { rate_based_statement: adding(rate, { scope_down_statement: adding(scope, nesting) }) });
}

const adding = (nested: NestedBlock, more: Readonly<Record<string, NestedBlock>>): NestedBlock => ({
  ...nested,
  block: { ...nested.block, block_types: { ...nested.block.block_types, ...more } },
});
