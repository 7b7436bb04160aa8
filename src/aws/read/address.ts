import { asBody, blocksOf } from "./configuration.ts";

/**
 * Addresses of what a file defines: `aws_vpc.main`, `data.aws_ami.it`, `var.size`, `output.host`. Of Terraform's own language only
 * what begins a block is read; that is enough to see what two files define both.
 * @throws SyntaxError where a `.tf.json` is no JSON
 */
export function addressesOf({ name, content }: { readonly name: string; readonly content: string }): readonly string[] {
  return name.endsWith(".tf.json") ? inJson(asBody(JSON.parse(content))) : inLanguage(content);
}

function inJson(document: ReturnType<typeof asBody>): readonly string[] {
  const named = (kind: string, prefix: string) => Object.keys(asBody(document[kind])).map((name) => `${prefix}.${name}`);
  return [...blocksOf(document).map(({ address }) => address), ...named("variable", "var"), ...named("output", "output"), ...named("module", "module")];
}

/** What an address begins with, by the word that begins the block. */
const PREFIXES: Readonly<Record<string, string>> = { resource: "", data: "data.", ephemeral: "ephemeral.", variable: "var.", output: "output.", module: "module." };

/** https://developer.hashicorp.com/terraform/language/syntax/configuration */
function inLanguage(text: string): readonly string[] {
  const bare = text.replaceAll(/<<-?(\w+)\n[^]*?\n[ \t]*\1\b/g, '""').replaceAll(/("(?:[^"\\]|\\.)*")|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\//g, "$1");
  const found: string[] = [];
  let depth = 0;
  let words: string[] = [];
  for (const [token] of bare.matchAll(/"(?:[^"\\]|\\.)*"|[{}]|[A-Za-z_][\w-]*/g)) {
    if (token === "{" && depth === 0) {
      const [kind = "", ...labels] = words;
      const prefix = PREFIXES[kind];
      if (prefix !== undefined && labels.length > 0) found.push(`${prefix}${labels.join(".")}`);
    }
    if (token === "{") depth += 1;
    else if (token === "}") depth -= 1;
    else if (depth === 0) words.push(token.replaceAll('"', ""));
    if (token === "{" || token === "}") words = [];
  }
  return found;
}
