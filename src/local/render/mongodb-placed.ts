/** Where a database of documents stands on this machine and which server plays it. Paths are absolute and may hold spaces. */
export interface PlacedMongodb {
  readonly flavour: MongodbFlavour;
  /** Of the server: `8.0.4`. */
  readonly version: string;
  /** Words that run it, before its arguments. */
  readonly program: readonly string[];
  readonly dataDirectory: string;
  readonly workDirectory: string;
  readonly configDirectory: string;
  /** Socket on which it is given its administrator, before it listens on its port; below a directory that only its user may enter. */
  readonly firstSocket: string;
  readonly port: number;
}

/** MongoDB's own server, or the stand-in. Another stand-in is another word here: the compiler names what it has to answer. */
export type MongodbFlavour = "mongod" | "secantusdb";

/** What a server of each flavour is called. */
export const MONGODB_PRODUCTS: Readonly<Record<MongodbFlavour, string>> = { mongod: "MongoDB", secantusdb: "SecantusDB" };

/** Our own administrator. Services are not called so: their users are known by another database. */
export const MONGODB_ADMINISTRATOR = "dailyge";

/** Where the key is kept that members of a replica set know each other by; a single one needs it as well. */
export const mongodbKeySecret = (database: string): string => `databases/${database}/key`;

/** Files in its configuration directory. The key is written by `prepareMongodb`, for the server's user alone. */
export const mongodbFiles = (configDirectory: string) => ({
  server: `${configDirectory}/server.conf`,
  /** For the moment in which it has no administrator yet. */
  first: `${configDirectory}/first.conf`,
  key: `${configDirectory}/key`,
});

/** What pages of its data may take. */
export const CACHE_MB = 256;

/** A definition names none. The stand-in holds all that it sorts or groups in memory; at 1 GB, eight sorts of 60 MB at a time ended it. */
export const MEMORY_LIMIT_MB = 2048;

/** On AWS it is called so as well. */
export const REPLICA_SET = "main";
