import { Failure } from "../../kit/failure.ts";
import type { RateLimit } from "../../model/protection.ts";
import type { Wafv2WebAcl_Rule } from "../schema/types.ts";
import { resource } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import type { Edge } from "./edge.ts";
import { anyPath } from "./firewall-path.ts";
import type { Place } from "./place.ts";

/** Fixed by AWS. https://docs.aws.amazon.com/waf/latest/developerguide/limits.html */
const MOST_LIMITS = 10;
/** First priority of each kind of rule; the lower comes first. Kinds that are added do not renumber these. */
const PRIORITY = { rateLimits: 100 } as const;
const TOO_MANY = { key: "too-many-requests", content_type: "TEXT_PLAIN", content: "Too many requests\n" };

/** What stands before the load balancer; null where nothing is to be kept from it. */
export function renderFirewall(place: Place, edge: Edge): Noun | null {
  const { rateLimits } = place.environment.protection;
  if (rateLimits.length === 0) return null;
  if (rateLimits.length > MOST_LIMITS) {
    throw new Failure("usage", `${place.environment.name} has ${rateLimits.length} rate limits: a web ACL takes ${MOST_LIMITS}`, {
      hint: "Write fewer limits: one may hold several paths.",
    });
  }
  const name = `${place.prefix}-edge`;
  const firewall = resource("aws_wafv2_web_acl", "edge", {
    name,
    scope: "REGIONAL",
    default_action: { allow: {} },
    custom_response_body: [TOO_MANY],
    rule: rateLimits.map((limit, index) => rateRule(name, limit, PRIORITY.rateLimits + index)),
    visibility_config: seen(name),
  });
  const attached = resource("aws_wafv2_web_acl_association", "edge", {
    resource_arn: edge.loadBalancer.of("arn"),
    web_acl_arn: firewall.of("arn"),
  });
  return { name: "firewall", blocks: [firewall, attached] };
}

/**
 * Counts by the address that the connection comes from, which nobody can make up. AWS looks every few seconds, so some
 * requests pass above the limit, and a refusal lasts until it has looked again.
 */
function rateRule(firewall: string, { name, requests, seconds, paths }: RateLimit, priority: number): Wafv2WebAcl_Rule {
  const answer = { response_code: 429, custom_response_body_key: TOO_MANY.key, response_header: [{ name: "Retry-After", value: String(seconds) }] };
  return {
    name: `limit-${name}`,
    priority,
    action: { block: { custom_response: answer } },
    statement: {
      rate_based_statement: {
        limit: requests,
        evaluation_window_sec: seconds,
        aggregate_key_type: "IP",
        ...(paths.length > 0 && { scope_down_statement: anyPath(paths) }),
      },
    },
    visibility_config: seen(`${firewall}-limit-${name}`),
  };
}

const seen = (metric_name: string) => ({ cloudwatch_metrics_enabled: true, sampled_requests_enabled: true, metric_name });
