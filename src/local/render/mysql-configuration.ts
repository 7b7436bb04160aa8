import type { MysqlDatabase } from "../../model/database.ts";
import { databaseFiles, slowLog, type Flavour, type PlacedDatabase } from "./mysql-placed.ts";

/** An option and its value; null stands for a plain switch. */
type Option = readonly [name: string, value: string | number | null];

/** my.cnf: what the parameter group says on RDS, as far as one machine and this server can. */
export function configuration(database: MysqlDatabase, placed: PlacedDatabase): string {
  const options = [...everywhere(database, placed), ...OF_FLAVOUR[placed.flavour](placed)];
  return `[mysqld]\n${options.map(([name, value]) => (value === null ? name : `${name} = ${quoteOption(String(value))}`)).join("\n")}\n`;
}

/** A value as option files read it: quoted, so that a space and a `#` are themselves. */
export function quoteOption(value: string): string {
  return /^[\w.,:/+-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, (found) => `\\${found}`)}"`;
}

/** MySQL 8.4's own default, with which RDS runs. https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html */
const SQL_MODE = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

const REDO_LOG = "16M";

function everywhere(database: MysqlDatabase, placed: PlacedDatabase): readonly Option[] {
  return [
    ["datadir", placed.dataDirectory],
    ["tmpdir", `${placed.workDirectory}/temporary`],
    ["pid-file", `${placed.workDirectory}/server.pid`],
    ["socket", placed.socket],
    ["bind-address", "127.0.0.1"],
    ["port", placed.port],
    ["skip-name-resolve", null],
    // Gives the administrator its password before anyone can connect.
    ["init-file", databaseFiles(placed.configDirectory).firstWords],

    ["character-set-server", "utf8mb4"],
    ["default-time-zone", isUtc(placed.timezone) ? "+00:00" : placed.timezone],
    ["sql-mode", SQL_MODE],
    ["transaction-isolation", "REPEATABLE-READ"],
    ["event-scheduler", "ON"],
    ["local-infile", "OFF"],
    ["max-allowed-packet", "64M"],

    ["slow-query-log", "ON"],
    ["slow-query-log-file", slowLog(placed.workDirectory)],
    ["long-query-time", database.slowQueryMs / 1000],
    ["log-output", "FILE"],
    ["innodb-print-all-deadlocks", "ON"],

    // What was acknowledged outlives a crash.
    ["innodb-flush-log-at-trx-commit", 1],
    ["innodb-doublewrite", "ON"],
    ["skip-log-bin", null],

    ["performance-schema", "OFF"],
    ["innodb-buffer-pool-size", `${placed.bufferPoolMb}M`],
    // 10 + connections + 2 * tables stays below 1024, the number of open files that every user is given.
    ["max-connections", 150],
    // A service that leaks them leaves some to the others, and to us.
    ["max-user-connections", 100],
    ["table-open-cache", 400],
    ["table-definition-cache", 400],
  ];
}

const OF_FLAVOUR: Readonly<Record<Flavour, (placed: PlacedDatabase) => readonly Option[]>> = {
  mariadb: ({ root }) => [
    // The nearest to utf8mb4_0900_ai_ci: case and accents do not count, trailing spaces do. To a client its number looks like
    // utf8mb4_unicode_520_ci (246), which every driver knows; those of the newer uca1400 collations many do not.
    ["collation-server", "utf8mb4_unicode_520_nopad_ci"],
    // Where MySQL 8.4 has another default. https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html
    ["explicit-defaults-for-timestamp", "ON"],
    ["group-concat-max-len", 1024],
    ["innodb-autoinc-lock-mode", 2],
    ["log-slow-verbosity", "query_plan,explain"],
    ["innodb-log-file-size", REDO_LOG],
    ["aria-pagecache-buffer-size", "8M"],
    ["key-buffer-size", "1M"],
    ...(root === null
      ? []
      : ([
          ["lc-messages-dir", `${root}/usr/share/mysql`],
          ["character-sets-dir", `${root}/usr/share/mysql/charsets`],
          ["plugin-dir", `${root}/usr/lib/mysql/plugin`],
        ] as const)),
  ],
  mysql: () => [
    ["collation-server", "utf8mb4_0900_ai_ci"],
    // Its second protocol would listen on a port of its own.
    ["mysqlx", "OFF"],
    // The built-in directory need not exist, and then it does not start.
    ["secure-file-priv", "NULL"],
    ["innodb-redo-log-capacity", REDO_LOG],
  ],
};

/** Known without the tables of time zones, which a named zone needs. */
export const isUtc = (timezone: string): boolean => timezone === "UTC" || timezone === "Etc/UTC";
