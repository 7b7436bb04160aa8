import { resource, type Block, type Resource } from "../terraform.ts";
import type { AccessLogs } from "./access-logs.ts";
import type { Certificate } from "./certificate.ts";
import type { Noun } from "./directory.ts";
import { groupsOf, HOST_PORTS, type Hosts } from "./hosts.ts";
import { applicationBalancer } from "./load-balancer.ts";
import type { Network } from "./network.ts";
import type { Place } from "./place.ts";
import { addressesOf } from "./rules.ts";
import { AMBIGUOUS_PATHS } from "./spelling.ts";

export interface Edge {
  readonly noun: Noun;
  readonly loadBalancer: Resource<"aws_lb">;
  readonly listener: Resource<"aws_lb_listener">;
}

/** TLS 1.2 and 1.3, key exchange that a later quantum computer does not open. AWS's own default is from 2016. */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/** The load balancer: the only way in. A host that no service has gets 404. */
export function renderEdge(place: Place, network: Network, hosts: Hosts, certificate: Certificate, logs: AccessLogs | null): Edge {
  const securityGroup = resource("aws_security_group", "edge", {
    name: `${place.prefix}-edge`,
    description: "The load balancer",
    vpc_id: network.vpc.of("id"),
    tags: { Name: `${place.prefix}-edge` },
  });
  const loadBalancer = applicationBalancer(place, "edge", [], logs, { internal: false, securityGroup, subnets: network.subnets.public });
  const listener = resource("aws_lb_listener", "https", {
    load_balancer_arn: loadBalancer.of("arn"),
    port: 443,
    protocol: "HTTPS",
    ssl_policy: TLS_POLICY,
    certificate_arn: certificate.valid.of("certificate_arn"),
    default_action: [fixed("404", "Not found")],
  });
  const ambiguous = resource("aws_lb_listener_rule", "ambiguous", {
    listener_arn: listener.of("arn"),
    priority: 1,
    condition: [{ path_pattern: { regex_values: AMBIGUOUS_PATHS } }],
    action: [fixed("400", "Bad request")],
  });
  const redirect = resource("aws_lb_listener", "http", {
    load_balancer_arn: loadBalancer.of("arn"),
    port: 80,
    protocol: "HTTP",
    default_action: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", status_code: "HTTP_301" } }],
  });
  const blocks = [securityGroup, ...ways(place, securityGroup, hosts), loadBalancer, listener, ambiguous, redirect];
  return { noun: { name: "edge", blocks }, loadBalancer, listener };
}

/** An answer of the load balancer's own. */
export const fixed = (status_code: string, message: string) => ({
  type: "fixed-response",
  fixed_response: { content_type: "text/plain", status_code, message_body: `${message}\n` },
});

/** In from those whom some service admits, out to the hosts' container ports, and nowhere else. */
function ways(place: Place, edge: Resource<"aws_security_group">, hosts: Hosts): readonly Block[] {
  const from = admitted(place);
  const ports = { ip_protocol: "tcp", from_port: HOST_PORTS.from, to_port: HOST_PORTS.to };
  return [
    ...[80, 443].flatMap((port) =>
      from.map((cidr, index) =>
        resource("aws_vpc_security_group_ingress_rule", `edge_${port}${from.length > 1 ? `_${index + 1}` : ""}`, {
          security_group_id: edge.of("id"),
          description: "Callers of services",
          ip_protocol: "tcp",
          from_port: port,
          to_port: port,
          ...(cidr.includes(":") ? { cidr_ipv6: cidr } : { cidr_ipv4: cidr }),
        }),
      ),
    ),
    ...groupsOf(hosts, place.environment.services.filter(({ endpoint }) => endpoint !== null)).flatMap(({ name, securityGroup }) => [
      resource("aws_vpc_security_group_egress_rule", `edge_${name}`, {
        security_group_id: edge.of("id"),
        description: "Containers of services",
        ...ports,
        referenced_security_group_id: securityGroup.of("id"),
      }),
      resource("aws_vpc_security_group_ingress_rule", `${name}_edge`, {
        security_group_id: securityGroup.of("id"),
        description: "The load balancer",
        ...ports,
        referenced_security_group_id: edge.of("id"),
      }),
    ]),
  ];
}

function admitted({ environment }: Place): readonly string[] {
  const endpoints = environment.services.flatMap(({ endpoint }) => endpoint ?? []);
  const audiences = endpoints.flatMap(({ reachableBy, paths }) => [reachableBy, ...paths.map((rule) => rule.reachableBy)]);
  if (audiences.includes("public")) return ["0.0.0.0/0"];
  return addressesOf(environment, audiences.flatMap((audience) => (audience === "public" ? [] : audience)));
}
