import type { Database } from "./database.ts";
import type { Redis } from "./redis.ts";
import { endSessionsOf } from "./sessions.ts";

/**
 * Ends the sessions of those of whom the database says that they must be signed out; whoever asks for it can ask for nothing
 * else. Whether there was anything to do.
 */
export async function signOut(database: Database, redis: Redis, person: number): Promise<boolean> {
  const rows = await database.rows("SELECT id FROM users WHERE id = ? AND must_sign_out = 1", [person]);
  if (rows.length === 0) return false;
  await endSessionsOf(redis, person);
  await database.change("UPDATE users SET must_sign_out = 0 WHERE id = ?", [person]);
  return true;
}

/** What a call that did not reach us, or Redis in its absence, has left to be done. */
export async function signOutAll(database: Database, redis: Redis): Promise<void> {
  for (const { id } of await database.rows("SELECT id FROM users WHERE must_sign_out = 1 LIMIT 100")) await signOut(database, redis, Number(id));
}
