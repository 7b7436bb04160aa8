import type { DatabaseDefinition } from "./database.ts";
import type { ServiceDefinition } from "./service.ts";
import type { SiteDefinition } from "./site.ts";
import type { TeamDefinition } from "./team.ts";

/** Everything that runs in one environment, by name. */
export interface PartsDefinition<Database extends string = string, Team extends string = string> {
  /** Static sites. @default {} */
  readonly sites?: Readonly<Record<string, SiteDefinition>>;
  /** The team's own programs. @default {} */
  readonly services?: Readonly<Record<string, ServiceDefinition<Database, Team>>>;
  /** Databases. @default {} */
  readonly databases?: Readonly<Record<Database, DatabaseDefinition>>;
  /** People who may reach what the public may not. @default {} */
  readonly teams?: Readonly<Record<Team, TeamDefinition>>;
}

const made: unique symbol = Symbol.for("dailyge-infra.parts");
export type Parts = { readonly [made]: PartsDefinition };

/** Marks a platform's parts, so that a misspelt field or link is an error where it is written. */
export function parts<Database extends string = never, Team extends string = never>(of: PartsDefinition<Database, Team>): Parts {
  return { [made]: of };
}

/** What `parts()` was given; undefined for anything else. */
export function partsOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && made in value ? value[made] : undefined;
}
