import { isDuplicate, type Database, type Row } from "./database.ts";
import { Refusal } from "./refusal.ts";
import type { NewTask } from "./validation.ts";

export interface Task extends NewTask {
  readonly id: number;
  readonly completed: boolean;
}

const COLUMNS = "id, title, planned_day, planned_time, completed_at";

const toTask = (row: Row): Task => ({
  id: Number(row["id"]),
  title: String(row["title"]),
  day: String(row["planned_day"]),
  time: row["planned_time"] === null ? null : String(row["planned_time"]).slice(0, 5),
  completed: row["completed_at"] !== null,
});

/** A day in the order in which it is lived; what has no time comes last, in the order in which it was written. */
export async function listTasks(database: Database, person: number, day: string): Promise<readonly Task[]> {
  const rows = await database.rows(
    `SELECT ${COLUMNS} FROM tasks WHERE user_id = ? AND planned_day = ? ORDER BY planned_time IS NULL, planned_time, id`,
    [person, day],
  );
  return rows.map(toTask);
}

/** A request with a key that was used before creates nothing; it gets what the first one created. */
export async function createTask(database: Database, person: number, task: NewTask, key: string | null): Promise<{ task: Task; isNew: boolean }> {
  try {
    const { id } = await database.change(
      "INSERT INTO tasks (user_id, title, planned_day, planned_time, created_at, idempotency_key) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), ?)",
      [person, task.title, task.day, task.time, key],
    );
    return { task: { id, ...task, completed: false }, isNew: true };
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const [row] = await database.rows(`SELECT ${COLUMNS} FROM tasks WHERE user_id = ? AND idempotency_key = ?`, [person, key]);
    const first = row && toTask(row);
    if (first?.title !== task.title || first.day !== task.day || first.time !== task.time) {
      throw new Refusal(409, "idempotency-key-reused", "another task was created with this Idempotency-Key");
    }
    return { task: first, isNew: false };
  }
}

/** Null for a task that is not theirs, or not there. */
export async function completeTask(database: Database, person: number, id: number, completed: boolean): Promise<Task | null> {
  await database.change("UPDATE tasks SET completed_at = IF(?, COALESCE(completed_at, UTC_TIMESTAMP(3)), NULL) WHERE id = ? AND user_id = ?", [
    completed ? 1 : 0, id, person,
  ]);
  const [row] = await database.rows(`SELECT ${COLUMNS} FROM tasks WHERE id = ? AND user_id = ?`, [id, person]);
  return row ? toTask(row) : null;
}

export async function deleteTask(database: Database, person: number, id: number): Promise<boolean> {
  return (await database.change("DELETE FROM tasks WHERE id = ? AND user_id = ?", [id, person])).changed > 0;
}
