import { Failure } from "../../kit/failure.ts";
import { databaseHere } from "./database-engines.ts";
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
  const here = databaseHere(stage, database);
  if (here !== null) return here.shell(as);
  throw new Failure("not-running", `cannot open a shell to ${name}: nothing here plays it`, { hint: "see what helps: ./dailyge status" });
}
