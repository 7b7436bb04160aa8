import { resource, type Block, type Resource } from "../terraform.ts";
import type { Place } from "./place.ts";
import { ZONES, type Layer, type Subnets } from "./subnets.ts";

type Table = Resource<"aws_route_table">;
const EVERYWHERE = { destination_cidr_block: "0.0.0.0/0" };

/**
 * The ways out: of public subnets to the internet, of private ones through a NAT gateway, of those for data none. What
 * belongs to the first zone is called the same whether it serves that zone or all.
 */
export function renderRoutes(place: Place, vpc: Resource<"aws_vpc">, subnets: Subnets): readonly Block[] {
  const { zones, nat } = place.environment.network;
  const named = (name: string) => ({ vpc_id: vpc.of("id"), tags: { Name: name === "main" ? place.prefix : `${place.prefix}-${name}` } });
  const table = (name: string): Table => resource("aws_route_table", name, named(name));
  const internet = resource("aws_internet_gateway", "main", named("main"));
  const [open, closed] = [table("public"), table("data")];
  const ways = subnets.public.slice(0, nat === "one" ? 1 : zones).map((subnet, index) => wayOut(place, subnet, internet, index === 0 ? "" : `_${ZONES[index]}`, table));
  const tableOf = (layer: Layer, index: number): Table => (layer === "public" ? open : layer === "data" ? closed : (ways[index] ?? first(ways)).table);
  const tables = [open, ...ways.map((way) => way.table), ...(subnets.data.length > 0 ? [closed] : [])];
  return [
    internet,
    ...ways.flatMap(({ blocks }) => blocks),
    ...tables,
    resource("aws_route", "public_internet", { route_table_id: open.of("id"), ...EVERYWHERE, gateway_id: internet.of("id") }),
    ...ways.map(({ route }) => route),
    // Layers of images and packages of Amazon Linux come from S3; this way they do not pass, and pay, a NAT gateway. Any bucket, as theirs are AWS's.
    resource("aws_vpc_endpoint", "s3", {
      vpc_id: vpc.of("id"),
      service_name: `com.amazonaws.${place.shared.region}.s3`,
      vpc_endpoint_type: "Gateway",
      route_table_ids: ways.map((way) => way.table.of("id")),
      tags: { Name: `${place.prefix}-s3` },
    }),
    ...(Object.entries(subnets) as [Layer, Subnets[Layer]][]).flatMap(([layer, each]) =>
      each.map((subnet, index) =>
        resource("aws_route_table_association", `${layer}_${ZONES[index]}`, { subnet_id: subnet.of("id"), route_table_id: tableOf(layer, index).of("id") }),
      ),
    ),
  ];
}

interface Way {
  readonly table: Table;
  readonly route: Block;
  readonly blocks: readonly Block[];
}

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error("a network has at least one zone");
  return one;
}

/** A NAT gateway in this public subnet, and the table by which private ones go through it. */
function wayOut(place: Place, subnet: Resource<"aws_subnet">, internet: Block, suffix: string, table: (name: string) => Table): Way {
  const label = suffix.replace("_", "-");
  const address = resource("aws_eip", `nat${suffix}`, { domain: "vpc", tags: { Name: `${place.prefix}-nat${label}` } });
  const gateway = resource(
    "aws_nat_gateway", `main${suffix}`,
    { allocation_id: address.of("id"), subnet_id: subnet.of("id"), tags: { Name: `${place.prefix}${label}` } },
    { depends_on: [internet] },
  );
  const own = table(`private${suffix}`);
  const route = resource("aws_route", `private_internet${suffix}`, { route_table_id: own.of("id"), ...EVERYWHERE, nat_gateway_id: gateway.of("id") });
  return { table: own, route, blocks: [address, gateway] };
}
