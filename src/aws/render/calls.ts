import { Failure } from "../../kit/failure.ts";
import type { Endpoint, Service } from "../../model/service.ts";
import { resource, text, type Block, type Resource, type Text } from "../terraform.ts";
import type { AccessLogs } from "./access-logs.ts";
import type { Noun } from "./directory.ts";
import { targetGroup } from "./entrance.ts";
import { groupOf, groupsOf, HOST_PORTS, type Hosts } from "./hosts.ts";
import { applicationBalancer } from "./load-balancer.ts";
import { physicalName, slots } from "./names.ts";
import type { Network } from "./network.ts";
import type { Place } from "./place.ts";

/** How services call each other: through a load balancer that only hosts reach, at a port for each service that is called. */
export interface Calls {
  readonly noun: Noun;
  readonly loadBalancer: Resource<"aws_lb">;
  readonly doors: ReadonlyMap<string, Door>;
}

/** Where one service is called. */
export interface Door {
  /** `http://internal-….elb.amazonaws.com:21234` */
  readonly address: Text;
  readonly targetGroup: Resource<"aws_lb_target_group">;
  readonly listener: Block;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const MOST_LISTENERS = 50;
/** Any that services do not listen on themselves. A service's own stays the same when others come and go. */
const PORTS = { from: 20_000, count: 10_000 } as const;

/** Null where no service calls another. */
export function renderCalls(place: Place, network: Network, hosts: Hosts, logs: AccessLogs | null): Calls | null {
  const { services } = place.environment;
  const called = services.flatMap((service) => {
    const callers = services.filter(({ calls }) => calls.includes(service.name));
    return service.endpoint && callers.length > 0 ? [{ service, endpoint: service.endpoint, callers }] : [];
  });
  if (called.length === 0) return null;
  if (called.length > MOST_LISTENERS) {
    throw new Failure("usage", `in ${place.environment.name}, services call ${called.length} others: a load balancer has ${MOST_LISTENERS} ports`, {
      hint: "Let fewer services be called inside the platform; messages of a topic need no call.",
    });
  }
  const securityGroup = resource("aws_security_group", "calls", {
    name: `${place.prefix}-calls`,
    description: "The load balancer between services",
    vpc_id: network.vpc.of("id"),
    tags: { Name: `${place.prefix}-calls` },
  });
  const loadBalancer = applicationBalancer(place, "calls", ["calls"], logs, { internal: true, securityGroup, subnets: network.subnets.private });
  const ports = slots(called.map(({ service }) => service.name), PORTS.count);
  const doors = called.map((each) =>
    renderDoor(place, { network, hosts, securityGroup, loadBalancer }, each, PORTS.from + (ports.get(each.service.name) ?? 0)),
  );
  const blocks = [securityGroup, ...onward(securityGroup, groupsOf(hosts, called.map(({ service }) => service))), loadBalancer, ...doors.flatMap((each) => each.blocks)];
  return { noun: { name: "calls", blocks }, loadBalancer, doors: new Map(doors.map(({ name, door }) => [name, door])) };
}

interface Ground {
  readonly network: Network;
  readonly hosts: Hosts;
  readonly securityGroup: Resource<"aws_security_group">;
  readonly loadBalancer: Resource<"aws_lb">;
}

interface Called {
  readonly service: Service;
  readonly endpoint: Endpoint;
  readonly callers: readonly Service[];
}

function renderDoor(
  place: Place, { network, hosts, securityGroup, loadBalancer }: Ground, { service, endpoint, callers }: Called, port: number,
): { name: string; door: Door; blocks: readonly Block[] } {
  const group = targetGroup(network, `calls_${service.name}`, physicalName("targetGroup", place.prefix, service.name, "calls"), endpoint);
  // Callers and called are within one network, where services are called without TLS at the edge's other side too.
  const listener = resource("aws_lb_listener", `calls_${service.name}`, {
    load_balancer_arn: loadBalancer.of("arn"),
    port,
    protocol: "HTTP",
    default_action: [{ type: "forward", target_group_arn: group.of("arn") }],
  });
  const inward = groupsOf(hosts, callers).map((from) =>
    resource("aws_vpc_security_group_ingress_rule", `calls_${service.name}_${from.name}`, {
      security_group_id: securityGroup.of("id"),
      description: `Callers of ${service.name}: ${callers.filter((caller) => groupOf(hosts, caller) === from).map(({ name }) => name).join(" ")}`.slice(0, 255),
      ip_protocol: "tcp",
      from_port: port,
      to_port: port,
      referenced_security_group_id: from.securityGroup.of("id"),
    }),
  );
  const address = text`http://${loadBalancer.of("dns_name")}:${port}`;
  return { name: service.name, door: { address, targetGroup: group, listener }, blocks: [group, listener, ...inward] };
}

/** From the load balancer to the container ports of these hosts, and nowhere else. */
function onward(securityGroup: Resource<"aws_security_group">, groups: Hosts["groups"]): readonly Block[] {
  const ports = { ip_protocol: "tcp", from_port: HOST_PORTS.from, to_port: HOST_PORTS.to };
  return groups.flatMap((hosts) => [
    resource("aws_vpc_security_group_egress_rule", `calls_${hosts.name}`, {
      security_group_id: securityGroup.of("id"),
      description: "Containers of services",
      ...ports,
      referenced_security_group_id: hosts.securityGroup.of("id"),
    }),
    resource("aws_vpc_security_group_ingress_rule", `${hosts.name}_calls`, {
      security_group_id: hosts.securityGroup.of("id"),
      description: "The load balancer between services",
      ...ports,
      referenced_security_group_id: securityGroup.of("id"),
    }),
  ]);
}
