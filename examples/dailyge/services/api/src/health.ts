import { log, reason } from "./log.ts";

/** How the service is. */
export interface Health {
  /** Null when it can serve, else why not. */
  readonly problem: string | null;
  /** Parts without which it serves on, less well. */
  readonly away: readonly string[];
}

/** What the service depends on. */
export interface Dependencies {
  /** Without it nothing can be served, and a new release that does not find it must not take over. Throws Unavailable. */
  readonly database: { ping(): Promise<void> };
  /** Whether each other part answers. Where one is away, replacing this process would change nothing: some requests are refused until it is back. */
  readonly others: Readonly<Record<string, () => Promise<boolean>>>;
}

const FRESH_MS = 1_000;

/** Asks what it depends on at most once a second, however many ask us; says in the log when the database goes and when it comes back. */
export function createHealth({ database, others }: Dependencies, stopping: AbortSignal): () => Promise<Health> {
  let asked = Number.NEGATIVE_INFINITY;
  let answer: Promise<Health> = Promise.resolve({ problem: null, away: [] });
  let last: string | null | undefined;
  const ask = async (): Promise<Health> => {
    const [problem, ...rest] = await Promise.all([
      database.ping().then(() => null, (error: Error) => reason(error.cause)),
      ...Object.entries(others).map(async ([part, answers]) => ((await answers()) ? [] : [part])),
    ]);
    const said = problem === null ? "the database answers" : "the database does not answer";
    if (problem !== last) log(said, { reason: problem });
    last = problem;
    return { problem: problem === null ? null : said, away: rest.flat() };
  };
  return () => {
    if (stopping.aborted) return Promise.resolve({ problem: "stopping", away: [] });
    if (performance.now() - asked >= FRESH_MS) {
      asked = performance.now();
      answer = ask();
    }
    return answer;
  };
}
