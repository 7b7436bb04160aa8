import { isDuplicate, type Database, type Row, type Statements } from "./database.ts";
import { record, type Event } from "./events.ts";
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
    const created = await database.transaction(async (statements) => {
      const { id } = await statements.change(
        "INSERT INTO tasks (user_id, title, planned_day, planned_time, created_at, idempotency_key) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), ?)",
        [person, task.title, task.day, task.time, key],
      );
      const made = { id, ...task, completed: false };
      await record(statements, about("task.created", person, made));
      return made;
    });
    return { task: created, isNew: true };
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
export function completeTask(database: Database, person: number, id: number, completed: boolean): Promise<Task | null> {
  return database.transaction(async (statements) => {
    const task = await hold(statements, person, id);
    if (task === null || task.completed === completed) return task;
    await statements.change("UPDATE tasks SET completed_at = IF(?, UTC_TIMESTAMP(3), NULL) WHERE id = ?", [completed ? 1 : 0, id]);
    await record(statements, about(completed ? "task.completed" : "task.reopened", person, task));
    return { ...task, completed };
  });
}

export function deleteTask(database: Database, person: number, id: number): Promise<boolean> {
  return database.transaction(async (statements) => {
    const task = await hold(statements, person, id);
    if (task === null) return false;
    await statements.change("DELETE FROM tasks WHERE id = ?", [id]);
    await record(statements, about("task.deleted", person, task));
    return true;
  });
}

/** The task, which nobody else changes until the transaction ends. */
async function hold(statements: Statements, person: number, id: number): Promise<Task | null> {
  const [row] = await statements.rows(`SELECT ${COLUMNS} FROM tasks WHERE id = ? AND user_id = ? FOR UPDATE`, [id, person]);
  return row ? toTask(row) : null;
}

const about = (type: Extract<Event["type"], `task.${string}`>, person: number, { id, title, day }: Task): Event => ({ type, person, details: { task: id, title, day } });
