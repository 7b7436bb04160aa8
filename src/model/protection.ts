export interface Protection {
  readonly rateLimits: readonly RateLimit[];
}

/** What one client address may ask of all services together. */
export interface RateLimit {
  readonly name: string;
  readonly requests: number;
  readonly seconds: number;
  /** Lower-case patterns in which `*` stands for any text; empty: all paths. */
  readonly paths: readonly string[];
}
