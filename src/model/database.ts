/** Data of the platform; `engine` tells the kinds apart. */
export type Database = MysqlDatabase | RedisDatabase | MongodbDatabase;

/** What every kind has. */
interface AnyDatabase {
  readonly name: string;
  /** Its name on AWS: another one where the definition renamed it. */
  readonly deployedAs: string;
  /** Disk space on AWS. */
  readonly storageGb: number;
  readonly backupDays: number;
  /** Services that use it, each with a user of its own. */
  readonly usedBy: readonly string[];
}

export interface MysqlDatabase extends AnyDatabase {
  readonly engine: "mysql";
  readonly version: string;
  /** RDS instance class. */
  readonly instance: string;
  readonly slowQueryMs: number;
  readonly standby: boolean;
  /** Identifier of an instance that is to be taken over. */
  readonly existing: string | null;
  /** Name of the schema that its users share: the database's own name with `_` for `-`, never one that the engine keeps for itself. */
  readonly schema: string;
}

export interface RedisDatabase extends AnyDatabase {
  readonly engine: "redis";
  /** EC2 instance type. */
  readonly instance: string;
  readonly memoryMb: number;
  readonly evict: "never" | "least recently used" | "soonest to expire";
  readonly persist: "every write" | "every second" | "never";
}

export interface MongodbDatabase extends AnyDatabase {
  readonly engine: "mongodb";
  readonly version: string;
  /** EC2 instance type. */
  readonly instance: string;
  /** Name of the database that its users share, never one that the engine keeps for itself. */
  readonly schema: string;
}

export type Engine = Database["engine"];

/** The databases of one engine. */
export function databasesOf<Of extends Engine>(engine: Of, databases: readonly Database[]): readonly Extract<Database, { readonly engine: Of }>[] {
  return databases.filter((database): database is Extract<Database, { readonly engine: Of }> => database.engine === engine);
}

/** `api` → `api:`: what the keys of a service in Redis begin with. Its user may touch no others. */
export const keyPrefix = (service: string): string => `${service}:`;
