import type { Block, NestedBlock, Schema } from "../../src/aws/schema/format.ts";
import type { Keep } from "./binding.ts";

/** The type that has the statements of web ACLs in full; in `aws_wafv2_web_acl` itself the bindings leave them open. */
export const STATEMENTS = "aws_wafv2_web_acl_rule";

/** What we write of a statement, which nests without end. */
const KINDS = ["or_statement", "rate_based_statement", "byte_match_statement", "regex_match_statement"];
const WITHIN = ["statement", "scope_down_statement", "field_to_match", "uri_path", "text_transformation"];
const NESTING = ["or_statement", "rate_based_statement"];

export const keepStatement: Keep = (path) =>
  path[0] === "statement" && path.every((name) => [...KINDS, ...WITHIN].includes(name)) && path.filter((name) => NESTING.includes(name)).length <= 1;

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
const MANY = ["text_transformation"];

function single({ block, ...nested }: NestedBlock, name = "statement", outer = ""): NestedBlock {
  const many = MANY.includes(name) || (name === "statement" && NESTING.includes(outer));
  const inner = Object.entries(block.block_types ?? {}).map(([key, each]) => [key, single(each, key, name)] as const);
  const whole: Block = { ...block, ...(inner.length > 0 && { block_types: Object.fromEntries(inner) }) };
  return { ...nested, block: whole, ...(!many && { max_items: 1 }) };
}

/** What is counted may be any of several, in a web ACL's own statements though not in that type's. */
function counted(statement: NestedBlock): NestedBlock {
  const { or_statement: any, rate_based_statement: rate } = statement.block.block_types ?? {};
  const scope = rate?.block.block_types?.["scope_down_statement"];
  if (!any || !rate || !scope) throw new Error(`these bindings have no rate-based statement in ${STATEMENTS}`);
  const wider = adding(scope, { or_statement: any });
  return adding(statement, { rate_based_statement: adding(rate, { scope_down_statement: wider }) });
}

const adding = (nested: NestedBlock, more: Readonly<Record<string, NestedBlock>>): NestedBlock => ({
  ...nested,
  block: { ...nested.block, block_types: { ...nested.block.block_types, ...more } },
});
