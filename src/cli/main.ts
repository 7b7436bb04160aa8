import { Failure } from "../kit/failure.ts";
import { suggest } from "../kit/suggest.ts";
import { failureText } from "./failure-text.ts";
import { readOptions, type Invocation } from "./invocation.ts";
import { overview, verbHelp } from "./help.ts";
import { Told } from "./told.ts";
import { VERBS } from "./verbs.ts";
import { version } from "./version.ts";

/** Exit codes: 0 done, 1 findings, 2 failure, 70 bug (sysexits.h, EX_SOFTWARE). */
async function main(given: readonly string[]): Promise<number> {
  const [verb, ...others] = given;
  if (verb === "--version" || verb === "-v") return answer(`${version()}\n`);
  if (verb === undefined || verb === "--help" || verb === "-h" || verb === "help") return answer(others[0] === undefined ? overview(VERBS) : verbHelp(others[0], known(others[0])));
  const chosen = known(verb);
  if (beforeDashes(others).some((word) => word === "--help" || word === "-h")) return answer(verbHelp(verb, chosen));
  const run = await chosen.load();
  return run({ verb, ...readOptions(verb, chosen, others), print, tell, terminal: terminal() });
}

/** What follows `--` is another program's. */
const beforeDashes = (words: readonly string[]): readonly string[] => (words.includes("--") ? words.slice(0, words.indexOf("--")) : words);

function known(verb: string): (typeof VERBS)[string] {
  const found = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (found !== undefined) return found;
  const meant = suggest(verb, Object.keys(VERBS));
  throw new Failure("usage", `there is no command "${verb}"${meant === undefined ? "" : `: did you mean ${meant}?`}`, { hint: "./dailyge --help" });
}

function answer(text: string): number {
  print(text);
  return 0;
}

const print = (text: string): void => void process.stdout.write(text);
const tell = (text: string): void => void process.stderr.write(text);

function terminal(): Invocation["terminal"] {
  const interactive = process.stderr.isTTY === true && process.env["TERM"] !== "dumb";
  return {
    interactive,
    color: interactive && process.env["NO_COLOR"] === undefined,
    get columns() {
      return process.stderr.columns || 80;
    },
    get rows() {
      return process.stderr.rows || 24;
    },
  };
}

/** The only place that prints what went wrong. */
function explain(error: unknown): number {
  if (error instanceof Told) return 1;
  if (error instanceof Failure) {
    tell(failureText(error));
    return 2;
  }
  tell(`dailyge: this is a bug in dailyge-infra ${version()}, please report it with these lines:\n${error instanceof Error ? error.stack : String(error)}\n`);
  return 70;
}

// A reader that has seen enough (`| head`) is no trouble.
for (const stream of [process.stdout, process.stderr]) stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 70));

process.exitCode = await main(process.argv.slice(2)).catch(explain);
// Output to a pipe may not be written yet: the process ends when it is. What still holds it open is not waited for.
const drained = (stream: NodeJS.WriteStream): Promise<void> => new Promise((resolve) => stream.write("", () => resolve()));
await Promise.all([drained(process.stdout), drained(process.stderr)]);
process.exit();
