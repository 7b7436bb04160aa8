import type { Database, Row } from "./database.ts";
import { MOST_AT_ONCE, type Message, type Topic } from "./topic.ts";

/**
 * Tells the topic what the outbox holds, ten events at a time: at least once each, in about the order in which they happened.
 * Replicas take different rows. Without gap locks (READ COMMITTED) nobody who writes an event waits while the topic is slow.
 * @throws what the topic or the database threw; nothing is lost then
 */
export async function relay(database: Database, topic: Topic): Promise<"more" | "done"> {
  let failure: { readonly error: unknown } | null = null;
  const found = await database.transaction(async (statements) => {
    const rows = await statements.rows(
      `SELECT id, event_id, type, person_id, details, happened_at FROM outbox
       WHERE published_at IS NULL ORDER BY attempts, id LIMIT ${MOST_AT_ONCE} FOR UPDATE SKIP LOCKED`,
    );
    if (rows.length === 0) return 0;
    const taken = await topic.publish(rows.map(toMessage)).catch((error: unknown) => {
      failure = { error };
      return null;
    });
    if (taken === null) return rows.length;
    for (const row of rows) {
      const change = taken.has(String(row["event_id"])) ? "published_at = UTC_TIMESTAMP(3)" : "attempts = attempts + 1";
      await statements.change(`UPDATE outbox SET ${change} WHERE id = ?`, [row["id"] ?? null]);
    }
    if (taken.size === 0) failure = { error: new Error("the topic took none of the events") };
    return rows.length;
  }, "READ COMMITTED");
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  return found === MOST_AT_ONCE ? "more" : "done";
}

/** The event as consumers read it. */
function toMessage(row: Row): Message {
  const id = String(row["event_id"]);
  const event = {
    id,
    type: String(row["type"]),
    person: Number(row["person_id"]),
    at: `${String(row["happened_at"]).replace(" ", "T")}Z`,
    details: JSON.parse(String(row["details"])) as unknown,
  };
  return { id, type: event.type, body: JSON.stringify(event) };
}
