import type { Statements } from "./database.ts";

/** What happens in the schedule service, as others hear of it. */
export type Event =
  | { readonly type: "person.signed-up" | "person.signed-in"; readonly person: number; readonly details: Record<string, never> }
  | { readonly type: "task.created" | "task.completed" | "task.reopened" | "task.deleted"; readonly person: number; readonly details: TaskDetails };

export interface TaskDetails {
  readonly task: number;
  readonly title: string;
  readonly day: string;
}

/** Writes it down in the transaction in which it happens: it is told to others if, and only if, that is committed. */
export async function record(statements: Statements, { type, person, details }: Event): Promise<void> {
  await statements.change("INSERT INTO outbox (event_id, type, person_id, details, happened_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3))", [
    crypto.randomUUID(), type, person, JSON.stringify(details),
  ]);
}
