/** Text with references to parts in it. `secret` fields only ever stand alone. */
export type Text = readonly (string | PartReference)[];

/** A value that each target knows of a part: the `host` of `mysql`, the `url` of `api`. */
export interface PartReference {
  readonly part: string;
  readonly field: DatabaseField | "url";
}

export type DatabaseField = "host" | "port" | "database" | "user" | "password" | "url";

/** Fields of a database that hold its password, and so are secret. A site's or service's `url` is not. */
export const SECRET_DATABASE_FIELDS: readonly DatabaseField[] = ["password", "url"];
