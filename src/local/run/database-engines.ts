import { databasesOf, type Database, type Engine } from "../../model/database.ts";
import { isMissing, type DatabaseEngine, type DatabaseOf, type FoundServer, type LocalDatabase, type MissingServer, type ServerSearch } from "./database-engine.ts";
import { mongodb } from "./mongodb.ts";
import { mysql } from "./mysql.ts";
import type { FoundPart, PartName } from "./parts/index.ts";
import { redis } from "./redis.ts";
import type { Stage } from "./stage.ts";
import type { PromiseStatus } from "./status.ts";

/** How this machine keeps databases of each engine. */
export const ENGINES: { readonly [Of in Engine]: DatabaseEngine<Of> } = { mysql, redis, mongodb };

/** What plays each engine, or that nothing does. */
export type Servers = Readonly<Partial<Record<Engine, FoundServer | MissingServer>>>;

const enginesOf = (databases: readonly Database[]): readonly Engine[] => [...new Set(databases.map(({ engine }) => engine))];

/** Parts that these databases need. */
export const partsOfDatabases = (databases: readonly Database[]): readonly PartName[] => enginesOf(databases).flatMap((engine) => ENGINES[engine].parts);

/** Finds what plays these databases. */
export async function findServers(databases: readonly Database[], parts: Readonly<Partial<Record<PartName, FoundPart>>>, search: ServerSearch): Promise<Servers> {
  return Object.fromEntries(await Promise.all(enginesOf(databases).map(async (engine) => [engine, await findServer(engine, databases, parts, search)] as const)));
}

const findServer = <Of extends Engine>(engine: Of, databases: readonly Database[], parts: Readonly<Partial<Record<PartName, FoundPart>>>, search: ServerSearch): Promise<FoundServer | MissingServer> =>
  ENGINES[engine].findServer(parts, search, databasesOf(engine, databases));

/** A database of the wanted platform; null where nothing on this machine plays it. */
export function databaseHere(stage: Stage, database: Database): LocalDatabase | null {
  const server = stage.parts.servers[database.engine];
  if (server === undefined) throw new Error(`nobody has looked for a server of ${database.name}`);
  return isMissing(server) ? null : here(stage, database.engine, database, server);
}

const here = <Of extends Engine>(stage: Stage, engine: Of, database: DatabaseOf<Of>, server: FoundServer): LocalDatabase => ENGINES[engine].here(stage, database, server);

/** The databases of the wanted platform that this machine can keep. */
export const databasesHere = (stage: Stage): readonly LocalDatabase[] => (stage.state.wanted?.environment.databases ?? []).flatMap((database) => databaseHere(stage, database) ?? []);

/** What one has to know of what plays them. */
export function databasePromises(stage: Stage): readonly PromiseStatus[] {
  const databases = stage.state.wanted?.environment.databases ?? [];
  return enginesOf(databases).flatMap((engine) => promisesOf(stage, engine, databases));
}

function promisesOf<Of extends Engine>(stage: Stage, engine: Of, databases: readonly Database[]): readonly PromiseStatus[] {
  const server = stage.parts.servers[engine];
  return server === undefined || isMissing(server) ? [] : ENGINES[engine].promises(server, databasesOf(engine, databases));
}
