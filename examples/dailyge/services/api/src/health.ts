import type { Database } from "./database.ts";
import { log, reason } from "./log.ts";

/** Null when it can serve, else why not. */
export type Health = () => Promise<string | null>;

const FRESH_MS = 1_000;

/** Asks the database at most once a second, however many ask us; says in the log when it goes and when it comes back. */
export function createHealth(database: Database, stopping: AbortSignal): Health {
  let asked = Number.NEGATIVE_INFINITY;
  let answer: Promise<string | null> = Promise.resolve(null);
  let last: string | null | undefined;
  const ask = async (): Promise<string | null> => {
    const problem = await database.ping().then(() => null, (error: Error) => reason(error.cause));
    const said = problem === null ? "the database answers" : "the database does not answer";
    if (problem !== last) log(said, { reason: problem });
    last = problem;
    return problem === null ? null : said;
  };
  return () => {
    if (stopping.aborted) return Promise.resolve("stopping");
    if (performance.now() - asked >= FRESH_MS) {
      asked = performance.now();
      answer = ask();
    }
    return answer;
  };
}
