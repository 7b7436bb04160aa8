import type { Endpoint, Service } from "../../model/service.ts";
import { resource, type Block, type Resource } from "../terraform.ts";
import type { Certificate } from "./certificate.ts";
import { fixed, type Edge } from "./edge.ts";
import { physicalName } from "./names.ts";
import type { Network } from "./network.ts";
import { fullHost, SHARED_PROVIDER, type Place } from "./place.ts";
import type { ListenerRule, PathCondition } from "./rules.ts";

/** A service's part of the edge: its host name, certificate and rules, and the group of its replicas. */
export interface Entrance {
  readonly targetGroup: Resource<"aws_lb_target_group">;
  readonly rules: readonly Block[];
  readonly blocks: readonly Block[];
}

/** Requests under way get this long to end before a replica is stopped. */
const DRAIN_SECONDS = 15;

export function renderEntrance(
  place: Place, network: Network, service: Service, endpoint: Endpoint,
  { edge, certificate, rules }: { readonly edge: Edge; readonly certificate: Certificate; readonly rules: readonly ListenerRule[] },
): Entrance {
  const name = `service_${service.name}`;
  const group = targetGroup(network, name, physicalName("targetGroup", place.prefix, service.name), endpoint);
  const presented = resource("aws_lb_listener_certificate", name, {
    listener_arn: edge.listener.of("arn"),
    certificate_arn: certificate.valid.of("certificate_arn"),
  });
  const written = rules.map((rule) => listenerRule(place, name, endpoint, edge, group, rule));
  const record = resource(
    "aws_route53_record", name,
    {
      zone_id: place.zone.of("zone_id"),
      name: fullHost(place, endpoint.host),
      type: "A",
      alias: { name: edge.loadBalancer.of("dns_name"), zone_id: edge.loadBalancer.of("zone_id"), evaluate_target_health: true },
    },
    { provider: SHARED_PROVIDER },
  );
  return { targetGroup: group, rules: written, blocks: [...certificate.blocks, presented, group, ...written, record] };
}

/**
 * What a target group says of ports, and nobody asks: ECS registers each replica with its own. A group with another port is another
 * group, and one that a listener knows cannot go; so it is the same for all. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb.html
 */
const UNUSED_PORT = 80;

/** The replicas of a service, as one load balancer sees them. */
export function targetGroup(network: Network, name: string, physical: string, endpoint: Endpoint): Resource<"aws_lb_target_group"> {
  return resource("aws_lb_target_group", name, {
    name: physical,
    vpc_id: network.vpc.of("id"),
    target_type: "instance",
    protocol: "HTTP",
    port: UNUSED_PORT,
    deregistration_delay: String(DRAIN_SECONDS),
    health_check: { path: endpoint.health, matcher: "200", interval: 10, timeout: 5, healthy_threshold: 2, unhealthy_threshold: 3 },
  });
}

function listenerRule(
  place: Place, name: string, endpoint: Endpoint, edge: Edge, targetGroup: Resource<"aws_lb_target_group">, rule: ListenerRule,
): Block {
  return resource("aws_lb_listener_rule", `${name}_${rule.ordinal}`, {
    listener_arn: edge.listener.of("arn"),
    priority: rule.priority,
    condition: [
      { host_header: { values: [fullHost(place, endpoint.host)] } },
      ...(rule.path === null ? [] : [{ path_pattern: pathCondition(rule.path) }]),
      ...(rule.sources === null ? [] : [{ source_ip: { values: rule.sources } }]),
    ],
    action: [rule.action === "forward" ? { type: "forward", target_group_arn: targetGroup.of("arn") } : fixed("403", "Forbidden")],
  });
}

const pathCondition = (path: PathCondition) => ("pattern" in path ? { values: [path.pattern] } : { regex_values: [path.expression] });
