import type { Database } from "../../model/database.ts";
import type { Resource, Text } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import type { Hosts } from "./hosts.ts";
import { renderMongodb } from "./mongodb.ts";
import { renderMysql } from "./mysql.ts";
import type { Network } from "./network.ts";
import type { Place } from "./place.ts";
import { renderRedis } from "./redis.ts";
import { renderStoredGround, type StoredGround } from "./stored-ground.ts";

/** A database as the services that use it see it, whatever its engine. */
export interface RenderedDatabase {
  readonly database: Database;
  readonly host: Text;
  readonly port: number;
  /** The secret of each service's own user, by the service's name. */
  readonly users: ReadonlyMap<string, Resource<"aws_secretsmanager_secret">>;
  readonly nouns: readonly Noun[];
}

/** What all databases of an environment stand on. */
export interface DatabaseGround {
  readonly place: Place;
  readonly network: Network;
  /** Null where there is no service, and so nobody to admit. */
  readonly hosts: Hosts | null;
}

/** The databases of an environment, and what those of one kind have in common. */
export function renderDatabases(ground: DatabaseGround): { readonly databases: readonly RenderedDatabase[]; readonly nouns: readonly Noun[] } {
  const stored = renderStoredGround(ground);
  const databases = ground.place.environment.databases.map((database) => render(ground, stored, database));
  return { databases, nouns: [...stored.nouns, ...databases.flatMap(({ nouns }) => nouns)] };
}

/** By its engine; a new one does not compile before it has its answer here. */
function render(ground: DatabaseGround, stored: StoredGround, database: Database): RenderedDatabase {
  switch (database.engine) {
    case "mysql": return renderMysql(ground, database);
    case "redis": return renderRedis(stored, database);
    case "mongodb": return renderMongodb(stored, database);
  }
}
