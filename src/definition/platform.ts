import type { DeliveryDefinition } from "./delivery.ts";
import type { EnvironmentDefinition } from "./environment.ts";
import type { Parts } from "./parts.ts";

/** A whole platform: everything else follows from it. */
export interface PlatformDefinition<Environment extends string = string> {
  /** Its name: lower-case letters, digits and hyphens, at most 20 characters; part of every resource's name. */
  readonly name: string;
  /** Domain under which its hosts are. */
  readonly domain: string;
  /** Whether the domain's zone in Route 53 is made here or is there already; what is there already is only looked up, and records are added. @default "own" */
  readonly zone?: "own" | "existing";
  /**
   * Who besides Amazon may make certificates for the domain and every name under it: `["letsencrypt.org"]`.
   * @default nobody in a zone of its own; of an existing zone nothing is said
   */
  readonly certificateAuthorities?: readonly string[];
  /** AWS region. */
  readonly region: string;
  /** The twelve digits of the AWS account that holds what environments share: the domain's zone and the images. @default that of the last environment */
  readonly account?: string;
  /** IANA time zone of databases, schedules and reports, one that RDS has where there is MySQL; backups and maintenance on AWS are in its night. @default "UTC" */
  readonly timezone?: string;
  /** The places where it runs; the first one is the default of every command. */
  readonly environments: Readonly<Record<Environment, EnvironmentDefinition>>;
  /** Who delivers it to AWS besides people. @default nobody else may */
  readonly delivery?: DeliveryDefinition;
  /** What runs in an environment. */
  readonly platform: (context: { readonly environment: NoInfer<Environment> }) => Parts;
}

/** Says what a `platform.ts` exports as its default. It only checks types: the definition is returned as it is. */
export function definePlatform<Environment extends string>(definition: PlatformDefinition<Environment>): PlatformDefinition<Environment> {
  return definition;
}
