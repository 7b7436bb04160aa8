/** Rows under headings, each column as wide as its longest cell; the last one may be cut where the terminal ends. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], columns = Infinity): string {
  const widths = headings.map((heading, index) => Math.max(heading.length, ...rows.map((row) => (row[index] ?? "").length)));
  return [headings, ...rows].map((row) => `${cut(row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ").trimEnd(), columns)}\n`).join("");
}

/** The same; the last cell of a row that is wider than the terminal has a line of its own. */
export function foldedTable(headings: readonly string[], rows: readonly (readonly string[])[], columns: number): string {
  const indent = " ".repeat(Math.max(...[headings, ...rows].map(([first = ""]) => first.length)) + 2);
  const lines = table(headings, rows).split("\n");
  const fold = (line: string, last: string): string => (line.length > columns && last !== "" ? `${line.slice(0, -last.length).trimEnd()}\n${indent}${last}` : line);
  return lines.map((line, index) => fold(line, rows[index - 1]?.at(-1) ?? "")).join("\n");
}

const cut = (line: string, columns: number): string => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line);

/** Text broken between words into lines of at most so many columns, later ones behind an indent. */
export function wrap(text: string, columns: number, indent: string): string {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.join(`\n${indent}`);
}
