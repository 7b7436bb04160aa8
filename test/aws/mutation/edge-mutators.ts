import { asBody, asList, texts, type Body } from "../../../src/aws/read/configuration.ts";
import { changed, leaves, named, type Mutant, type Mutator, type Path } from "./mutant.ts";
import { dotted } from "./mutators.ts";

/** A rule of a security group: wider in each way. */
export const widened: Mutator = ({ address, body }, all) => {
  const { cidr_ipv4, cidr_ipv6: _cidr, referenced_security_group_id: peer, ...rest } = body;
  const open = cidr_ipv4 === "0.0.0.0/0";
  const every = body["ip_protocol"] === "-1";
  const others = all.filter(({ type, address: other }) => type === "aws_security_group" && !String(peer).includes(`${other}.`) && !String(body["security_group_id"]).includes(`${other}.`));
  const mutants: readonly (readonly [string, Body])[] = [
    ...(open ? [] : [["from everywhere", { ...rest, cidr_ipv4: "0.0.0.0/0" }] as const, ["from all IPv6", { ...rest, cidr_ipv6: "::/0" }] as const, ["from the whole network", { ...rest, cidr_ipv4: "10.0.0.0/8" }] as const]),
    ...(every ? [] : [
      ["all ports", { ...body, from_port: 0, to_port: 65_535 }] as const,
      ["one port more", { ...body, to_port: Number(body["to_port"]) + 1 }] as const,
      ["all protocols", { ...changed(changed(body, ["from_port"], undefined), ["to_port"], undefined), ip_protocol: "-1" }] as const,
    ]),
    ...(peer === undefined ? [] : others.slice(0, 3).map(({ address: other }) => [`about ${other}`, { ...body, referenced_security_group_id: `\${${other}.id}` }] as const)),
    ...(peer === undefined ? [] : [["about everyone too", { ...body, cidr_ipv4: "0.0.0.0/0" }] as const]),
    ...others.slice(0, 3).map(({ address: other }) => [`of ${other}`, { ...body, security_group_id: `\${${other}.id}` }] as const),
  ];
  return mutants.map(([what, mutated]): Mutant => ({ at: address, what, body: mutated }));
};

/** A rule of the load balancer: without a condition, with a wider one, doing the other thing, later or sooner. */
export const listenerRule: Mutator = ({ address, body }, all) => {
  const conditions = asList(body["condition"]);
  const group = all.find(({ type }) => type === "aws_lb_target_group");
  const forwards = asList(body["action"]).map(asBody).some(({ type }) => type === "forward");
  // Among those that ask for the same host, or for none: the order of others says nothing.
  const host = (rule: Body): string => JSON.stringify(asList(rule["condition"]).map(asBody).flatMap(({ host_header }) => asList(host_header)));
  const priorities = all.filter((rule) => rule.type === "aws_lb_listener_rule" && (host(body) === "[]" || host(rule.body) === "[]" || host(rule.body) === host(body))).map((rule) => Number(rule.body["priority"]));
  const wider = (index: number, kind: string): readonly (readonly [string, Body])[] => {
    const value = asBody(asBody(conditions[index])[kind]);
    const any = kind === "source_ip" ? ["0.0.0.0/0"] : kind === "path_pattern" ? ["/*"] : ["*"];
    const less = (key: "values" | "regex_values") => (texts(value[key]).length > 1 ? texts(value[key]).map((each) => [`${kind} without ${each}`, changed(body, ["condition", index, kind, key], texts(value[key]).filter((other) => other !== each))] as const) : []);
    return [
      [`${kind} is ${any[0]}`, changed(body, ["condition", index, kind], { values: any })],
      [`${kind} is another`, changed(body, ["condition", index, kind], { values: kind === "source_ip" ? ["192.0.2.0/24"] : ["/other", "other.example"].slice(kind === "path_pattern" ? 0 : 1).slice(0, 1) })],
      ...less("values"), ...less("regex_values"),
    ];
  };
  const mutants: readonly (readonly [string, Body])[] = [
    ...conditions.flatMap((condition, index) => [
      ...(conditions.length > 1 ? [[`without ${Object.keys(asBody(condition)).join()}`, changed(body, ["condition", index], undefined)] as const] : []),
      ...Object.keys(asBody(condition)).flatMap((kind) => wider(index, kind)),
    ]),
    forwards
      ? ["refuses", { ...body, action: [{ type: "fixed-response", fixed_response: { content_type: "text/plain", status_code: "403" } }] }]
      : ["forwards", { ...body, action: [{ type: "forward", target_group_arn: `\${${group?.address ?? ""}.arn}` }] }],
    ...(Number(body["priority"]) === Math.max(...priorities) ? [] : [["comes last", { ...body, priority: Math.max(...priorities) + 1 }] as const]),
    ...(Number(body["priority"]) === Math.min(...priorities) ? [] : [["comes first", { ...body, priority: Math.min(...priorities) - 0.5 }] as const]),
  ];
  return mutants.map(([what, mutated]): Mutant => ({ at: address, what, body: mutated }));
};

/** A firewall: each rule gone, only counting, or with any word, number or part of its statement changed. */
export const firewall: Mutator = ({ address, body }) => {
  const allows = asBody(body["default_action"])["allow"] !== undefined;
  const rules = asList(body["rule"]).map(asBody);
  const mutant = (what: string, mutated: Body): Mutant => ({ at: address, what, body: mutated });
  return [
    mutant("no rules", { ...body, rule: [] }),
    ...(rules.length > 1 ? [mutant("all rules at one place", { ...body, rule: rules.map((rule) => ({ ...rule, priority: 1 })) })] : []),
    mutant(allows ? "blocks what no rule does" : "allows what no rule does", { ...body, default_action: allows ? { block: {} } : { allow: {} } }),
    ...rules.flatMap((rule, index) => {
      const at: Path = ["rule", index];
      const name = String(rule["name"]);
      const decides = rule["action"] !== undefined;
      return [
        mutant(`${name} removed`, changed(body, at, undefined)),
        mutant(`${name} only counts`, decides ? changed(body, [...at, "action"], { count: {} }) : changed(body, [...at, "override_action"], { count: {} })),
        ...(decides ? [mutant(`${name} allows`, changed(body, [...at, "action"], { allow: {} }))] : []),
        ...statements(rule["statement"], [...at, "statement"]).map(([what, path, value]) => mutant(`${name}: ${what}`, changed(body, path, value))),
      ];
    }),
  ];
};

/** Changes of a statement: parts of lists gone, words and numbers others. */
function statements(statement: unknown, at: Path): readonly (readonly [what: string, path: Path, value: unknown])[] {
  const lists = (["statement", "text_transformation"] as const).flatMap((name) =>
    named(statement, name, at).flatMap(({ path, value }) => (Array.isArray(value) && value.length > 1 ? value.map((_each, index) => [`${dotted(path.slice(at.length))}[${index}] gone`, [...path, index], undefined] as const) : [])));
  const scopes = named(statement, "scope_down_statement", at).map(({ path }) => ["scope_down_statement gone", path, undefined] as const);
  // Which of AWS's own rules only count is a judgement about honest requests, which no rule can make.
  const words = leaves(statement, at).filter(({ path }) => path.at(-1) !== "priority" && !path.includes("rule_action_override")).flatMap(({ path, value }): readonly (readonly [string, Path, unknown])[] => {
    const where = dotted(path.slice(at.length));
    if (typeof value === "number") return [[`${where} is ${value * 10}`, path, value * 10]];
    return typeof value === "string" ? [[`${where} is another`, path, OTHERS[value] ?? (value.includes("${") ? "arn:aws:wafv2:region:1:regional/ipset/other/1" : `${value}x`)]] : [];
  });
  return [...lists, ...scopes, ...words];
}

/** Values of which there are only some. */
const OTHERS: Readonly<Record<string, string>> = {
  EXACTLY: "CONTAINS", STARTS_WITH: "ENDS_WITH", CONTAINS: "EXACTLY", IP: "FORWARDED_IP", URL_DECODE: "NONE", NORMALIZE_PATH: "NONE", LOWERCASE: "NONE", AWS: "Other",
};

/** A set of networks: each gone, and one that is nearly everything. */
export const addressSet: Mutator = ({ address, body }) => [
  ...texts(body["addresses"]).map((each): Mutant => ({ at: address, what: `without ${each}`, body: { ...body, addresses: texts(body["addresses"]).filter((other) => other !== each) } })),
  { at: address, what: "half of all addresses", body: { ...body, addresses: [...texts(body["addresses"]), "128.0.0.0/1"] } },
];
