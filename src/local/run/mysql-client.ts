import { spawn } from "node:child_process";

/** How to reach a server: its client program and the option file that says where it is and who asks. */
export interface SqlClient {
  readonly program: string;
  /** For this program only. */
  readonly libraryPath: string | null;
  /** Option file with socket, user and password: neither stands on a command line. */
  readonly optionFile: string;
}

/** Rows of the last statement by column, or the refusal. */
export type Answer = { readonly rows: readonly Row[] } | { readonly refused: Refusal };
export type Row = Readonly<Record<string, string>>;

export interface Refusal {
  /** The server's or the client's own number; 0 where there is none, -1 when there was no answer in time. */
  readonly number: number;
  /** May quote the statement. */
  readonly text: string;
}

export const NO_ANSWER = -1;
/** https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
export const ACCESS_DENIED = 1045;

/** Has the server's own client run statements. */
export function ask(client: SqlClient, sql: string, withinMs: number, signal?: AbortSignal): Promise<Answer> {
  const child = spawn(client.program, [`--defaults-file=${client.optionFile}`, "--batch", "--binary-mode", "--skip-reconnect"], {
    env: client.libraryPath === null ? {} : { LD_LIBRARY_PATH: client.libraryPath },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { promise, resolve } = Promise.withResolvers<Answer>();
  let out = "";
  let errors = "";
  const refuse = (number: number, text: string) => resolve({ refused: { number, text } });
  const giveUp = () => {
    refuse(NO_ANSWER, "no answer in time");
    child.kill("SIGKILL");
  };
  const timer = setTimeout(giveUp, withinMs);
  signal?.addEventListener("abort", giveUp, { once: true });
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  // A client that could not connect does not read; its exit says why.
  child.stdin.on("error", () => {}).end(sql);
  child.on("error", (cause) => refuse(0, cause.message));
  child.on("close", (code) => {
    if (code === 0) resolve({ rows: parseRows(out) });
    else refuse(...parseError(errors));
  });
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  });
}

/** Rows of the client's batch output: a line of column names, then values, separated by tabs; a tab in a value is `\t`. */
export function parseRows(text: string): readonly Row[] {
  const [names, ...lines] = text.split("\n").slice(0, -1).map((line) => line.split("\t").map(unescape));
  return lines.map((values) => Object.fromEntries((names ?? []).map((name, index) => [name, values[index] ?? ""])));
}

const ESCAPED: Readonly<Record<string, string>> = { "\\t": "\t", "\\n": "\n", "\\0": "\0", "\\\\": "\\" };
const unescape = (value: string): string => value.replaceAll(/\\[tn0\\]/g, (found) => ESCAPED[found] ?? found);

/** `ERROR 1045 (28000) at line 1: Access denied` → 1045 and the rest. */
function parseError(text: string): [number: number, text: string] {
  const found = /^ERROR (\d+) \([^)]*\)(?: at line \d+)?: (.*)$/m.exec(text);
  return found === null ? [0, text.trim()] : [Number(found[1]), found[2] ?? ""];
}
