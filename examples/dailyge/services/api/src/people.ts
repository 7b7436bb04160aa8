import { randomBytes } from "node:crypto";
import { isDuplicate, type Database } from "./database.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import type { Token } from "./tokens.ts";
import type { Credentials } from "./validation.ts";

export interface Person {
  readonly id: number;
  readonly email: string;
}

const SESSION_DAYS = 30;

/** Null where that address has an account with another password. The same request again is the same account. */
export async function signUp(database: Database, { email, password }: Credentials): Promise<{ person: Person; isNew: boolean } | null> {
  const hash = await hashPassword(password);
  try {
    const { id } = await database.change("INSERT INTO users (email, password_hash, created_at) VALUES (?, ?, UTC_TIMESTAMP(3))", [email, hash]);
    return { person: { id, email }, isNew: true };
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const person = await findPerson(database, { email, password });
    return person && { person, isNew: false };
  }
}

/** Null where address or password is wrong; which one, nobody learns. */
export async function findPerson(database: Database, { email, password }: Credentials): Promise<Person | null> {
  const [row] = await database.rows("SELECT id, password_hash FROM users WHERE email = ?", [email]);
  const matches = await isPassword(password, row ? String(row["password_hash"]) : null);
  return row && matches ? { id: Number(row["id"]), email } : null;
}

export async function startSession(database: Database, person: Person): Promise<{ readonly token: Token; readonly expiresAt: Date }> {
  const session = randomBytes(16).toString("hex");
  const expiresAt = new Date(Date.now() + SESSION_DAYS * 86_400_000);
  await database.change("DELETE FROM sessions WHERE user_id = ? AND expires_at <= UTC_TIMESTAMP()", [person.id]);
  const written = expiresAt.toISOString().slice(0, 19).replace("T", " ");
  await database.change("INSERT INTO sessions (id, user_id, expires_at) VALUES (?, ?, ?)", [session, person.id, written]);
  return { token: { session, user: person.id }, expiresAt };
}

/** Null for a session that has ended. */
export async function personOf(database: Database, token: Token): Promise<Person | null> {
  const [row] = await database.rows(
    `SELECT users.id, users.email FROM sessions JOIN users ON users.id = sessions.user_id
     WHERE sessions.id = ? AND sessions.user_id = ? AND sessions.expires_at > UTC_TIMESTAMP()`,
    [token.session, token.user],
  );
  return row ? { id: Number(row["id"]), email: String(row["email"]) } : null;
}

export async function endSession(database: Database, token: Token): Promise<void> {
  await database.change("DELETE FROM sessions WHERE id = ?", [token.session]);
}
