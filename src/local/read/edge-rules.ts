import type { Section } from "./haproxy.ts";

/** Who asks: the world, a member of a team, or a service of ours. */
export interface Caller {
  readonly node: string;
  /** Whether an address list lets this caller match. */
  isIn(file: string): boolean;
}

/** What a caller who is no page in a browser finds who came by this door: why it is let in, or null. */
export function opening(section: Section, caller: Caller, door: string): string | null {
  const conditions = conditionsOf(section, door);
  const closed = new Set<string>();
  for (const [keyword, action, ...rest] of section.lines) {
    if (keyword !== "http-request" || action === undefined) continue;
    const met = meets(rest, conditions, caller);
    if (REFUSALS.has(action)) {
      if (met.always) return null;
      for (const path of met.paths) closed.add(path);
    } else if (action === "allow") {
      if (met.always) return "an allowance without condition";
      const open = met.maybe ? "some requests are allowed before other rules" : met.paths.find((path) => !closed.has(path));
      if (open !== undefined) return open;
    }
  }
  return "no rule refuses";
}

const REFUSALS: ReadonlySet<string> = new Set(["deny", "reject", "silent-drop", "tarpit"]);

/** A condition as this reader understands it. A denial that it cannot judge closes nothing, an allowance opens. */
type Condition =
  | { readonly is: "addresses"; readonly file: string }
  | { readonly is: "door"; readonly this: boolean }
  | { readonly is: "path"; readonly text: string }
  | { readonly is: "unknown" };

function conditionsOf({ lines }: Section, door: string): ReadonlyMap<string, Condition> {
  const conditions = new Map<string, Condition>();
  for (const [keyword, name = "", fetch, ...rest] of lines) {
    if (keyword !== "acl") continue;
    // Two lines of one name are alternatives, which we do not write.
    conditions.set(name, conditions.has(name) ? { is: "unknown" } : conditionOf(fetch ?? "", rest, door));
  }
  return conditions;
}

function conditionOf(fetch: string, rest: readonly string[], door: string): Condition {
  const [flag, file] = rest;
  if (fetch === "src" && flag === "-f" && file !== undefined && rest.length === 2) return { is: "addresses", file };
  if (fetch === "fe_name" && !rest.some((word) => word.startsWith("-"))) return { is: "door", this: rest.includes(door) };
  if (fetch === "var(txn.decoded)") return { is: "path", text: `path ${rest.filter((word) => word !== "--").join(" ")}` };
  return { is: "unknown" };
}

interface Met {
  /** Whatever the request. */
  readonly always: boolean;
  /** On these paths. */
  readonly paths: readonly string[];
  /** On some requests, who knows which. */
  readonly maybe: boolean;
}

/** When `if A !B || C` or `unless ...` at the end of a rule is true for a caller. */
function meets(words: readonly string[], conditions: ReadonlyMap<string, Condition>, caller: Caller): Met {
  const at = words.findIndex((word) => word === "if" || word === "unless");
  if (at === -1) return { always: true, paths: [], maybe: false };
  if (words[at] === "unless") return { always: false, paths: [], maybe: true };
  const alternatives = splitAt(words.slice(at + 1), "||").map((terms) => terms.map((term) => judge(term, conditions, caller)));
  const possible = alternatives.filter((terms) => !terms.includes(false)).map((terms) => terms.filter((term) => term !== true));
  const paths = possible.flatMap((terms) => onlyPath(terms) ?? []);
  return { always: possible.some((terms) => terms.length === 0), paths, maybe: possible.some((terms) => terms.length > 0 && onlyPath(terms) === null) };
}

function onlyPath([first, ...more]: readonly Judgement[]): string | null {
  return typeof first === "object" && more.length === 0 ? first.path : null;
}

type Judgement = boolean | "unknown" | { readonly path: string };

function judge(term: string, conditions: ReadonlyMap<string, Condition>, caller: Caller): Judgement {
  const negated = term.startsWith("!");
  const condition = conditions.get(negated ? term.slice(1) : term) ?? { is: "unknown" };
  if (condition.is === "addresses") return caller.isIn(condition.file) !== negated;
  if (condition.is === "door") return condition.this !== negated;
  return condition.is === "path" && !negated ? { path: condition.text } : "unknown";
}

function splitAt(words: readonly string[], separator: string): readonly (readonly string[])[] {
  const at = words.indexOf(separator);
  return at === -1 ? [words] : [words.slice(0, at), ...splitAt(words.slice(at + 1), separator)];
}
