import { resource, type Block, type Resource } from "../terraform.ts";
import type { Place } from "./place.ts";

/** Names of their groups have to begin so. https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html */
const LOGS = "aws-waf-logs-";

/**
 * What a web ACL refused or counted, without what tells who somebody is: what it let through, the load balancer and
 * CloudFront log. AWS gives itself leave to write to the group when this is made.
 */
export function firewallLogs(
  place: Place, name: string, physical: string, firewall: Resource<"aws_wafv2_web_acl">, where: { readonly region?: string } = {},
): readonly Block[] {
  const group = resource("aws_cloudwatch_log_group", `firewall_${name}`, { ...where, name: `${LOGS}${physical}`, retention_in_days: place.environment.logs.keepDays });
  const logging = resource("aws_wafv2_web_acl_logging_configuration", name, {
    ...where,
    resource_arn: firewall.of("arn"),
    log_destination_configs: [group.of("arn")],
    redacted_fields: ["authorization", "cookie"].map((header) => ({ single_header: { name: header } })),
    logging_filter: {
      default_behavior: "DROP",
      filter: [{ behavior: "KEEP", requirement: "MEETS_ANY", condition: ["BLOCK", "COUNT"].map((action) => ({ action_condition: { action } })) }],
    },
  });
  return [group, logging];
}
