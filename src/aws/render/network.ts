import { expression, resource, data, text, type Block, type Resource } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import type { Place } from "./place.ts";

/** The same addresses in every environment: none of them is routed to another. */
const ADDRESSES = "10.20.0.0/16";
const ZONES = ["a", "b"] as const;
/** Second half of the address block of a layer's first subnet; each subnet is a /20. */
const LAYERS = { public: 0, private: 64, data: 128 } as const;

export interface Network {
  readonly noun: Noun;
  readonly vpc: Resource<"aws_vpc">;
  readonly subnets: Readonly<Record<keyof typeof LAYERS, readonly Resource<"aws_subnet">[]>>;
}

/** Public subnets for the load balancer, private ones for hosts, and a third layer for data that no route leads out of. */
export function renderNetwork(place: Place): Network {
  const vpc = resource("aws_vpc", "main", {
    cidr_block: ADDRESSES,
    enable_dns_support: true,
    enable_dns_hostnames: true,
    tags: { Name: place.prefix },
  });
  const zones = data("aws_availability_zones", "available", {
    state: "available",
    filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
  });
  const layer = (name: keyof typeof LAYERS) =>
    ZONES.map((zone, index) =>
      resource("aws_subnet", `${name}_${zone}`, {
        vpc_id: vpc.of("id"),
        cidr_block: `10.20.${LAYERS[name] + 16 * index}.0/20`,
        availability_zone: expression`${zones.of("names")}[${index}]`,
        map_public_ip_on_launch: false,
        tags: { Name: `${place.prefix}-${name}-${zone}` },
      }),
    );
  const subnets = { public: layer("public"), private: layer("private"), data: layer("data") };
  // AWS makes this group and gives it rules; managing it without any takes them away.
  const unused = resource("aws_default_security_group", "unused", { vpc_id: vpc.of("id"), tags: { Name: `${place.prefix}-unused` } });
  const blocks = [vpc, zones, unused, ...Object.values(subnets).flat(), ...routes(place, vpc, subnets)];
  return { noun: { name: "network", blocks }, vpc, subnets };
}

function routes(place: Place, vpc: Network["vpc"], subnets: Network["subnets"]): readonly Block[] {
  const internet = resource("aws_internet_gateway", "main", { vpc_id: vpc.of("id"), tags: { Name: place.prefix } });
  const address = resource("aws_eip", "nat", { domain: "vpc", tags: { Name: `${place.prefix}-nat` } });
  const [first] = subnets.public;
  if (!first) throw new Error("a network has at least one zone");
  const nat = resource(
    "aws_nat_gateway", "main",
    { allocation_id: address.of("id"), subnet_id: first.of("id"), tags: { Name: place.prefix } },
    { depends_on: [internet] },
  );
  const table = (name: string) => resource("aws_route_table", name, { vpc_id: vpc.of("id"), tags: { Name: `${place.prefix}-${name}` } });
  const tables = { public: table("public"), private: table("private"), data: table("data") };
  const everywhere = { destination_cidr_block: "0.0.0.0/0" };
  return [
    internet, address, nat, ...Object.values(tables),
    resource("aws_route", "public_internet", { route_table_id: tables.public.of("id"), ...everywhere, gateway_id: internet.of("id") }),
    resource("aws_route", "private_internet", { route_table_id: tables.private.of("id"), ...everywhere, nat_gateway_id: nat.of("id") }),
    // Image layers come from S3; this way they do not pass, and pay, the NAT gateway.
    resource("aws_vpc_endpoint", "s3", {
      vpc_id: vpc.of("id"),
      service_name: `com.amazonaws.${place.shared.region}.s3`,
      vpc_endpoint_type: "Gateway",
      route_table_ids: [tables.private.of("id")],
      tags: { Name: `${place.prefix}-s3` },
    }),
    ...ZONES.flatMap((zone, index) =>
      (["public", "private", "data"] as const).map((layer) =>
        resource("aws_route_table_association", `${layer}_${zone}`, {
          subnet_id: subnets[layer][index]?.of("id") ?? text``,
          route_table_id: tables[layer].of("id"),
        }),
      ),
    ),
  ];
}
