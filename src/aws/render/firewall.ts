import { Failure } from "../../kit/failure.ts";
import type { RateLimit } from "../../model/protection.ts";
import type { Wafv2WebAcl_Rule } from "../schema/types.ts";
import { resource, type Block, type Resource } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import { accessRefusals, teamSets, toldTeams, type TeamSets } from "./firewall-access.ts";
import { checkCapacity } from "./firewall-capacity.ts";
import { firewallLogs } from "./firewall-logs.ts";
import { managedRules } from "./firewall-managed.ts";
import { anyPath } from "./firewall-path.ts";
import { answerBodies, refusing, seen } from "./firewall-rule.ts";
import { CLOUDFRONT_REGION, type Place } from "./place.ts";
import { AMBIGUOUS_PATHS } from "./spelling.ts";

/** Fixed by AWS. https://docs.aws.amazon.com/waf/latest/developerguide/limits.html */
const MOST_LIMITS = 10;
/** First priority of each kind of rule; the lower comes first. Kinds that are added do not renumber these. */
const PRIORITY = { ambiguous: 10, rateLimits: 100, access: 200, managed: 1_000 } as const;

/** What stands before the load balancers. */
export function renderFirewall(place: Place, loadBalancers: readonly Resource<"aws_lb">[]): Noun {
  const sets = teamSets(place, toldTeams(place));
  const rule = firewallRules(place, sets);
  checkCapacity(place.environment.name, rule);
  const name = firewallName(place);
  const firewall = resource("aws_wafv2_web_acl", "edge", {
    name,
    scope: "REGIONAL",
    default_action: { allow: {} },
    custom_response_body: answerBodies(),
    rule,
    visibility_config: seen(name),
  });
  const attached = loadBalancers.map((balancer) =>
    resource("aws_wafv2_web_acl_association", balancer.name, { resource_arn: balancer.of("arn"), web_acl_arn: firewall.of("arn") }));
  return { name: "firewall", blocks: [...sets.blocks, firewall, ...attached, ...firewallLogs(place, "edge", name, firewall)] };
}

const firewallName = ({ prefix }: Place): string => `${prefix}-edge`;

/** The rules before the load balancer, in the order of docs/edge.md. */
export function firewallRules(place: Place, sets: TeamSets = teamSets(place, toldTeams(place))): readonly Wafv2WebAcl_Rule[] {
  const { rateLimits, managedRules: managed } = place.environment.protection;
  if (rateLimits.length > MOST_LIMITS) {
    throw new Failure("usage", `${place.environment.name} has ${rateLimits.length} rate limits: a web ACL takes ${MOST_LIMITS}`, {
      hint: "Write fewer limits: one may hold several paths.",
    });
  }
  const name = firewallName(place);
  return [
    ambiguousPaths(name),
    ...rateLimits.map((limit, index) => rateRule(name, limit, PRIORITY.rateLimits + index)),
    ...accessRefusals(place, sets).map((refusal, index) => refusing(name, refusal.name, PRIORITY.access + index, refusal.statement, "forbidden")),
    ...managedRules(name, managed, PRIORITY.managed),
  ];
}

/** The web ACL of the sites, where CloudFront looks for it; null where nothing is to be kept from them. */
export function renderSiteFirewall(place: Place): { readonly firewall: Resource<"aws_wafv2_web_acl">; readonly blocks: readonly Block[] } | null {
  const name = `${place.prefix}-sites`;
  const rule = managedRules(name, place.environment.protection.managedRules, PRIORITY.managed);
  if (rule.length === 0) return null;
  const where = { region: CLOUDFRONT_REGION };
  const firewall = resource(
    "aws_wafv2_web_acl", "sites",
    { ...where, name, scope: "CLOUDFRONT", default_action: { allow: {} }, rule, visibility_config: seen(name) },
    // Given up, it goes only after the sites have let go of it.
    { lifecycle: { create_before_destroy: true } },
  );
  return { firewall, blocks: [firewall, ...firewallLogs(place, "sites", name, firewall, where)] };
}

/** Looks at the path as it came. */
function ambiguousPaths(firewall: string): Wafv2WebAcl_Rule {
  const written = { field_to_match: { uri_path: {} }, text_transformation: [{ priority: 0, type: "NONE" }] };
  const statement = AMBIGUOUS_PATHS.map((regex_string) => ({ regex_match_statement: { ...written, regex_string } }));
  return refusing(firewall, "ambiguous-paths", PRIORITY.ambiguous, { or_statement: { statement } }, "bad-request");
}

/**
 * Counts by the address that the connection comes from, which nobody can make up. AWS looks every few seconds, so some
 * requests pass above the limit, and a refusal lasts until it has looked again.
 */
function rateRule(firewall: string, { name, requests, seconds, paths }: RateLimit, priority: number): Wafv2WebAcl_Rule {
  const statement = {
    rate_based_statement: {
      limit: requests,
      evaluation_window_sec: seconds,
      aggregate_key_type: "IP",
      ...(paths.length > 0 && { scope_down_statement: anyPath(paths) }),
    },
  };
  return refusing(firewall, `limit-${name}`, priority, statement, "too-many-requests", { "Retry-After": String(seconds) });
}
