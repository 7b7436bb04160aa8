import type { Budget } from "./budget.ts";
import type { Database } from "./database.ts";
import type { Delivery } from "./delivery.ts";
import type { HostGroup } from "./hosts.ts";
import type { Image } from "./images.ts";
import type { Logs } from "./logs.ts";
import type { Network } from "./network.ts";
import type { Protection } from "./protection.ts";
import type { Service } from "./service.ts";
import type { Site } from "./site.ts";
import type { Team } from "./team.ts";
import type { Topic } from "./topic.ts";
import type { Uptime } from "./uptime.ts";

/** What a definition means: plain data, complete, nothing left to default. */
export interface Model {
  readonly shared: Shared;
  /** In the order in which they are written. */
  readonly environments: readonly Environment[];
}

/** What the environments have in common. */
export interface Shared {
  readonly name: string;
  readonly domain: string;
  /** `existing`: it is not ours to make, change or destroy. */
  readonly zone: "own" | "existing";
  /** Domains of all who may make certificates for ours; empty: nothing is said. */
  readonly certificateAuthorities: readonly string[];
  readonly region: string;
  readonly timezone: string;
  /** AWS account of the zone and the images; null where the definition names none. */
  readonly account: string | null;
  /** Null where only people deliver. */
  readonly delivery: Delivery | null;
  /** Images that were chosen for instances in this region; the definition does not say them. */
  readonly images: readonly Image[];
}

/** The platform in one environment. Lists are in the order of the definition. */
export interface Environment {
  readonly name: string;
  readonly branch: string;
  readonly account: string | null;
  /** Whether no other environment is in its account, or may be. */
  readonly aloneInAccount: boolean;
  readonly guarded: boolean;
  readonly teams: readonly Team[];
  readonly sites: readonly Site[];
  readonly services: readonly Service[];
  /** What services run on; every service names one of these. */
  readonly hosts: readonly HostGroup[];
  readonly databases: readonly Database[];
  readonly topics: readonly Topic[];
  readonly protection: Protection;
  readonly network: Network;
  readonly logs: Logs;
  /** Null where nobody asks. */
  readonly uptime: Uptime | null;
  /** Null where nobody looks. */
  readonly budget: Budget | null;
}
