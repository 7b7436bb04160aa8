import type { MongodbDatabase } from "../../model/database.ts";
import type { DatabaseUser } from "./database.ts";

/** A command of https://www.mongodb.com/docs/manual/reference/command/, to be run on a database. */
export interface MongodbCommand {
  readonly database: string;
  readonly command: Readonly<Record<string, MongodbValue>>;
}

export type MongodbValue = string | number | boolean | readonly MongodbValue[] | { readonly [name: string]: MongodbValue };

/** Asks for the users of a database: all of them are ours, for what a person adds belongs to `admin`. */
export const listUsers = ({ schema }: MongodbDatabase): MongodbCommand => ({ database: schema, command: { usersInfo: 1 } });

/**
 * Gives each service its user, who may read and write this database, its indexes included, and no other, as on AWS; sets
 * their passwords; drops those of `known` that are not linked any more. Any number of times.
 */
export function accessCommands({ schema }: MongodbDatabase, users: readonly DatabaseUser[], known: readonly string[]): readonly MongodbCommand[] {
  const roles = [{ role: "readWrite", db: schema }];
  const gone = known.filter((name) => !users.some((linked) => linked.name === name));
  return [
    ...users.map(({ name, password }) => (known.includes(name) ? { updateUser: name, pwd: password, roles } : { createUser: name, pwd: password, roles, mechanisms: ["SCRAM-SHA-256"] })),
    ...gone.map((name) => ({ dropUser: name })),
  ].map((command) => ({ database: schema, command }));
}

/** Our administrator, made or given another password. */
export const administratorCommand = (name: string, password: string, exists: boolean): MongodbCommand => ({
  database: "admin",
  command: exists ? { updateUser: name, pwd: password } : { createUser: name, pwd: password, roles: [{ role: "root", db: "admin" }], mechanisms: ["SCRAM-SHA-256"] },
});
