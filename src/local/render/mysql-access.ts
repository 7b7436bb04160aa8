import type { MysqlDatabase } from "../../model/database.ts";
import type { DatabaseUser } from "./database.ts";

/**
 * Users are known by where they come from as well: services connect to 127.0.0.1 and to no socket.
 * With `skip-name-resolve`, `localhost` is the socket only.
 */
const FROM = "127.0.0.1";

/** Our list of the users that we made: what a person adds by hand is not in it, and is left alone. */
const LIST = "`dailyge_access`.`users`";

/** Rows of the users that an earlier definition linked, as `name`. Empty before the first `accessSql`: `MAKE_LIST` comes first. */
export const LIST_USERS = `SELECT name FROM ${LIST} ORDER BY name;`;

export const MAKE_LIST = `CREATE DATABASE IF NOT EXISTS \`dailyge_access\`;
CREATE TABLE IF NOT EXISTS ${LIST} (name VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY) ENGINE=InnoDB;
`;

/** A slow statement is written to the slow query log in clear, password and all. */
const NOT_LOGGED = "SET SESSION long_query_time = 31536000;\n";

/**
 * Makes the schema and its users, each with all rights in this schema, because services migrate, and with none elsewhere;
 * sets their passwords; drops those that `known` lists and that are not linked any more. Any number of times.
 */
export function accessSql(database: MysqlDatabase, users: readonly DatabaseUser[], known: readonly string[]): string {
  const linked = new Set(users.map(({ name }) => name));
  const gone = known.filter((name) => !linked.has(name));
  return [
    NOT_LOGGED,
    `CREATE DATABASE IF NOT EXISTS ${identifier(database.schema)} CHARACTER SET utf8mb4;\n`,
    ...users.map((user) => grant(database.schema, user)),
    ...gone.map(drop),
  ].join("");
}

/** In the list before it exists, so that a kill in between leaves no user that nobody knows. */
function grant(schema: string, { name, password }: DatabaseUser): string {
  const user = account(name);
  return `INSERT INTO ${LIST} (name) VALUES (${text(name)}) ON DUPLICATE KEY UPDATE name = name;
CREATE USER IF NOT EXISTS ${user} IDENTIFIED BY ${text(password)};
ALTER USER ${user} IDENTIFIED BY ${text(password)};
GRANT ALL PRIVILEGES ON ${identifier(schema.replaceAll(/[_%\\]/g, (found) => `\\${found}`))}.* TO ${user};
`;
}

function drop(name: string): string {
  return `DROP USER IF EXISTS ${account(name)};
DELETE FROM ${LIST} WHERE name = ${text(name)};
`;
}

/** Rows of the connections that these users hold, as `id`: dropping a user does not end them. */
export function connectionsSql(names: readonly string[]): string {
  return `SELECT id FROM information_schema.processlist WHERE user IN (${names.map(text).join(", ")}) AND host LIKE ${text(`${FROM}:%`)};`;
}

/** Gives the administrator its password. One statement a line: the server reads it so. */
export function rootSql(password: string): string {
  return `${NOT_LOGGED}ALTER USER 'root'@'localhost' IDENTIFIED BY ${text(password)};\n`;
}

/** MySQL's own limit, which MariaDB does not have. https://dev.mysql.com/doc/refman/8.4/en/identifier-length.html */
const LONGEST_USER = 32;

/** Throws on a name that is too long: `resolve` lets none through. */
function account(name: string): string {
  if (name.length > LONGEST_USER) throw new Error(`${name} is too long for a user of a database`);
  return `${text(name)}@${text(FROM)}`;
}

const identifier = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** A text literal, under any sql_mode but NO_BACKSLASH_ESCAPES. */
const text = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\n", "\\n")}'`;
