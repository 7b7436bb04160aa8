import { Failure } from "../../kit/failure.ts";
import type { Database, MysqlDatabase } from "../../model/database.ts";
import { databaseUserSecret } from "../render/address.ts";
import { databaseRootSecret } from "../render/database-placed.ts";
import { placeDatabase } from "./databases.ts";
import { programOf } from "./database-template.ts";
import type { Stage } from "./stage.ts";

/** A database's own client, about to be started on a terminal. No secret is among its words. */
export interface ShellCommand {
  readonly command: readonly string[];
  /** Besides the terminal's own; holds the password. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The client as our administrator, or as a service that uses the database. */
export async function databaseShell(stage: Stage, name: string, as: string | null): Promise<ShellCommand> {
  const databases = stage.state.wanted?.environment.databases ?? [];
  const database = databases.find((one) => one.name === name);
  if (database === undefined) throw new Failure("unknown-name", `there is no database ${name} in what runs`, { hint: `it has: ${databases.map((one) => one.name).join(", ") || "none"}` });
  if (as !== null && !database.usedBy.includes(as)) {
    const users = database.usedBy.join(", ") || "none";
    throw new Failure("unknown-name", `${as} does not use ${name}, so it has no user there`, { hint: `services that do: ${users}` });
  }
  return shellOf(stage, database, as);
}

function shellOf(stage: Stage, database: Database, as: string | null): Promise<ShellCommand> {
  switch (database.engine) {
    case "mysql":
      return mysqlShell(stage, database, as);
    case "redis":
    case "mongodb":
      throw new Failure("usage", `cannot open a shell to ${database.name}: ${database.engine} does not run on this machine yet`, { hint: "./dailyge status" });
  }
}

/** The administrator comes by the socket; a service as it does itself, from 127.0.0.1. */
async function mysqlShell(stage: Stage, database: MysqlDatabase, as: string | null): Promise<ShellCommand> {
  const { sql } = stage.parts;
  if (sql === null) throw new Error("a database without a server among the parts");
  const placed = placeDatabase(stage, database);
  const way = as === null ? [`--socket=${placed.socket}`, "--user=root"] : ["--protocol=tcp", "--host=127.0.0.1", `--port=${placed.port}`, `--user=${as}`];
  const password = await stage.secrets.demand(as === null ? databaseRootSecret(database.name) : databaseUserSecret(database.name, as));
  return {
    command: [programOf(sql, "client"), "--no-defaults", "--default-character-set=utf8mb4", ...way, database.schema],
    environment: { MYSQL_PWD: password, ...(sql.libraryPath === null ? {} : { LD_LIBRARY_PATH: sql.libraryPath }) },
  };
}
