import { Failure } from "../../kit/failure.ts";
import type { Endpoint, Service } from "../../model/service.ts";
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

/** Browsers remember for a year that the host is never asked without TLS. */
const ALWAYS_TLS = "max-age=31536000";

/** Whom a load balancer is for: everyone, or only whom some service behind it admits. */
export type Entrance = Endpoint["entrance"];

export interface Edge {
  readonly noun: Noun;
  readonly loadBalancer: Resource<"aws_lb">;
  readonly listener: Resource<"aws_lb_listener">;
}

/** TLS 1.2 and 1.3, key exchange that a later quantum computer does not open. AWS's own default is from 2016. */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

interface EdgeGround {
  readonly network: Network;
  readonly hosts: Hosts;
  readonly logs: AccessLogs | null;
  /** Of the services behind it; the first is shown to whoever asks for no host of ours. */
  readonly certificate: Certificate;
}

/** Names of each: of the load balancer, what is before those of its parts, and pieces of its name in AWS. */
const NAMES = {
  open: { name: "edge", before: "", pieces: [], says: "The load balancer" },
  closed: { name: "closed", before: "closed_", pieces: ["closed"], says: "The load balancer of teams" },
} as const;

/** The services behind one of the load balancers. */
export const behind = ({ environment }: Place, entrance: Entrance): readonly Service[] =>
  environment.services.filter(({ endpoint }) => endpoint?.entrance === entrance);

/** A load balancer: there is no other way in. A host that no service behind it has gets 404. */
export function renderEdge(place: Place, entrance: Entrance, { network, hosts, logs, certificate }: EdgeGround): Edge {
  const { name, before, pieces, says } = NAMES[entrance];
  const securityGroup = resource("aws_security_group", name, {
    name: `${place.prefix}-${name}`,
    description: says,
    vpc_id: network.vpc.of("id"),
    tags: { Name: `${place.prefix}-${name}` },
  });
  const loadBalancer = applicationBalancer(place, name, pieces, logs, { internal: false, securityGroup, subnets: network.subnets.public });
  const listener = resource("aws_lb_listener", `${before}https`, {
    load_balancer_arn: loadBalancer.of("arn"),
    port: 443,
    protocol: "HTTPS",
    ssl_policy: TLS_POLICY,
    certificate_arn: certificate.valid.of("certificate_arn"),
    routing_http_response_strict_transport_security_header_value: ALWAYS_TLS,
    routing_http_response_server_enabled: false,
    default_action: [fixed("404", "Not found")],
  });
  const ambiguous = resource("aws_lb_listener_rule", `${before}ambiguous`, {
    listener_arn: listener.of("arn"),
    priority: 1,
    condition: [{ path_pattern: { regex_values: AMBIGUOUS_PATHS } }],
    action: [fixed("400", "Bad request")],
  });
  const redirect = resource("aws_lb_listener", `${before}http`, {
    load_balancer_arn: loadBalancer.of("arn"),
    port: 80,
    protocol: "HTTP",
    default_action: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", status_code: "HTTP_301" } }],
  });
  const blocks = [securityGroup, ...ways(place, entrance, securityGroup, hosts), loadBalancer, listener, ambiguous, redirect];
  return { noun: { name: entrance === "open" ? "edge" : "edge-closed", blocks }, loadBalancer, listener };
}

/** TLS, and what sends there whoever comes without. */
const PORTS = [80, 443] as const;

/** An answer of the load balancer's own. */
export const fixed = (status_code: string, message: string) => ({
  type: "fixed-response",
  fixed_response: { content_type: "text/plain", status_code, message_body: `${message}\n` },
});

/** In from those whom some service admits, out to the hosts' container ports, and nowhere else. */
function ways(place: Place, entrance: Entrance, edge: Resource<"aws_security_group">, hosts: Hosts): readonly Block[] {
  const from = admitted(place, entrance);
  const balancer = NAMES[entrance].name;
  const ports = { ip_protocol: "tcp", from_port: HOST_PORTS.from, to_port: HOST_PORTS.to };
  return [
    ...PORTS.flatMap((port) =>
      from.map((cidr, index) =>
        resource("aws_vpc_security_group_ingress_rule", `${balancer}_${port}${from.length > 1 ? `_${index + 1}` : ""}`, {
          security_group_id: edge.of("id"),
          description: "Callers of services",
          ip_protocol: "tcp",
          from_port: port,
          to_port: port,
          ...(cidr.includes(":") ? { cidr_ipv6: cidr } : { cidr_ipv4: cidr }),
        }),
      ),
    ),
    ...groupsOf(hosts, behind(place, entrance)).flatMap(({ name, securityGroup }) => [
      resource("aws_vpc_security_group_egress_rule", `${balancer}_${name}`, {
        security_group_id: edge.of("id"),
        description: "Containers of services",
        ...ports,
        referenced_security_group_id: securityGroup.of("id"),
      }),
      resource("aws_vpc_security_group_ingress_rule", `${name}_${balancer}`, {
        security_group_id: securityGroup.of("id"),
        description: NAMES[entrance].says,
        ...ports,
        referenced_security_group_id: edge.of("id"),
      }),
    ]),
  ];
}

/** Rules of a security group for each version of addresses. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const MOST_RULES = 60;

function admitted(place: Place, entrance: Entrance): readonly string[] {
  const { environment } = place;
  const endpoints = behind(place, entrance).flatMap(({ endpoint }) => endpoint ?? []);
  const audiences = endpoints.flatMap(({ reachableBy, paths }) => [reachableBy, ...paths.map((rule) => rule.reachableBy)]);
  if (audiences.includes("public")) return ["0.0.0.0/0"];
  const addresses = addressesOf(environment, audiences.flatMap((audience) => (audience === "public" ? [] : audience)));
  const most = Math.max(...["4", "6"].map((version) => addresses.filter((cidr) => cidr.includes(":") === (version === "6")).length));
  if (most <= MOST_RULES / PORTS.length) return addresses;
  throw new Failure("usage", `the teams of ${environment.name} have ${most} networks: the load balancer's security group admits ${MOST_RULES / PORTS.length}`, {
    hint: "Write the teams' networks as fewer, larger blocks.",
  });
}
