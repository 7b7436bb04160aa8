import type { Duration, Size } from "./units.ts";

/** A relational database: RDS on AWS. */
export interface MysqlDefinition {
  /** What it is. */
  readonly engine: "mysql";
  /** Version of the engine. @default "8.4" */
  readonly version?: string;
  /** RDS instance class. @default "db.t4g.micro" */
  readonly instance?: `db.${string}`;
  /** Disk space on AWS; it grows by itself up to twice this. @default "20 GB" */
  readonly storage?: Size;
  /** Statements slower than this are logged. @default "500 ms" */
  readonly slowQuery?: Duration;
  /** How long daily backups are kept on AWS. @default "7 days" */
  readonly backups?: Duration;
  /** A second instance in another zone of AWS takes over when the first fails. @default false */
  readonly standby?: boolean;
  /**
   * An instance of RDS that is there already, by its identifier: the next apply takes it over, with its data, name, administrator
   * and place in its network, which is to be `network.existing`; that administrator gets a password that RDS keeps. @default none, one is made
   */
  readonly existing?: string;
  /** The name that it had on AWS before the definition renamed it: all that it keeps stays there, under that name, for as long as this is written. One machine begins it anew. @default it was always called so */
  readonly renamedFrom?: string;
}

/**
 * Keys and values in memory: an EC2 instance of its own on AWS. Each service has the keys that begin with its name, `api:*`;
 * `NAME_PREFIX` tells it. AWS bills its certificate when it is made and at each renewal, about twice a year.
 */
export interface RedisDefinition {
  /** What it is. */
  readonly engine: "redis";
  /** EC2 instance type. @default "t4g.micro" */
  readonly instance?: string;
  /** Memory for data; on AWS the instance needs about half as much again. @default "256 MB" */
  readonly memory?: Size;
  /** What goes when the memory is full: nothing, and writes are refused; the keys that were not used for longest; or of those that expire, the ones that do soonest. @default "never" */
  readonly evict?: "never" | "least recently used" | "soonest to expire";
  /** When a write reaches the disk: what is younger than that is lost when the machine fails. @default "every second" */
  readonly persist?: "every write" | "every second" | "never";
  /** Disk space on AWS. @default "10 GB" */
  readonly storage?: Size;
  /** How long daily backups are kept on AWS. @default "7 days" */
  readonly backups?: Duration;
  /** The name that it had on AWS before the definition renamed it: all that it keeps stays there, under that name, for as long as this is written. One machine begins it anew. @default it was always called so */
  readonly renamedFrom?: string;
}

/**
 * Documents: an EC2 instance of its own on AWS, a replica set of one member. AWS bills its certificate when it is made and at
 * each renewal, about twice a year.
 */
export interface MongodbDefinition {
  /** What it is. */
  readonly engine: "mongodb";
  /** Version of the engine. @default "8.0" */
  readonly version?: string;
  /** EC2 instance type. @default "t4g.small" */
  readonly instance?: string;
  /** Disk space on AWS. @default "20 GB" */
  readonly storage?: Size;
  /** How long daily backups are kept on AWS. @default "7 days" */
  readonly backups?: Duration;
  /** The name that it had on AWS before the definition renamed it: all that it keeps stays there, under that name, for as long as this is written. One machine begins it anew. @default it was always called so */
  readonly renamedFrom?: string;
}

/** Data of the platform, each kind by its engine. */
export type DatabaseDefinition = MysqlDefinition | RedisDefinition | MongodbDefinition;
