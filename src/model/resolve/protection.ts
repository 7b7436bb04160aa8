import type { ProtectionDefinition, RateLimitDefinition } from "../../definition/protection.ts";
import { MANAGED_RULES, type ManagedRules, type Protection, type RateLimit } from "../protection.ts";
import { isName } from "./name.ts";
import { patternOf } from "./path.ts";
import type { Place } from "./place.ts";
import { complete, distinct, entries, number, oneOf, optional, readFields, required, type Fields, type Reader } from "./read.ts";
import { duration } from "./unit.ts";

/** Where nothing is written. */
export const DEFAULT_PROTECTION: Protection = { rateLimits: [], managedRules: MANAGED_RULES };

export const protection: Reader<Protection> = (value, at) => {
  const read = readFields(PROTECTION, "protection", value, at);
  return read && complete(read);
};

/** https://docs.aws.amazon.com/waf/latest/developerguide/limits.html, rate-based rules of a web ACL */
const MOST_LIMITS = 10;

const rateLimits: Reader<readonly RateLimit[]> = (value, at) => {
  const written = entries(value, at, "rate limits") ?? [];
  if (written.length > MOST_LIMITS) at.error("bad-number", `${written.length} rate limits are more than the ${MOST_LIMITS} that AWS WAF takes`, "let limits of the same number and window share one, with all their paths");
  const read = written.map(([name, one]) => rateLimit(name, one, at.field(name)));
  return read.every((each) => each !== undefined) ? read : undefined;
};

function rateLimit(name: string, written: unknown, at: Place): RateLimit | undefined {
  const named = isName("rate limit", name, at);
  const read = readFields(RATE_LIMIT, "a rate limit", written, at);
  const whole = read && complete(read);
  return named && whole ? { name, requests: whole.requests, seconds: whole.per, paths: whole.paths } : undefined;
}

/** https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html, Limit */
const requests = number({ from: 10, to: 2_000_000_000, whole: true, why: "AWS WAF counts from 10 requests on" });

/** https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html, EvaluationWindowSec */
const WINDOWS = [60, 120, 300, 600];

const anyWindow = duration({ least: "1 second", most: "1 hour", step: "1 second", why: "AWS WAF counts over 1 to 10 minutes" });

const window: Reader<number> = (value, at) => {
  const seconds = anyWindow(value, at);
  if (seconds === undefined || WINDOWS.includes(seconds)) return seconds;
  return at.error("bad-duration", "AWS WAF does not count over this window", 'write "1 minute", "2 minutes", "5 minutes" or "10 minutes"');
};

const somePatterns = distinct(patternOf, (pattern) => pattern);

const paths: Reader<readonly string[]> = (value, at) => {
  const read = somePatterns(value, at);
  return read?.length === 0 ? at.error("empty", "a rate limit for no path limits nothing", "take paths out to count all requests") : read;
};

const RATE_LIMIT = {
  requests: required(requests, "2000"),
  per: optional(window, 300),
  paths: optional(paths, []),
} satisfies Fields<RateLimitDefinition>;

const groups = distinct(oneOf<ManagedRules>(MANAGED_RULES, "group of AWS's rules"), (name) => name);

/** In what order they are written does not matter. */
const managedRules: Reader<readonly ManagedRules[]> = (value, at) => {
  const written = groups(value, at);
  return written && MANAGED_RULES.filter((name) => written.includes(name));
};

const PROTECTION = {
  rateLimits: optional(rateLimits, DEFAULT_PROTECTION.rateLimits),
  managedRules: optional(managedRules, DEFAULT_PROTECTION.managedRules),
} satisfies Fields<ProtectionDefinition>;
