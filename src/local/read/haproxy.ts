/** A section of HAProxy's configuration: `backend api` and its lines, each split into words. */
export interface Section {
  readonly kind: string;
  readonly name: string;
  readonly lines: readonly (readonly string[])[];
}

const SECTIONS: ReadonlySet<string> = new Set(["global", "defaults", "frontend", "backend", "listen"]);

/** Reads a configuration file as HAProxy's manual says it is read. https://docs.haproxy.org/2.6/configuration.html#2.2 */
export function parseSections(text: string): readonly Section[] {
  const sections: { kind: string; name: string; lines: (readonly string[])[] }[] = [];
  for (const words of text.split("\n").map(wordsOf)) {
    const [keyword, name = ""] = words;
    if (keyword === undefined) continue;
    if (SECTIONS.has(keyword)) sections.push({ kind: keyword, name, lines: [] });
    else sections.at(-1)?.lines.push(words);
  }
  return sections;
}

/** Splits a line at blanks outside of quotes, and takes the quotes away; `#` begins a comment. */
export function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (const [piece] of text.matchAll(/'[^']*'?|"(?:\\.|[^"\\])*"?|\\.|\s+|#.*|[^'"\\\s#]+/g)) {
    if (piece.startsWith("#")) break;
    if (/^\s/.test(piece)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + unquoted(piece);
    }
  }
  return word === null ? words : [...words, word];
}

function unquoted(piece: string): string {
  if (piece.startsWith("'")) return piece.replaceAll("'", "");
  if (piece.startsWith('"')) return piece.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  return piece.startsWith("\\") ? piece.slice(1) : piece;
}
