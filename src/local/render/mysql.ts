import type { MysqlDatabase } from "../../model/database.ts";
import { configuration } from "./mysql-configuration.ts";
import { DATABASE_PROGRAMS, databaseFiles, type PlacedDatabase } from "./mysql-placed.ts";
import type { ConfigFile, ProcessSpec } from "./process.ts";

/** A database as a process, and the configuration that it reads. */
export function renderDatabase(database: MysqlDatabase, placed: PlacedDatabase): { readonly process: ProcessSpec; readonly files: readonly ConfigFile[] } {
  const { server } = databaseFiles(placed.configDirectory);
  return {
    process: {
      name: database.name,
      kind: "database",
      command: [DATABASE_PROGRAMS[placed.flavour].server, `--defaults-file=${server}`],
      directory: placed.workDirectory,
      // Times in its logs, as on RDS.
      environment: [{ name: "TZ", value: ["UTC"] }],
      identity: database.name,
      writes: [placed.dataDirectory, placed.workDirectory, `${placed.workDirectory}/temporary`],
      memoryMb: null,
      stop: { signal: "SIGTERM", withinSeconds: 30 },
    },
    files: [{ path: server, text: configuration(database, placed) }],
  };
}
