import type { Finding } from "../model/finding.ts";

/** Findings for people: what is wrong, where, and what to do, errors first; no line is wider than `columns` without need. */
export function findingsText(findings: readonly Finding[], file: string, columns = 80): string {
  const byPart = [...Map.groupBy(findings, ({ path }) => path.split(".").slice(0, 2).join(".")).values()].flat();
  const sorted = [...byPart.filter(({ severity }) => severity === "error"), ...byPart.filter(({ severity }) => severity === "warning")];
  const groups = Map.groupBy(sorted, ({ severity, path }) => `${severity === "warning" ? "warning: " : ""}${path || "the definition"}`);
  const blocks = [...groups].map(([heading, group]) => [heading, ...group.flatMap((finding) => findingLines(finding, columns))].join("\n"));
  return [...blocks, `${count(findings)} in ${file}`].join("\n\n") + "\n";
}

/** The same as data. */
export const findingsJson = (findings: readonly Finding[]): string => `${JSON.stringify({ findings }, null, 2)}\n`;

function findingLines({ message, fix, environments }: Finding, columns: number): readonly string[] {
  const where = environments.length > 0 ? ` (in ${environments.join(", ")})` : "";
  return [...wrapped(`${message}${where}`, "  ", "  ", columns), ...wrapped(fix, "  fix: ", "       ", columns)];
}

/** Breaks text between words; `first` and `others` begin its lines. */
function wrapped(text: string, first: string, others: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined) lines.push(first + word);
    else if (line.length + 1 + word.length > columns) lines.push(others + word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

function count(findings: readonly Finding[]): string {
  const of = (severity: Finding["severity"]) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [`${number} ${severity}${number === 1 ? "" : "s"}`];
  };
  return [...of("error"), ...of("warning")].join(" and ") || "no findings";
}
