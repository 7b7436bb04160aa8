import { parseArgs } from "node:util";
import { Failure } from "../kit/failure.ts";
import { suggest } from "../kit/suggest.ts";

/** One command line, taken apart, and the ways to answer it. */
export interface Invocation {
  readonly verb: string;
  readonly words: readonly string[];
  /** What follows `--`. */
  readonly rest: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: Readonly<Record<string, string>>;
  /** Every value of an option that may be given more than once. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** Data: stdout. */
  print(text: string): void;
  /** All that is not data: stderr. */
  tell(text: string): void;
  /** Its size now. */
  readonly terminal: { readonly interactive: boolean; readonly columns: number; readonly rows: number; readonly color: boolean };
}

/** A verb: what `--help` says of it, and where its code is. */
export interface Verb {
  readonly usage: string;
  readonly summary: string;
  /** Options of its own: a word after the name means that it takes a value. */
  readonly options?: Readonly<Record<string, string>>;
  readonly hidden?: true;
  /** Answers with the exit code. */
  readonly load: () => Promise<(invocation: Invocation) => Promise<number>>;
}

/** Options of every verb. */
export const COMMON_OPTIONS: Readonly<Record<string, string>> = {
  "platform FILE": "the definition (default: platform.ts here; in this repository examples/dailyge/platform.ts)",
  "environment NAME": "which environment, --env for short (default: the first one)",
  "target NAME": "local or aws (default: local)",
  "state DIR": "where this machine keeps it (default: ~/.local/state/dailyge/PLATFORM-ENVIRONMENT)",
  json: "answer as JSON on stdout",
  help: "say how to use it",
};

const SHORT: Readonly<Record<string, string>> = { f: "follow", d: "detach", y: "yes", h: "help" };

/** Takes the words after the verb apart. @throws Failure `usage` with what was meant */
export function readOptions(verb: string, known: Verb, given: readonly string[]): Pick<Invocation, "words" | "rest" | "flags" | "values" | "lists"> {
  const declared = { ...COMMON_OPTIONS, ...known.options };
  const names = Object.keys(declared).map((key) => key.split(" "));
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = { env: { type: "string" } };
  for (const [name = "", value] of names) options[name] = { type: value === undefined ? "boolean" : "string" };
  for (const [short, name] of Object.entries(SHORT)) if (options[name] !== undefined) options[name].short = short;
  const { tokens } = parseArgs({ args: [...given], options, strict: false, allowPositionals: true, tokens: true });
  const words: string[] = [];
  const rest: string[] = [];
  const flags = new Set<string>();
  const values: Record<string, string> = {};
  const lists: Record<string, string[]> = {};
  let terminated = false;
  for (const token of tokens) {
    if (token.kind === "option-terminator") terminated = true;
    else if (token.kind === "positional") (terminated ? rest : words).push(token.value);
    else {
      readOption(verb, token, options, flags, values);
      if (token.value !== undefined) (lists[token.name] ??= []).push(token.value);
    }
  }
  return { words, rest, flags, values, lists };
}

function readOption(
  verb: string,
  token: { readonly name: string; readonly rawName: string; readonly value: string | undefined; readonly inlineValue: boolean | undefined },
  options: Readonly<Record<string, { readonly type: "boolean" | "string" }>>,
  flags: Set<string>,
  values: Record<string, string>,
): void {
  const option = options[token.name];
  const help = { hint: `./dailyge ${verb} --help` };
  if (option === undefined) {
    const meant = suggest(token.name, Object.keys(options));
    throw new Failure("usage", `${verb} has no option ${token.rawName}${meant === undefined ? "" : `: did you mean --${meant}?`}`, help);
  }
  if (option.type === "boolean") {
    if (token.value !== undefined) throw new Failure("usage", `${token.rawName} takes no value`, help);
    flags.add(token.name);
  } else {
    // What follows as a word of its own and looks like an option is one: a value that does is written --out=--x.
    if (token.value === undefined || (token.inlineValue !== true && token.value.startsWith("--"))) throw new Failure("usage", `${token.rawName} needs a value`, help);
    values[token.name === "env" ? "environment" : token.name] = token.value;
  }
}
