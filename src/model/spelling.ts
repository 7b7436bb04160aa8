/** Characters of an expression for paths. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_PathPatternConditionConfig.html */
export const LONGEST_EXPRESSION = 128;

/**
 * An expression for a pattern in capitals or not, its special characters percent-encoded or not, of what a load balancer
 * knows. It may be longer than one takes; those of a model's refusals are not.
 */
export const anySpelling = (pattern: string): string => `^${pattern.replaceAll(/./g, spellings)}$`;

function spellings(character: string): string {
  if (character === "*") return ".*";
  if (/[a-z]/i.test(character)) return `[${character.toLowerCase()}${character.toUpperCase()}]`;
  if (/[0-9/_~-]/.test(character)) return character;
  if (character === ".") return "[.]";
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return `([${character}]|%${code.replaceAll(/./g, spellings)})`;
}
