import type { Connection, ResultSetHeader } from "mysql2/promise";

/** Days that are looked at each night: one on which we did not run is made up for. */
const DAYS_BACK = 7;
const OUTBOX_KEPT_DAYS = 7;
const A_BATCH = 1_000;

/**
 * People, plans and completions of each of the last days, in the database's own time zone, which is the platform's; the times in
 * the tables are UTC. A day that has been counted stays as it was. Answers how many were counted.
 */
export async function countDays(connection: Connection): Promise<number> {
  const [days] = await connection.query<ResultSetHeader>(
    `INSERT IGNORE INTO daily_figures (day, people, planned, completed, written_at)
     WITH RECURSIVE days AS (
       SELECT CURDATE() - INTERVAL ${DAYS_BACK} DAY AS day
       UNION ALL SELECT day + INTERVAL 1 DAY FROM days WHERE day < CURDATE() - INTERVAL 1 DAY
     ), bounds AS (
       SELECT day, CONVERT_TZ(day, @@session.time_zone, '+00:00') AS begins, CONVERT_TZ(day + INTERVAL 1 DAY, @@session.time_zone, '+00:00') AS ends FROM days
     )
     SELECT day,
       (SELECT COUNT(*) FROM users WHERE created_at >= begins AND created_at < ends),
       (SELECT COUNT(*) FROM tasks WHERE created_at >= begins AND created_at < ends),
       (SELECT COUNT(*) FROM tasks WHERE completed_at >= begins AND completed_at < ends),
       UTC_TIMESTAMP()
     FROM bounds`,
  );
  return days.affectedRows;
}

/** Events that the topic was told long ago; in small bites, so that nobody waits for us. */
export async function clearOutbox(connection: Connection): Promise<number> {
  for (let cleared = 0; ; ) {
    const [result] = await connection.query<ResultSetHeader>(
      `DELETE FROM outbox WHERE published_at < UTC_TIMESTAMP() - INTERVAL ${OUTBOX_KEPT_DAYS} DAY LIMIT ${A_BATCH}`,
    );
    cleared += result.affectedRows;
    if (result.affectedRows < A_BATCH) return cleared;
  }
}
