import { Failure } from "../../kit/failure.ts";
import type {
  Wafv2WebAcl_Rule_Statement_ByteMatchStatement, Wafv2WebAcl_Rule_Statement_RateBasedStatement_ScopeDownStatement,
  Wafv2WebAcl_Rule_Statement_RegexMatchStatement,
} from "../schema/types.ts";

/** A question about one path. */
export type PathStatement =
  | { readonly byte_match_statement: Wafv2WebAcl_Rule_Statement_ByteMatchStatement }
  | { readonly regex_match_statement: Wafv2WebAcl_Rule_Statement_RegexMatchStatement };

/** https://docs.aws.amazon.com/waf/latest/developerguide/limits.html */
const LONGEST = 200;

/** A path as a service may read it: decoded, without empty and dot segments, in small letters as patterns are. */
const LOOKED_AT = {
  field_to_match: { uri_path: {} },
  text_transformation: ["URL_DECODE", "NORMALIZE_PATH", "LOWERCASE"].map((type, priority) => ({ priority, type })),
};

/** Whether a path matches one of these patterns, in which `*` stands for any text. */
export function anyPath(patterns: readonly string[]): Wafv2WebAcl_Rule_Statement_RateBasedStatement_ScopeDownStatement {
  const [first, ...others] = patterns.map(pathStatement);
  return first && others.length === 0 ? first : { or_statement: { statement: [...(first ? [first] : []), ...others] } };
}

/** A path or a beginning is compared as it is, which costs least; what has `*` elsewhere as a regular expression. */
export function pathStatement(pattern: string): PathStatement {
  const beginning = pattern.endsWith("*") ? pattern.slice(0, -1) : pattern;
  if (/[*+]/.test(beginning)) return { regex_match_statement: { ...LOOKED_AT, regex_string: expressionOf(pattern) } };
  const positional_constraint = beginning === pattern ? "EXACTLY" : "STARTS_WITH";
  return { byte_match_statement: { ...LOOKED_AT, search_string: beginning, positional_constraint } };
}

/** Decoding may have made a blank of `+`. */
function expressionOf(pattern: string): string {
  const expression = `^${pattern.replaceAll(/[.$]/g, "\\$&").replaceAll("+", "[+ ]").replaceAll("*", ".*")}$`;
  if (expression.length <= LONGEST) return expression;
  throw new Failure("usage", `requests to the path ${pattern} cannot be counted: a web ACL's rule takes ${LONGEST} characters, and this needs ${expression.length}`, {
    hint: "Shorten the pattern in paths: a few letters and * often say the same.",
  });
}
