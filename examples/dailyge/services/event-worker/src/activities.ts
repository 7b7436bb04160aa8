import { MongoClient, type Collection } from "mongodb";
import type { Event } from "./event.ts";

/** A document of the collection `activity`; `_id` is the event's id, so that an event that is told twice is written once. */
interface Activity {
  readonly _id: string;
  readonly person: number;
  readonly type: string;
  readonly at: Date;
  readonly title: string | null;
}

const KEPT_DAYS = 90;

const OPTIONS = { serverSelectionTimeoutMS: 2_000, connectTimeoutMS: 2_000, socketTimeoutMS: 10_000, maxPoolSize: 5, appName: "event-worker" };

/** What each person did, kept for ninety days. */
export class Activities {
  readonly #url: string;
  readonly #database: string;
  /** A client whose first connection failed stays closed for good: the next turn makes another. */
  #client: MongoClient | null = null;
  #indexed = false;

  constructor(url: string, database: string) {
    this.#url = url;
    this.#database = database;
  }

  /** Makes sure that it answers, and of the indexes when it does for the first time. */
  async ready(): Promise<void> {
    if (this.#client === null) {
      this.#client = await new MongoClient(this.#url, OPTIONS).connect();
    }
    if (!this.#indexed) {
      await this.#of(this.#client).createIndexes([
        { name: "of_a_person", key: { person: 1, at: -1 } },
        { name: "kept", key: { at: 1 }, expireAfterSeconds: KEPT_DAYS * 86_400 },
      ]);
      this.#indexed = true;
    }
    await this.#client.db(this.#database).command({ ping: 1 });
  }

  /** Each once, whatever was written before. */
  async write(events: readonly Event[]): Promise<void> {
    if (events.length === 0) return;
    if (this.#client === null) throw new Error("not ready");
    await this.#of(this.#client).bulkWrite(
      events.map(({ id, ...activity }) => ({ updateOne: { filter: { _id: id }, update: { $setOnInsert: activity }, upsert: true } })),
      { ordered: false },
    );
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }

  #of(client: MongoClient): Collection<Activity> {
    return client.db(this.#database).collection<Activity>("activity");
  }
}
