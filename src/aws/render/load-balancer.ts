import { resource, type Resource } from "../terraform.ts";
import type { AccessLogs } from "./access-logs.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";

/** A load balancer, and how each of ours is. `pieces` are added to the environment's prefix for its name. */
export function applicationBalancer(
  place: Place, name: string, pieces: readonly string[], logs: AccessLogs | null,
  where: { readonly internal: boolean; readonly securityGroup: Resource<"aws_security_group">; readonly subnets: readonly Resource<"aws_subnet">[] },
): Resource<"aws_lb"> {
  return resource(
    "aws_lb", name,
    {
      name: physicalName("loadBalancer", place.prefix, ...pieces),
      load_balancer_type: "application",
      internal: where.internal,
      security_groups: [where.securityGroup.of("id")],
      subnets: where.subnets.map((subnet) => subnet.of("id")),
      drop_invalid_header_fields: true,
      desync_mitigation_mode: "defensive",
      enable_deletion_protection: place.environment.guarded,
      ...(logs && { access_logs: { bucket: logs.bucket.of("id"), enabled: true } }),
    },
    logs ? { depends_on: [logs.policy] } : {},
  );
}
