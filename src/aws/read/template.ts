/** An address that an expression names, and the attribute of it, when there is one. */
export interface Mention {
  /** `aws_vpc.main`, `data.aws_route53_zone.zone` */
  readonly address: string;
  readonly attribute: string | undefined;
}

/** One `${…}` of a text: its code, and whether it is all of the text, so that its type is the text's. */
export interface Piece {
  readonly code: string;
  readonly alone: boolean;
}

/** The expressions in a text. `$${` is a literal, and a brace in a quoted string or a nested one closes nothing. */
export function expressionsIn(text: string): readonly Piece[] {
  const found: Piece[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith("$${", at) || text.startsWith("%%{", at)) at += 2;
    else if (text.startsWith("${", at) || text.startsWith("%{", at)) {
      const end = closing(text, at + 2);
      found.push({ code: text.slice(at + 2, end), alone: at === 0 && end === text.length - 1 });
      at = end;
    }
  }
  return found;
}

function closing(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === "\\") at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === "{") depth += 1;
    else if (!quoted && character === "}") {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  return text.length;
}

const WORDS = /"(?:[^"\\]|\\.)*"|[A-Za-z_][\w-]*(?:\s*\.\s*[A-Za-z_][\w-]*)*(\s*\()?/g;
const KEYWORDS = ["true", "false", "null", "for", "in", "if"];

/** The names that an expression begins its ways with: addresses of blocks, and names that may be none. Function names are left out. */
export function mentionsIn(code: string): { readonly blocks: readonly Mention[]; readonly others: readonly string[] } {
  const local = [...code.matchAll(/\bfor\s+(\w+)(?:\s*,\s*(\w+))?\s+in\b/g)].flatMap(([, one, two]) => [one, two]);
  const blocks: Mention[] = [];
  const others: string[] = [];
  for (const match of code.matchAll(WORDS)) {
    const [word, call] = match;
    const before = code.slice(0, match.index).trimEnd().at(-1);
    if (word.startsWith('"') || call !== undefined || before === ".") continue;
    const steps = word.split(".").map((step) => step.trim());
    const [root = "", ...rest] = steps;
    if (KEYWORDS.includes(root) || local.includes(root)) continue;
    const skip = root === "data" || root === "ephemeral" ? 1 : 0;
    if ((steps[skip] ?? "").startsWith("aws_")) blocks.push({ address: steps.slice(0, skip + 2).join("."), attribute: steps[skip + 2] });
    else others.push([root, ...rest].join("."));
  }
  return { blocks, others };
}
