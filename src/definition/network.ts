import type { Duration } from "./units.ts";

/** The network of an environment on AWS. One machine has none: there everything is on loopback. */
export interface NetworkDefinition {
  /** Block of private IPv4 addresses, `/16` to `/23`. Another one later means another network, and all that is in it made anew. @default "10.20.0.0/16" */
  readonly addresses?: string;
  /** Availability zones over which load balancers, hosts and databases are spread. @default 2 */
  readonly zones?: 2 | 3;
  /**
   * Ways out for what has no public address: one for all, without which nobody gets out while its zone fails, or one in each
   * zone. Each costs 43.07 USD a month and its address 3.65 in Seoul, and 0.059 for each gigabyte. @default "one"
   */
  readonly nat?: "one" | "one per zone";
  /** How long records of who connected to whom are kept, from `"1 day"` on; with `"0 days"` there are none. @default "30 days" */
  readonly flowLogs?: Duration;
  /**
   * A VPC that is there already, by its id, `"vpc-0123456789abcdef0"`: the next apply takes it over, and its internet gateway with
   * it; all else in it stays as it is. `addresses` is then a part of its own that is free. It is never destroyed. @default none, one is made
   */
  readonly existing?: string;
}
