import { asBody, asList, texts, type Body } from "./configuration.ts";

/** A rule of a security group that is there, though nobody wrote it. An apply leaves it: rules are resources of their own, and this one is none. */
export interface StrangeRule {
  /** The group's address. */
  readonly address: string;
  /** `ingress tcp 22 from 0.0.0.0/0` */
  readonly rule: string;
}

const DIRECTIONS = ["ingress", "egress"] as const;
type Direction = (typeof DIRECTIONS)[number];

/** Rules in a plan's view of what is there, of groups whose rules are written as resources, that none of these resources stands for. */
export function strangeRules(shown: Body, writes: (address: string, argument: string) => boolean): readonly StrangeRule[] {
  const values = asBody(asBody(shown["prior_state"])["values"]);
  const resources = asList(asBody(values["root_module"])["resources"]).map(asBody);
  const groups = resources.filter(({ type }) => type === "aws_security_group");
  return groups.flatMap((group) => {
    const address = String(group["address"]);
    return DIRECTIONS.filter((direction) => !writes(address, direction)).flatMap((direction) => {
      const own = asBody(group["values"]);
      const known = new Set(resources.filter(({ type }) => type === `aws_vpc_security_group_${direction}_rule`).flatMap((rule) => written(asBody(rule["values"]), String(own["id"]))));
      return asList(own[direction]).flatMap((one) => present(asBody(one))).filter((rule) => !known.has(rule)).map((rule) => ({ address, rule: spoken(direction, rule) }));
    });
  });
}

/** What a rule's resource says, if it is of this group. */
function written(rule: Body, group: string): readonly string[] {
  if (rule["security_group_id"] !== group) return [];
  const source = ["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"].map((name) => rule[name]).find((value) => typeof value === "string");
  return typeof source === "string" ? [key(rule["ip_protocol"], rule["from_port"], rule["to_port"], source === group ? SELF : source.replace(/^\d{12}\//, ""))] : [];
}

const SELF = "itself";

/** What a group says of one entry: each of its sources is a rule. Groups of other accounts are written with the account before them. */
function present(entry: Body): readonly string[] {
  const sources = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"].flatMap((name) => texts(entry[name])).map((source) => source.replace(/^\d{12}\//, ""));
  return [...sources, ...(entry["self"] === true ? [SELF] : [])].map((source) => key(entry["protocol"], entry["from_port"], entry["to_port"], source));
}

/** All protocols have no ports, which the one writes as nothing and the other as 0. */
function key(protocol: unknown, from: unknown, to: unknown, source: string): string {
  const name = String(protocol);
  return JSON.stringify(name === "-1" ? [name, null, null, source] : [name, Number(from), Number(to), source]);
}

function spoken(direction: Direction, rule: string): string {
  const [protocol, from, to, source] = JSON.parse(rule) as readonly [string, number | null, number | null, string];
  const ports = from === null ? "everything" : `${protocol} ${from === to ? from : `${from}-${to}`}`;
  return `${direction} ${ports} ${direction === "ingress" ? "from" : "to"} ${source}`;
}
