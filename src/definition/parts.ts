import type { BudgetDefinition } from "./budget.ts";
import type { DatabaseDefinition } from "./database.ts";
import type { HostsDefinition } from "./hosts.ts";
import type { LogsDefinition } from "./logs.ts";
import type { NetworkDefinition } from "./network.ts";
import type { ProtectionDefinition } from "./protection.ts";
import type { ServiceDefinition } from "./service.ts";
import type { SiteDefinition } from "./site.ts";
import type { TeamDefinition } from "./team.ts";
import type { TopicDefinition } from "./topic.ts";
import type { UptimeDefinition } from "./uptime.ts";

/** Everything that runs in one environment, by name. */
export interface PartsDefinition<Database extends string = string, Team extends string = string, Topic extends string = string, Service extends string = string, Hosts extends string = string> {
  /** Static sites. @default {} */
  readonly sites?: Readonly<Record<string, SiteDefinition>>;
  /** The team's own programs. @default {} */
  readonly services?: Readonly<Record<Service, ServiceDefinition<Database | Topic | Service, Team, Topic, Hosts>>>;
  /** Databases. @default {} */
  readonly databases?: Readonly<Record<Database, DatabaseDefinition>>;
  /** Messages between services. @default {} */
  readonly topics?: Readonly<Record<Topic, TopicDefinition>>;
  /** What services run on, in groups: each is a network node of its own. The first is for services that name none. @default one group, "general", that is large enough */
  readonly hosts?: Readonly<Record<Hosts, HostsDefinition>>;
  /** What keeps services and sites from being overrun and broken into. @default {} */
  readonly protection?: ProtectionDefinition;
  /** Addresses, zones and ways out on AWS. @default two zones and one way out */
  readonly network?: NetworkDefinition;
  /** How long CloudWatch keeps logs. @default "30 days" */
  readonly logs?: LogsDefinition;
  /** Who is told when a public host does not answer. @default nobody asks */
  readonly uptime?: UptimeDefinition;
  /** Who is told when it costs too much. @default nobody looks */
  readonly budget?: BudgetDefinition;
  /** People who may reach what the public may not. @default {} */
  readonly teams?: Readonly<Record<Team, TeamDefinition>>;
}

const made: unique symbol = Symbol.for("dailyge-infra.parts");
export type Parts = { readonly [made]: PartsDefinition };

/** Marks a platform's parts, so that a misspelt field or link is an error where it is written. */
export function parts<Database extends string = never, Team extends string = never, Topic extends string = never, Service extends string = never, Hosts extends string = never>(
  of: PartsDefinition<Database, Team, Topic, Service, Hosts>,
): Parts {
  return { [made]: of };
}

/** What `parts()` was given; undefined for anything else. */
export function partsOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && made in value ? value[made] : undefined;
}
