import { addressesIn, blocksIn, ofType, texts, type Body, type Configuration, type WrittenBlock } from "./configuration.ts";
import { nodeOf, securityGroupsOf } from "./service.ts";

/** What one node of the network may send another, as the rules of both have it: the sender's way out and the receiver's way in. */
export interface Way {
  /** `hosts:general`, `balancer:edge`, `database:mysql`; a block of addresses that is somewhere outside. */
  readonly from: string;
  readonly to: string;
  /** `tcp 443`, `tcp 40000-40999`, `all` */
  readonly ports: string;
  /** Address of the rule that lets it in, or out where it leaves. */
  readonly because: string;
}

export interface Network {
  readonly ways: readonly Way[];
  /** Rules that nothing on the other side answers, or not all of which is answered, and groups that nothing wears. */
  readonly useless: readonly string[];
}

/**
 * Who may send what to whom by security groups, read from one Terraform directory. What shares a group is one node, named
 * by what wears it.
 */
export function readNetwork(configuration: Configuration): Network {
  const nodes = nodesOf(configuration);
  const name = (group: string | undefined): string => nodes.get(group ?? "") ?? `unworn:${group ?? "nothing"}`;
  const [inward, outward] = [rulesOf(configuration, "ingress"), rulesOf(configuration, "egress")];
  const used = new Set<string>();
  const pairs = inward.flatMap((enter): readonly Way[] => {
    if (enter.peer === undefined) {
      used.add(enter.address);
      return [{ from: enter.cidr ?? "nothing", to: name(enter.group), ports: portsText(enter), because: enter.address }];
    }
    return outward.flatMap((leave): readonly Way[] => {
      const towards = leave.peer === undefined ? leave.cidr === "0.0.0.0/0" : leave.peer === enter.group;
      const shared = leave.group === enter.peer && towards ? common(enter, leave) : undefined;
      if (shared === undefined) return [];
      if (leave.peer === undefined || portsText(enter) === portsText(leave)) used.add(enter.address).add(leave.address);
      return [{ from: name(enter.peer), to: name(enter.group), ports: portsText(shared), because: enter.address }];
    });
  });
  const leaving = outward.filter(({ peer }) => peer === undefined).map((leave): Way => {
    used.add(leave.address);
    return { from: name(leave.group), to: leave.cidr ?? "nothing", ports: portsText(leave), because: leave.address };
  });
  const idle = [...inward, ...outward].filter(({ address }) => !used.has(address)).map(({ address }) => address);
  const unworn = ofType(configuration, "aws_security_group").filter(({ address }) => !nodes.has(address)).map(({ address }) => address);
  return { ways: [...pairs, ...leaving], useless: [...idle, ...unworn] };
}

interface Rule extends Ports {
  readonly address: string;
  readonly group: string | undefined;
  readonly peer: string | undefined;
  readonly cidr: string | undefined;
}

interface Ports {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
}

function rulesOf(configuration: Configuration, direction: "ingress" | "egress"): readonly Rule[] {
  return ofType(configuration, `aws_vpc_security_group_${direction}_rule`).map(({ address, body }) => ({
    address,
    group: addressesIn(body["security_group_id"])[0],
    peer: addressesIn(body["referenced_security_group_id"])[0],
    cidr: [...texts(body["cidr_ipv4"]), ...texts(body["cidr_ipv6"]), ...texts(body["prefix_list_id"])][0],
    ...portsOf(body),
  }));
}

function portsOf(body: Body): Ports {
  const protocol = String(body["ip_protocol"]);
  return protocol === "-1" ? { protocol, from: 0, to: 65_535 } : { protocol, from: Number(body["from_port"]), to: Number(body["to_port"]) };
}

/** What both let through. */
function common(one: Ports, other: Ports): Ports | undefined {
  if (one.protocol !== other.protocol && one.protocol !== "-1" && other.protocol !== "-1") return undefined;
  const shared = { protocol: one.protocol === "-1" ? other.protocol : one.protocol, from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) };
  return shared.from <= shared.to ? shared : undefined;
}

const portsText = ({ protocol, from, to }: Ports): string => (protocol === "-1" ? "all" : `${protocol} ${from === to ? from : `${from}-${to}`}`);

/** What wears a group, by the group's address. */
function nodesOf(configuration: Configuration): ReadonlyMap<string, string> {
  const worn = (type: string, argument: string, node: (block: WrittenBlock) => string) =>
    ofType(configuration, type).flatMap((block) => addressesIn(block.body[argument]).map((group) => [group, node(block)] as const));
  const hosts = ofType(configuration, "aws_autoscaling_group").flatMap((block) =>
    blocksIn(configuration, block.body["launch_template"]).flatMap(({ body }) => securityGroupsOf(body)).map((group) => [group, `hosts:${block.name}`] as const));
  const all = [
    ...worn("aws_lb", "security_groups", ({ name }) => `balancer:${name}`),
    ...worn("aws_db_instance", "vpc_security_group_ids", (block) => nodeOf(block, "database")),
    ...worn("aws_instance", "vpc_security_group_ids", (block) => nodeOf(block, "instance")),
    ...worn("aws_lambda_function", "vpc_config", (block) => nodeOf(block, "function")),
    ...worn("aws_vpc_endpoint", "security_group_ids", (block) => nodeOf(block, "endpoint")),
    ...hosts,
  ];
  const names = new Map<string, string[]>();
  for (const [group, node] of all) names.set(group, [...(names.get(group) ?? []), node]);
  return new Map([...names].map(([group, list]) => [group, [...new Set(list)].sort().join("+")]));
}
