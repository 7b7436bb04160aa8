export interface Protection {
  readonly rateLimits: readonly RateLimit[];
  /** In the order of `MANAGED_RULES`. */
  readonly managedRules: readonly ManagedRules[];
}

/** Rules that AWS keeps up to date. */
export const MANAGED_RULES = ["ip reputation", "known bad inputs", "common"] as const;
export type ManagedRules = (typeof MANAGED_RULES)[number];

/** What one client address may ask of all services together. */
export interface RateLimit {
  readonly name: string;
  readonly requests: number;
  readonly seconds: number;
  /** Lower-case patterns in which `*` stands for any text; empty: all paths. */
  readonly paths: readonly string[];
}
