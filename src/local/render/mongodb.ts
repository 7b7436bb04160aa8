import type { MongodbDatabase } from "../../model/database.ts";
import { MONGODB_CONFIGURATION } from "./mongodb-configuration.ts";
import { MEMORY_LIMIT_MB, mongodbFiles, type PlacedMongodb } from "./mongodb-placed.ts";
import type { ConfigFile, ProcessSpec } from "./process.ts";

/** A database of documents as a process, and the configuration that it reads. */
export function renderMongodb(database: MongodbDatabase, placed: PlacedMongodb): { readonly process: ProcessSpec; readonly files: readonly ConfigFile[] } {
  return {
    process: {
      name: database.name,
      kind: "database",
      command: [...placed.program, "--config", mongodbFiles(placed.configDirectory).server],
      directory: placed.workDirectory,
      environment: [{ name: "TZ", value: ["UTC"] }],
      identity: database.name,
      writes: [placed.dataDirectory, placed.workDirectory],
      memoryMb: MEMORY_LIMIT_MB,
      // Its own way out takes the stand-in up to 4 seconds.
      stop: { signal: "SIGTERM", withinSeconds: 20 },
    },
    files: MONGODB_CONFIGURATION[placed.flavour](placed),
  };
}
