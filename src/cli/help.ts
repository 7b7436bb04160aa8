import { Failure } from "../kit/failure.ts";
import { wrap } from "./table.ts";
import { COMMON_OPTIONS, type Verb } from "./invocation.ts";

const COLUMNS = 80;
const row = (left: string, right: string, width: number): string => `  ${left.padEnd(width)}  ${wrap(right, COLUMNS - width - 4, " ".repeat(width + 4))}`;
/** The verb and what it cannot do without. */
const short = ({ usage }: Verb): string => usage.replace(/ \[.*$/, "");

/** All verbs on one screen. */
export function overview(verbs: Readonly<Record<string, Verb>>): string {
  const shown = Object.entries(verbs).filter(([, verb]) => verb.hidden !== true);
  const width = Math.max(...shown.map(([, verb]) => short(verb).length));
  return [
    "The whole platform of a small web team, from one platform.ts.",
    "",
    "usage: ./dailyge COMMAND [options]",
    "",
    ...shown.map(([, verb]) => row(short(verb), verb.summary, width)),
    "",
    ...optionRows(COMMON_OPTIONS),
    "",
    "More of one: ./dailyge COMMAND --help",
    "Exit codes: 0 done, 1 findings, 2 failure, 70 bug",
    "",
  ].join("\n");
}

/** One verb with its options. */
export function verbHelp(name: string, verb: Verb | undefined): string {
  if (verb === undefined) throw new Failure("usage", `there is no command "${name}"`, { hint: "./dailyge --help" });
  const own = verb.options === undefined ? [] : [...optionRows(verb.options), ""];
  return [`usage: ./dailyge ${verb.usage}`, "", verb.summary, "", ...own, "Every command:", ...optionRows(COMMON_OPTIONS), ""].join("\n");
}

function optionRows(options: Readonly<Record<string, string>>): readonly string[] {
  const names = Object.entries(options).map(([name, meaning]) => [`--${name}`, meaning] as const);
  const width = Math.max(...names.map(([name]) => name.length));
  return names.map(([name, meaning]) => row(name, meaning, width));
}
