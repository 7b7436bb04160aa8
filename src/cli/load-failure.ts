import { readFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../kit/failure.ts";

/** A place in a team's file; the column is not always known. */
interface Spot {
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
}

/** What was thrown while this file was read, or while its `platform` was called, as a Failure that shows the place. */
export function loadFailure(thrown: unknown, path: string): Failure {
  if (thrown instanceof Failure) return thrown;
  const spot = syntaxSpot(thrown) ?? missingSpot(thrown) ?? thrownSpot(thrown);
  const where = spot ? `${shown(spot.file)}:${spot.line}${spot.column === null ? "" : `:${spot.column}`}` : shown(path);
  const unread = thrown instanceof SyntaxError || codeOf(thrown) === "ERR_MODULE_NOT_FOUND";
  return new Failure("definition-unreadable", `${where} ${unread ? "cannot be read" : "threw an error while it was read"}: ${reason(thrown)}`, {
    hint: hint(thrown),
    details: spot ? codeFrame(spot) : [],
    cause: thrown,
  });
}

/** Whether the engine kept the place of this syntax error to itself. It prints it only for errors that nobody catches. */
export function isPlaceless(thrown: unknown): boolean {
  return thrown instanceof SyntaxError && syntaxSpot(thrown) === undefined && thrownSpot(thrown) === undefined;
}

/** The place in what the engine prints of a syntax error: `FILE:LINE`, the line, and carets below it. */
export function syntaxSpot(thrown: unknown): Spot | undefined {
  const printed = thrown instanceof SyntaxError ? (thrown.stack ?? "") : typeof thrown === "string" ? thrown : "";
  const head = /^(file:\/\/\/.+|\/.+):(\d+)$/m.exec(printed.split(/^\w*Error\b/m)[0] ?? "");
  if (!head) return undefined;
  const carets = /^([^\S\n]*)\^+[^\S\n]*$/m.exec(printed.slice(head.index));
  return { file: pathOf(head[1] ?? ""), line: Number(head[2]), column: carets ? (carets[1] ?? "").length + 1 : null };
}

/** The import of something that is not there. */
function missingSpot(thrown: unknown): Spot | undefined {
  const match = codeOf(thrown) === "ERR_MODULE_NOT_FOUND" && thrown instanceof Error ? /^Cannot find \w+ '(.+)' imported from (.+)$/m.exec(thrown.message) : null;
  if (!match) return undefined;
  const [, missing = "", importer = ""] = match;
  const index = linesOf(importer).findIndex((line) => /\b(from|import)\b/.test(line) && line.includes(basename(missing)));
  return index < 0 ? undefined : { file: importer, line: index + 1, column: null };
}

/** The team's own place on the way to the error: ours and its libraries' are no help. */
function thrownSpot(thrown: unknown): Spot | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  const frames = [...stack.matchAll(/^ +at .*?(file:\/\/\/.+?):(\d+):(\d+)\)?$/gm)].map(([, url = "", line, column]) => ({ file: pathOf(url), line: Number(line), column: Number(column) }));
  return frames.find(({ file }) => !file.startsWith(OURS) && !file.includes("/node_modules/"));
}

const OURS = fileURLToPath(new URL("../", import.meta.url));

function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `${typeof thrown === "string" ? JSON.stringify(thrown) : String(thrown)}, which is no Error`;
  const [first = ""] = thrown.message.split("\n");
  return codeOf(thrown) === "ERR_MODULE_NOT_FOUND" ? first.replace(/ imported from .*$/, "") : first || thrown.name;
}

function hint(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : "";
  switch (codeOf(thrown)) {
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return 'The file runs with its types taken away, so it can have no enum, namespace or parameter property; instead of an enum: const colour = { red: "red" } as const';
    case "ERR_MODULE_NOT_FOUND":
      return message.includes("package '")
        ? `Install it beside the file: npm install ${/package '(.+?)'/.exec(message)?.[1] ?? "NAME"}`
        : 'Correct the import; it names the file with its ending: "./parts.ts"';
  }
  const absent = /does not provide an export named '(.+)'/.exec(message)?.[1];
  if (absent !== undefined) return /^[A-Z]/.test(absent) ? `If ${absent} is a type, import it as one: import { type ${absent} }` : "Correct the name in the import";
  return "Correct it, then see what it defines: dailyge check";
}

function codeFrame({ file, line, column }: Spot): readonly string[] {
  const lines = linesOf(file);
  const width = String(line + 1).length;
  return [line - 1, line, line + 1].flatMap((number) => {
    const text = lines[number - 1];
    if (text === undefined || (text === "" && number !== line)) return [];
    const written = `${number === line ? ">" : " "} ${String(number).padStart(width)} | ${text}`;
    // Tabs stay tabs below themselves, so that the caret stands under its character.
    return number === line && column !== null ? [written, `  ${" ".repeat(width)} | ${text.slice(0, column - 1).replaceAll(/[^\t]/g, " ")}^`] : [written];
  });
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch {
    return [];
  }
}

const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && "code" in thrown ? thrown.code : undefined);
const pathOf = (place: string): string => (place.startsWith("file:") ? fileURLToPath(place) : place);

/** The path as one would type it here. */
function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith("..") ? path : near;
}
