import type { Duration } from "./units.ts";

/** What keeps the services' hosts from being overrun. */
export interface ProtectionDefinition {
  /** Limits, by name; a request that exceeds one is refused with 429. @default {} */
  readonly rateLimits?: Readonly<Record<string, RateLimitDefinition>>;
}

/** How many requests one address may make. On one machine it bites at once, on AWS seconds to minutes late; both estimate a little (docs/edge.md). */
export interface RateLimitDefinition {
  /** Requests of one client address within the window. */
  readonly requests: number;
  /** The window: AWS WAF knows 1, 2, 5 and 10 minutes. @default "5 minutes" */
  readonly per?: Duration;
  /** Only requests to these paths count, of all services together; `*` stands for any text. @default all paths */
  readonly paths?: readonly string[];
}
