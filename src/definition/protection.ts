import type { Duration } from "./units.ts";

/** What keeps services and sites from being overrun and broken into. */
export interface ProtectionDefinition {
  /** Limits, by name; a request that exceeds one is refused with 429. @default {} */
  readonly rateLimits?: Readonly<Record<string, RateLimitDefinition>>;
  /**
   * Rules that AWS keeps up to date, for services and for sites: what attacks have in common (700 of the 1500 capacity units
   * that a firewall's price covers), what no honest client sends (200), and addresses that attack others (25). Each is
   * 1 USD a month for services and 1 USD for sites, whose firewall is 5 USD more and is left out where this is empty. What
   * takes honest requests for attacks, in bodies and of clients without a name, is only counted. One machine has none of
   * them. @default ["common", "known bad inputs", "ip reputation"]
   */
  readonly managedRules?: readonly ManagedRules[];
}

/** Rules of AWS's: AWSManagedRulesCommonRuleSet, AWSManagedRulesKnownBadInputsRuleSet, AWSManagedRulesAmazonIpReputationList. */
export type ManagedRules = "common" | "known bad inputs" | "ip reputation";

/** How many requests one address may make. On one machine it bites at once, on AWS seconds to minutes late; both estimate a little (docs/edge.md). */
export interface RateLimitDefinition {
  /** Requests of one client address within the window. */
  readonly requests: number;
  /** The window: AWS WAF knows 1, 2, 5 and 10 minutes. @default "5 minutes" */
  readonly per?: Duration;
  /** Only requests to these paths count, of all services together; `*` stands for any text. @default all paths */
  readonly paths?: readonly string[];
}
