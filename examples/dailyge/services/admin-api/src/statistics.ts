import type { Database, Row } from "./database.ts";

export interface Statistics {
  readonly people: number;
  readonly disabled: number;
  readonly tasks: number;
  readonly completed: number;
  /** Events that the topic has not been told yet. */
  readonly waiting: number;
  /** The last fourteen whole days, newest first, as the nightly service has counted them. */
  readonly days: readonly Day[];
}

export interface Day {
  readonly day: string;
  readonly people: number;
  readonly planned: number;
  readonly completed: number;
}

export async function readStatistics(database: Database): Promise<Statistics> {
  const [[now], days] = await Promise.all([
    database.rows(
      `SELECT (SELECT COUNT(*) FROM users) AS people, (SELECT COUNT(*) FROM users WHERE disabled_at IS NOT NULL) AS disabled,
         (SELECT COUNT(*) FROM tasks) AS tasks, (SELECT COUNT(*) FROM tasks WHERE completed_at IS NOT NULL) AS completed,
         (SELECT COUNT(*) FROM outbox WHERE published_at IS NULL) AS waiting`,
    ),
    database.rows("SELECT day, people, planned, completed FROM daily_figures ORDER BY day DESC LIMIT 14"),
  ]);
  const number = (name: string, row: Row | undefined = now): number => Number(row?.[name]);
  return {
    people: number("people"), disabled: number("disabled"), tasks: number("tasks"), completed: number("completed"), waiting: number("waiting"),
    days: days.map((row) => ({ day: String(row["day"]), people: number("people", row), planned: number("planned", row), completed: number("completed", row) })),
  };
}
