import { Failure } from "../../kit/failure.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_PathPatternConditionConfig.html */
const LONGEST = 128;

/**
 * Paths that a load balancer and a service may read in two ways, and no client has to send: empty and dot segments,
 * `;`, `\`, `#`, percent signs that hide these, a slash or a control character, are no UTF-8 or no encoding, and those
 * without need (of letters, digits, `-._~`). Expressions for the whole path, of what such a load balancer knows.
 */
export const AMBIGUOUS_PATHS: readonly string[] = [
  String.raw`^.*(//|/[.][.]?(/|$)|[;#\\]|%([01]|2[fF]|3[bB]|5[cC]|7[fF]|[cC][01]|[fF][5-9a-fA-F])).*$`,
  "^.*%([^0-9a-fA-F]|.?$|[0-9a-fA-F][^0-9a-fA-F]).*$",
  "^.*%(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE]).*$",
];

/** An expression for a pattern in capitals or not, its special characters percent-encoded or not. */
export function anySpelling(pattern: string): string {
  const expression = `^${pattern.replaceAll(/./g, spellings)}$`;
  if (expression.length <= LONGEST) return expression;
  const why = `a load balancer's rule takes ${LONGEST} characters, and this needs ${expression.length}`;
  throw new Failure("usage", `the path ${pattern} cannot be refused in all its spellings: ${why}`, {
    hint: "Shorten the pattern in paths: a few letters and * often say the same.",
  });
}

function spellings(character: string): string {
  if (character === "*") return ".*";
  if (/[a-z]/i.test(character)) return `[${character.toLowerCase()}${character.toUpperCase()}]`;
  if (/[0-9/_~-]/.test(character)) return character;
  if (character === ".") return "[.]";
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return `([${character}]|%${code.replaceAll(/./g, spellings)})`;
}
