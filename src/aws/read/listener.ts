import { addressesIn, asBody, asList, ofType, texts, type Body, type Configuration } from "./configuration.ts";
import { coversAll, meets, type Outsider } from "./security-groups.ts";

/** A listener's rule, as far as it decides who gets where. */
interface Rule {
  readonly address: string;
  readonly priority: number;
  readonly listener: string | undefined;
  /** Undefined: any. */
  readonly hosts: readonly string[] | undefined;
  readonly paths: readonly string[] | undefined;
  readonly sources: readonly string[] | undefined;
  /** The rule asks for more than these, so it may not match where they do. */
  readonly narrower: boolean;
  /** Target group that it forwards to. */
  readonly target: string | undefined;
}

/** A rule that takes a request of somebody's to a target group. */
export interface Forwarding {
  readonly rule: string;
  readonly listener: string;
  /** Patterns in which `*` stands for any text; undefined: any. */
  readonly hosts: readonly string[] | undefined;
  readonly paths: readonly string[] | undefined;
}

/**
 * Finds the rules by which an outsider's requests reach a target group: those that no earlier rule keeps them from. Rules
 * are looked at as wholes: an earlier one is in the way when it takes every request that the later one would.
 */
export function forwardings(configuration: Configuration, target: string, outsider: Outsider): readonly Forwarding[] {
  const rules = readRules(configuration);
  return rules.flatMap((rule) => {
    const { address, listener, hosts, paths } = rule;
    if (rule.target !== target || listener === undefined || !mayMatch(rule, outsider)) return [];
    const earlier = rules.filter((other) => other.listener === listener && other.priority < rule.priority);
    return earlier.some((other) => takesAll(other, rule, outsider)) ? [] : [{ rule: address, listener, hosts, paths }];
  });
}

function readRules(configuration: Configuration): readonly Rule[] {
  const written = ofType(configuration, "aws_lb_listener_rule").map(({ address, body }) => readRule(address, body));
  const defaults = ofType(configuration, "aws_lb_listener").map(({ address, body }): Rule => ({
    ...EVERYTHING, address: `${address} (default action)`, listener: address, target: targetOf(body["default_action"]),
  }));
  return [...written, ...defaults].sort((one, other) => one.priority - other.priority);
}

const EVERYTHING = { priority: Number.POSITIVE_INFINITY, hosts: undefined, paths: undefined, sources: undefined, narrower: false } as const;

function readRule(address: string, body: Body): Rule {
  const conditions = asList(body["condition"]).map(asBody);
  const values = (kind: string): readonly string[] | undefined => {
    const blocks = conditions.flatMap((condition) => asList(condition[kind]).map(asBody));
    return blocks.length === 0 ? undefined : blocks.flatMap((block) => texts(block["values"]));
  };
  return {
    address,
    priority: Number(body["priority"]),
    listener: addressesIn(body["listener_arn"])[0],
    hosts: values("host_header"),
    paths: values("path_pattern"),
    sources: values("source_ip"),
    narrower: conditions.flatMap(Object.entries).some(([kind, value]) => !KNOWN.includes(kind) || asList(value).some(hasExpressions)),
    target: targetOf(body["action"]),
  };
}

/** The conditions that we understand, when they are written as values. */
const KNOWN = ["host_header", "path_pattern", "source_ip"];
const hasExpressions = (condition: unknown): boolean => asBody(condition)["regex_values"] !== undefined;

function targetOf(actions: unknown): string | undefined {
  return asList(actions).map(asBody).filter(({ type }) => type === "forward").flatMap((action) => addressesIn(action))[0];
}

/** Whether some of these outsiders meet the rule's sources. */
const mayMatch = ({ sources }: Rule, outsider: Outsider): boolean => sources?.some((source) => meets(source, outsider)) ?? true;

/** Whether the earlier rule leaves the later one nothing of this outsider's requests. */
function takesAll(earlier: Rule, later: Rule, outsider: Outsider): boolean {
  const everyone = earlier.sources === undefined || coversAll(earlier.sources, outsider);
  return everyone && !earlier.narrower && wider(earlier.hosts, later.hosts) && wider(earlier.paths, later.paths);
}

/** Whether patterns match all that others match: they are any, or hold every one of those, or a `*` for all. */
function wider(patterns: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  if (patterns === undefined || patterns.some((pattern) => pattern === "*" || pattern === "/*")) return true;
  return others !== undefined && others.every((other) => patterns.some((pattern) => matches(pattern, other)));
}

/** Whether a pattern with `*` matches a text; a pattern as the text stands for all that it matches, nearly enough. */
function matches(pattern: string, text: string): boolean {
  const literal = pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`).test(text);
}
