import type { Database, Row } from "./database.ts";

export interface Person {
  readonly id: number;
  readonly email: string;
  readonly since: string;
  readonly disabled: boolean;
  readonly tasks: number;
}

const A_PAGE = 50;
const time = (text: unknown): string => `${String(text).replace(" ", "T")}Z`;

const toPerson = (row: Row): Person => ({
  id: Number(row["id"]),
  email: String(row["email"]),
  since: time(row["created_at"]),
  disabled: row["disabled_at"] !== null,
  tasks: Number(row["tasks"]),
});

/** Newest first, those whose address contains the text; `before` is the last one of the page before. */
export async function listPeople(database: Database, search: string, before: number | null): Promise<{ readonly people: readonly Person[]; readonly more: boolean }> {
  const like = `%${search.toLowerCase().replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
  const rows = await database.rows(
    `SELECT id, email, created_at, disabled_at, (SELECT COUNT(*) FROM tasks WHERE tasks.user_id = users.id) AS tasks
     FROM users WHERE email LIKE ? AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ${A_PAGE + 1}`,
    [like, before, before],
  );
  return { people: rows.slice(0, A_PAGE).map(toPerson), more: rows.length > A_PAGE };
}

/**
 * Disables or enables someone. That they must be signed out, and the event, are written in the same transaction: neither is
 * lost, whatever happens next. Null for someone who is not there; `changed` is false where it was so already.
 */
export function setDisabled(database: Database, id: number, disabled: boolean): Promise<{ readonly changed: boolean } | null> {
  return database.transaction(async (statements) => {
    const [row] = await statements.rows("SELECT disabled_at FROM users WHERE id = ? FOR UPDATE", [id]);
    if (!row) return null;
    if ((row["disabled_at"] !== null) === disabled) return { changed: false };
    await statements.change("UPDATE users SET disabled_at = IF(?, UTC_TIMESTAMP(3), NULL), must_sign_out = must_sign_out OR ? WHERE id = ?", [disabled ? 1 : 0, disabled ? 1 : 0, id]);
    await statements.change("INSERT INTO outbox (event_id, type, person_id, details, happened_at) VALUES (?, ?, ?, '{}', UTC_TIMESTAMP(3))", [
      crypto.randomUUID(), disabled ? "person.disabled" : "person.enabled", id,
    ]);
    return { changed: true };
  });
}
