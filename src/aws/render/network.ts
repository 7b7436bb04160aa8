import { resource, type Block, type Resource } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import { renderFlowLogs } from "./flow-logs.ts";
import type { Place } from "./place.ts";
import { renderRoutes } from "./routes.ts";
import { renderSubnets, type Subnets } from "./subnets.ts";

export interface Network {
  readonly noun: Noun;
  readonly vpc: Resource<"aws_vpc">;
  readonly subnets: Subnets;
}

/** Public subnets for the load balancer, private ones for hosts, and a third layer for data that no route leads out of. IPv4 only. */
export function renderNetwork(place: Place): Network {
  const vpc = resource("aws_vpc", "main", {
    cidr_block: place.environment.network.addresses,
    enable_dns_support: true,
    enable_dns_hostnames: true,
    tags: { Name: place.prefix },
  });
  // AWS makes this group and gives it rules; managing it without any takes them away.
  const unused = resource("aws_default_security_group", "unused", { vpc_id: vpc.of("id"), tags: { Name: `${place.prefix}-unused` } });
  const { subnets, blocks } = renderSubnets(place, vpc);
  const all: readonly Block[] = [vpc, unused, ...blocks, ...renderRoutes(place, vpc, subnets), ...renderFlowLogs(place, vpc)];
  return { noun: { name: "network", blocks: all }, vpc, subnets };
}
