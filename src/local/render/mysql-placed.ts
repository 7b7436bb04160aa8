/** Where a database stands on this machine and which server plays it. Paths are absolute and may hold spaces. */
export interface PlacedDatabase {
  readonly flavour: Flavour;
  /** Of the server: `10.11.19`. */
  readonly version: string;
  /** Unpacked tree that the server's own files are in; null when it is installed. */
  readonly root: string | null;
  /** Its tables and logs of changes. Made by `prepareDatabase`. */
  readonly dataDirectory: string;
  /** What it may litter: temporary files, its pid, the slow query log. */
  readonly workDirectory: string;
  readonly configDirectory: string;
  /** At most 107 bytes (unix(7)), in the work directory or in a directory that the server's user may write. */
  readonly socket: string;
  readonly port: number;
  /** IANA name: `Asia/Seoul`. */
  readonly timezone: string;
  /** Memory that holds pages of its tables. */
  readonly bufferPoolMb: number;
}

export type Flavour = "mariadb" | "mysql";

/** Enough for a developer's data; the server takes about 75 MB beside it. */
export const DEFAULT_BUFFER_POOL_MB = 64;

/** Names of a part's programs, by what they are for. */
export const DATABASE_PROGRAMS: Readonly<Record<Flavour, { readonly server: string; readonly client: string }>> = {
  mariadb: { server: "mariadbd", client: "mariadb" },
  mysql: { server: "mysqld", client: "mysql" },
};

/** Files in a database's configuration directory. The last two hold the administrator's password and are written by `prepareDatabase`. */
export const databaseFiles = (configDirectory: string) => ({
  server: `${configDirectory}/my.cnf`,
  firstWords: `${configDirectory}/root.sql`,
  client: `${configDirectory}/client.cnf`,
});

/** Where statements that took longer than the definition's `slowQuery` are written. */
export const slowLog = (workDirectory: string): string => `${workDirectory}/slow.log`;
