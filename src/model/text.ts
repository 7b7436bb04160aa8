import type { Engine } from "./database.ts";

/** Text with references to parts in it. `secret` fields only ever stand alone. */
export type Text = readonly (string | PartReference)[];

/** A value that each target knows of a part: the `host` of `mysql`, the `url` of `api`. */
export interface PartReference {
  readonly part: string;
  readonly field: DatabaseField | TopicField | "url";
}

/** `prefix` is Redis's: what the reader's keys begin with. `database` is of those that have one. */
export type DatabaseField = "host" | "port" | "database" | "user" | "password" | "url" | "prefix";

/** `arn` is for those who publish; `queue` is the URL of the reader's own queue. */
export type TopicField = "arn" | "queue";

/** The fields that a database of each engine has, in the order of its variables. */
export const DATABASE_FIELDS: Readonly<Record<Engine, readonly DatabaseField[]>> = {
  mysql: ["host", "port", "database", "user", "password", "url"],
  redis: ["host", "port", "user", "password", "url", "prefix"],
  mongodb: ["host", "port", "database", "user", "password", "url"],
};

/** Fields of a database that hold its password, and so are secret. A site's or service's `url` is not. */
export const SECRET_DATABASE_FIELDS: readonly DatabaseField[] = ["password", "url"];
