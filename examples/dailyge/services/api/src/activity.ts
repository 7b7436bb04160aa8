import type { Mongodb } from "./mongodb.ts";

/** One thing that a person did, as the event worker has written it down. */
export interface Activity {
  readonly what: string;
  readonly at: string;
  readonly title: string | null;
}

/** A document of the collection `activity`; `_id` is the event's id. */
interface ActivityDocument {
  readonly _id: string;
  readonly person: number;
  readonly type: string;
  readonly at: Date;
  readonly title: string | null;
}

const MOST = 50;

/** Newest first. */
export async function listActivity(mongodb: Mongodb, person: number): Promise<readonly Activity[]> {
  const documents = await mongodb.ask((database) =>
    database.collection<ActivityDocument>("activity").find({ person }).sort({ at: -1, _id: -1 }).limit(MOST).maxTimeMS(2_000).toArray(),
  );
  return documents.map(({ type, at, title }) => ({ what: type, at: at.toISOString(), title }));
}
