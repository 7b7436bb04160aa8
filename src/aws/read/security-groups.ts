import { contains, parseNetwork } from "../../kit/address.ts";
import { addressesIn, ofType, type Body, type Configuration } from "./configuration.ts";

/** Somebody outside: those who come from certain networks, or everyone who comes from none of them. */
export type Outsider = { readonly from: readonly string[] } | { readonly except: readonly string[] };

/** One security group rule that lets something through. */
export interface Opening {
  readonly address: string;
  readonly ports: string;
}

interface Rule {
  readonly address: string;
  readonly group: string | undefined;
  readonly peer: string | undefined;
  readonly cidr: string | undefined;
  readonly from: number;
  readonly to: number;
}

/** The rules of one direction, every protocol that TCP is part of. */
function rules(configuration: Configuration, direction: "ingress" | "egress"): readonly Rule[] {
  return ofType(configuration, `aws_vpc_security_group_${direction}_rule`)
    .filter(({ body }) => body["ip_protocol"] === "-1" || body["ip_protocol"] === "tcp")
    .map(({ address, body }) => ({
      address,
      group: addressesIn(body["security_group_id"])[0],
      peer: addressesIn(body["referenced_security_group_id"])[0],
      cidr: cidrOf(body),
      from: body["ip_protocol"] === "-1" ? 0 : Number(body["from_port"]),
      to: body["ip_protocol"] === "-1" ? 65_535 : Number(body["to_port"]),
    }));
}

function cidrOf(body: Body): string | undefined {
  const cidr = body["cidr_ipv4"] ?? body["cidr_ipv6"];
  return typeof cidr === "string" ? cidr : undefined;
}

const ports = ({ from, to }: Rule): string => (from === to ? String(from) : `${from}-${to}`);

/** The rule of these groups that admits an outsider to the port. Null for a port: any. */
export function admitsOutsider(
  configuration: Configuration, groups: readonly string[], outsider: Outsider, port: number | null,
): Opening | undefined {
  const found = rules(configuration, "ingress").find(
    (rule) => groups.includes(rule.group ?? "") && rule.cidr !== undefined && covers(rule, port) && meets(rule.cidr, outsider),
  );
  return found && { address: found.address, ports: ports(found) };
}

const covers = ({ from, to }: Rule, port: number | null): boolean => port === null || (from <= port && port <= to);

/** Addresses that nobody outside has. https://www.rfc-editor.org/rfc/rfc1918 */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** Whether some of these outsiders have an address in the block. */
export function meets(cidr: string, outsider: Outsider): boolean {
  if ("except" in outsider) return !within(cidr, [...outsider.except, ...PRIVATE]);
  return outsider.from.some((network) => overlap(cidr, network));
}

/** Whether all of them have. */
export function coversAll(cidrs: readonly string[], outsider: Outsider): boolean {
  return "except" in outsider ? cidrs.some((cidr) => cidr.endsWith("/0")) : outsider.from.every((network) => within(network, cidrs));
}

/** Whether two blocks have an address in common. */
function overlap(one: string, other: string): boolean {
  const [first, second] = [parseNetwork(one), parseNetwork(other)];
  return first !== undefined && second !== undefined && (contains(first, second) || contains(second, first));
}

/** Whether all of a block's addresses are in one of the others. */
function within(inner: string, outers: readonly string[]): boolean {
  const block = parseNetwork(inner);
  return block !== undefined && outers.some((outer) => {
    const around = parseNetwork(outer);
    return around !== undefined && contains(around, block);
  });
}

/** The rule that lets members of one set of groups reach those of another on the port, when the way out is open too. */
export function admitsGroup(
  configuration: Configuration, from: readonly string[], to: readonly string[], port: number | null,
): Opening | undefined {
  const joins = (own: readonly string[], others: readonly string[]) => (rule: Rule) =>
    own.includes(rule.group ?? "") && covers(rule, port) && (rule.peer === undefined ? rule.cidr !== undefined : others.includes(rule.peer));
  const inward = rules(configuration, "ingress").find(joins(to, from));
  const outward = rules(configuration, "egress").find(joins(from, to));
  return inward && outward && { address: inward.address, ports: ports(inward) };
}

/** Whether some subnet of these is routed to the internet, so that what is in it may be called from there. */
export function isPublic(configuration: Configuration, subnets: readonly string[]): boolean {
  const outward = ofType(configuration, "aws_route").filter(({ body }) => body["gateway_id"] !== undefined);
  const gateways = outward.map(({ body }) => addressesIn(body["route_table_id"])[0]);
  return ofType(configuration, "aws_route_table_association").some(
    ({ body }) => subnets.includes(addressesIn(body["subnet_id"])[0] ?? "") && gateways.includes(addressesIn(body["route_table_id"])[0]),
  );
}
