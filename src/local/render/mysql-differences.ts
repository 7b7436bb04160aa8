import type { Flavour } from "./mysql-placed.ts";

/** Something in which the database on this machine is not RDS for MySQL 8.4. */
export interface DatabaseDifference {
  readonly says: string;
  /** A statement that RDS accepts and this server refuses, or the other way round: what `says` is proved by. */
  readonly refuses?: string;
  readonly accepts?: string;
}

const MARIADB: readonly DatabaseDifference[] = [
  { says: "JSON is text that is checked: no -> and ->> operators, no CAST to JSON; use JSON_EXTRACT and JSON_UNQUOTE", refuses: `SELECT j->>'$.a' FROM probe` },
  { says: "utf8mb4_0900_ai_ci is not known; tables without a COLLATE sort by utf8mb4_unicode_520_nopad_ci", refuses: "CREATE TABLE c (t TEXT) COLLATE utf8mb4_0900_ai_ci" },
  { says: "INSERT ... AS new ON DUPLICATE KEY UPDATE is not known; VALUES(column) works on both", refuses: "INSERT INTO probe (id) VALUES (1) AS new ON DUPLICATE KEY UPDATE id = new.id" },
  { says: "a query that groups by a key must still name every other column in GROUP BY", refuses: "SELECT id, name FROM probe GROUP BY id" },
  { says: "no index on an expression; index a generated column", refuses: "CREATE INDEX e ON probe ((id + 1))" },
  { says: "no LATERAL tables", refuses: "SELECT * FROM probe, LATERAL (SELECT probe.id + 1 AS next) AS more" },
  { says: "no FOR SHARE; LOCK IN SHARE MODE works on both", refuses: "SELECT id FROM probe FOR SHARE" },
  { says: "no UUID_TO_BIN, BIN_TO_UUID or REGEXP_LIKE", refuses: "SELECT UUID_TO_BIN(UUID())" },
  { says: "RETURNING works here and not on MySQL", accepts: "INSERT INTO probe (id) VALUES (2) RETURNING id" },
  { says: "CREATE SEQUENCE works here and not on MySQL", accepts: "CREATE SEQUENCE s" },
  { says: "IF NOT EXISTS in ALTER TABLE and CREATE INDEX works here and not on MySQL", accepts: "ALTER TABLE probe ADD COLUMN IF NOT EXISTS more INT" },
  { says: "users log in by mysql_native_password, on RDS by caching_sha2_password: drivers older than that fail there only" },
];

const EVERYWHERE: readonly DatabaseDifference[] = [
  { says: "triggers and functions can be made without log_bin_trust_function_creators, which RDS with backups asks for" },
  { says: "connections are not encrypted: they never leave this machine" },
];

/** What an application may meet on RDS and not here, or here and not there. */
export const DATABASE_DIFFERENCES: Readonly<Record<Flavour, readonly DatabaseDifference[]>> = { mariadb: [...MARIADB, ...EVERYWHERE], mysql: EVERYWHERE };
