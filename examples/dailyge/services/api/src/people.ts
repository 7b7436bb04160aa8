import { isDuplicate, type Database } from "./database.ts";
import { record } from "./events.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import type { Credentials } from "./validation.ts";

export interface Person {
  readonly id: number;
  readonly email: string;
}

/** Someone who has said the right password. */
export interface Account extends Person {
  readonly disabled: boolean;
}

/** Null where that address has an account with another password. The same request again is the same account. */
export async function signUp(database: Database, { email, password }: Credentials): Promise<{ account: Account; isNew: boolean } | null> {
  const hash = await hashPassword(password);
  try {
    const id = await database.transaction(async (statements) => {
      const { id: person } = await statements.change("INSERT INTO users (email, password_hash, created_at) VALUES (?, ?, UTC_TIMESTAMP(3))", [email, hash]);
      await record(statements, { type: "person.signed-up", person, details: {} });
      return person;
    });
    return { account: { id, email, disabled: false }, isNew: true };
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const account = await findAccount(database, { email, password });
    return account && { account, isNew: false };
  }
}

/** Null where address or password is wrong; which one, nobody learns. */
export async function findAccount(database: Database, { email, password }: Credentials): Promise<Account | null> {
  const [row] = await database.rows("SELECT id, password_hash, disabled_at FROM users WHERE email = ?", [email]);
  const matches = await isPassword(password, row ? String(row["password_hash"]) : null);
  return row && matches ? { id: Number(row["id"]), email, disabled: row["disabled_at"] !== null } : null;
}

/** Null for one who is not there, or has been disabled. */
export async function findPerson(database: Database, id: number): Promise<Person | null> {
  const [row] = await database.rows("SELECT id, email FROM users WHERE id = ? AND disabled_at IS NULL", [id]);
  return row ? { id: Number(row["id"]), email: String(row["email"]) } : null;
}
