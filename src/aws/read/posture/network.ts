import { addressesIn, asBody, asList, ofType, texts, type Body, type Configuration } from "../configuration.ts";
import { isPublic } from "../security-groups.ts";
import { each, type Rule } from "./rule.ts";

const EVERYWHERE = ["0.0.0.0/0", "::/0"];
/** What browsers ask for. */
const WEB_PORTS = [80, 443];

const cidrs = (body: Body): readonly string[] => [...texts(body["cidr_ipv4"]), ...texts(body["cidr_ipv6"])];

/** Security groups of load balancers that everyone may call. */
const edgeGroups = (configuration: Configuration): readonly string[] =>
  ofType(configuration, "aws_lb").filter(({ body }) => body["internal"] !== true).flatMap(({ body }) => addressesIn(body["security_groups"]));

const inOrOut = ["ingress", "egress"] as const;

/** What stands in subnets of several zones, and the argument that says which. */
const ZONED: readonly (readonly [type: string, argument: string, ...controls: string[]])[] = [
  ["aws_autoscaling_group", "vpc_zone_identifier", "AutoScaling.2"], ["aws_lb", "subnets", "ELB.13"], ["aws_db_subnet_group", "subnet_ids"],
];

/** Where a route may lead. */
const TARGETS = [
  "gateway_id", "nat_gateway_id", "egress_only_gateway_id", "vpc_endpoint_id", "transit_gateway_id", "vpc_peering_connection_id", "network_interface_id",
];

export const NETWORK: readonly Rule[] = [
  each("aws_vpc_security_group_ingress_rule", {
    name: "open-to-the-world", controls: ["EC2.18", "EC2.19"], says: "from everywhere one reaches ports 80 and 443 of the edge, and nothing else",
  }, ({ body }, configuration) => {
    if (!cidrs(body).some((cidr) => EVERYWHERE.includes(cidr))) return undefined;
    const edge = addressesIn(body["security_group_id"]).some((group) => edgeGroups(configuration).includes(group));
    if (!edge) return `${cidrs(body).join(" ")} reaches what is not the edge`;
    const { from_port: port, to_port: last, ip_protocol: protocol } = body;
    const isOne = typeof port === "number" && last === port && WEB_PORTS.includes(port) && protocol === "tcp";
    return isOne ? undefined : "it opens more than one of the ports 80 and 443";
  }),
  ...inOrOut.map((way) =>
    each(`aws_vpc_security_group_${way}_rule`, {
      name: `security-group-${way}-peer`, controls: [], says: "who a rule is about is one group or one network",
    }, ({ body }) => {
      const peers = [...cidrs(body), ...addressesIn(body["referenced_security_group_id"]), ...texts(body["prefix_list_id"])];
      return peers.length === 1 ? undefined : `it is about ${peers.length} peers`;
    }),
  ),
  each("aws_security_group", { name: "security-group-inline", controls: [], says: "every rule stands by itself" }, ({ body }) =>
    body["ingress"] === undefined && body["egress"] === undefined ? undefined : "it has rules of its own"),
  each("aws_default_security_group", { name: "default-security-group", controls: ["EC2.2"], says: "the network's own security group is empty" }, ({ body }) =>
    body["ingress"] === undefined && body["egress"] === undefined ? undefined : "it has rules"),
  each("aws_subnet", { name: "subnet-routes", controls: [], says: "every subnet has a route table of its own choice" }, ({ address }, configuration) => {
    const tables = ofType(configuration, "aws_route_table_association").filter(({ body }) => addressesIn(body["subnet_id"]).includes(address));
    return tables.length === 1 ? undefined : `it is associated with ${tables.length} route tables`;
  }),
  ...["aws_instance", "aws_autoscaling_group", "aws_db_subnet_group"].map((type) =>
    each(type, {
      name: `${type.replace("aws_", "").replaceAll("_", "-")}-subnets`, controls: type === "aws_db_subnet_group" ? ["RDS.46"] : ["EC2.9"],
      says: "what is not the edge stands in no public subnet",
    }, ({ body }, configuration) =>
      isPublic(configuration, addressesIn([body["subnet_id"], body["vpc_zone_identifier"], body["subnet_ids"]])) ? "one of its subnets is routed to the internet" : undefined),
  ),
  ...["aws_instance", "aws_autoscaling_group"].map((type) =>
    each(type, {
      name: `${type.replace("aws_", "").replaceAll("_", "-")}-way-out`, controls: [], says: "what fetches images and secrets finds its way to them",
    }, ({ body }, configuration) =>
      reachesOut(configuration, addressesIn([body["subnet_id"], body["vpc_zone_identifier"]])) ? undefined : "one of its subnets has no way out through a NAT gateway that has one"),
  ),
  ...ZONED.map(
    ([type, argument, ...controls]) =>
      each(type, { name: `${type.replace("aws_", "").replaceAll("_", "-")}-zones`, controls, says: "what may stand in every zone does, and in more than one" },
        ({ body }, configuration) => {
          const zones = new Set(ofType(configuration, "aws_subnet").map((subnet) => zoneOf(configuration, subnet.address)));
          const own = new Set(addressesIn(body[argument]).map((subnet) => zoneOf(configuration, subnet)));
          return own.size > 1 && (own.size === zones.size || zones.size === 0) ? undefined : `it is in ${own.size} of ${zones.size} zones`;
        })),
  each("aws_subnet", { name: "nat-zone", controls: [], says: "where every zone has a NAT gateway, each is used in its own" }, ({ address }, configuration) => {
    const gateways = ofType(configuration, "aws_nat_gateway");
    const tables = tablesOf(configuration, [address]);
    const used = ofType(configuration, "aws_route").filter((route) => addressesIn(route.body["route_table_id"]).some((table) => tables.includes(table)))
      .flatMap((route) => addressesIn(route.body["nat_gateway_id"]));
    const far = used.some((nat) => zoneOf(configuration, addressesIn(configuration.blocks.get(nat)?.body["subnet_id"])[0] ?? "") !== zoneOf(configuration, address));
    return gateways.length > 1 && far ? "its way out is in another zone" : undefined;
  }),
  each("aws_lb", {
    name: "load-balancer-subnets", controls: [], says: "a load balancer stands in public subnets where everyone may call it, and else in none",
  }, ({ body }, configuration) => {
    const subnets = addressesIn(body["subnets"]);
    const open = subnets.filter((subnet) => isPublic(configuration, [subnet])).length;
    if (body["internal"] === true) return open === 0 ? undefined : "it is internal, in public subnets";
    return open === subnets.length ? undefined : "some of its subnets have no way from the internet";
  }),
  each("aws_lb", { name: "load-balancer-apart", controls: [], says: "the network of databases holds nothing else" }, ({ body }, configuration) => {
    const data = ofType(configuration, "aws_db_subnet_group").flatMap((group) => addressesIn(group.body["subnet_ids"]));
    return addressesIn(body["subnets"]).some((subnet) => data.includes(subnet)) ? "one of its subnets is of databases" : undefined;
  }),
  each("aws_volume_attachment", { name: "volume-zone", controls: [], says: "a volume is where its machine is" }, ({ body }, { blocks }) => {
    const zone = addressesIn(blocks.get(addressesIn(body["volume_id"])[0] ?? "")?.body["availability_zone"]);
    const subnet = addressesIn(blocks.get(addressesIn(body["instance_id"])[0] ?? "")?.body["subnet_id"]);
    return zone.join() === subnet.join() ? undefined : "its volume is in another zone";
  }),
  each("aws_autoscaling_group", { name: "hosts-storage", controls: ["EC2.10"], says: "hosts reach S3 without the NAT gateway" }, ({ body }, configuration) => {
    const tables = tablesOf(configuration, addressesIn(body["vpc_zone_identifier"]));
    const endpoints = ofType(configuration, "aws_vpc_endpoint").filter((endpoint) => String(endpoint.body["service_name"]).endsWith(".s3"));
    const near = endpoints.flatMap((endpoint) => addressesIn(endpoint.body["route_table_ids"]));
    return tables.every((table) => near.includes(table)) ? undefined : "one of its subnets reaches S3 by way of the NAT gateway";
  }),
  each("aws_vpc_endpoint", { name: "endpoint-routes", controls: [], says: "hosts reach S3 without the NAT gateway" }, ({ body }) =>
    body["vpc_endpoint_type"] !== "Gateway" || addressesIn(body["route_table_ids"]).length > 0 ? undefined : "no route table has it"),
  each("aws_db_instance", { name: "database-subnets", controls: ["RDS.46"], says: "a database's network has no way out" }, ({ body }, configuration) => {
    const subnets = addressesIn(body["db_subnet_group_name"]).flatMap((group) => addressesIn(configuration.blocks.get(group)?.body["subnet_ids"]));
    const routes = ofType(configuration, "aws_route").flatMap((route) => addressesIn(route.body["route_table_id"]));
    const routed = tablesOf(configuration, subnets).some((table) => routes.includes(table));
    return subnets.length < 2 ? "it has fewer than two subnets" : routed ? "a route leads out of its subnets" : undefined;
  }),
  each("aws_route", { name: "route-target", controls: [], says: "a route leads everywhere by one gateway" }, ({ body }) => {
    const targets = TARGETS.filter((key) => body[key] !== undefined);
    return targets.length === 1 ? undefined : `it has ${targets.length} targets`;
  }),
];

const tablesOf = (configuration: Configuration, subnets: readonly string[]): readonly string[] =>
  ofType(configuration, "aws_route_table_association").filter(({ body }) => addressesIn(body["subnet_id"]).some((subnet) => subnets.includes(subnet)))
    .flatMap(({ body }) => addressesIn(body["route_table_id"]));

/** A subnet's zone as it is written; one that is not ours is a zone of its own. */
const zoneOf = ({ blocks }: Configuration, subnet: string): string => JSON.stringify(blocks.get(subnet)?.body["availability_zone"] ?? subnet);

/** Whether each of these subnets is routed to a NAT gateway that itself stands in a public subnet. */
function reachesOut(configuration: Configuration, subnets: readonly string[]): boolean {
  return subnets.every((subnet) => {
    const tables = tablesOf(configuration, [subnet]);
    return ofType(configuration, "aws_route").some(({ body }) => {
      const [nat] = addressesIn(body["nat_gateway_id"]);
      const stands = nat === undefined ? [] : addressesIn(asBody(configuration.blocks.get(nat)?.body)["subnet_id"]);
      const own = addressesIn(body["route_table_id"]).some((table) => tables.includes(table));
      return own && asList(body["destination_cidr_block"]).includes("0.0.0.0/0") && isPublic(configuration, stands);
    });
  });
}
