import type { ServiceDefinition } from "../../definition/service.ts";
import type { Audience, Endpoint, PathRule } from "../service.ts";
import { anySpelling, LONGEST_EXPRESSION } from "../spelling.ts";
import { patternOf, urlPath } from "./path.ts";
import type { Place } from "./place.ts";
import { distinct, entries, isRecord, nameOf, oneOf, optional, port, type Fields, type Reader } from "./read.ts";
import { hostLabel } from "./host.ts";
import type { Scope } from "./scope.ts";

/** The fields that say how a service is called; null is not written, and so can be told from its default. */
export const endpointFields = (scope: Scope) => ({
  host: optional(hostLabel, null),
  reachableBy: optional(audience(scope), null),
  paths: optional(pathRules(scope), null),
  port: optional(port, null),
  health: optional(urlPath, null),
  entrance: optional(oneOf<Endpoint["entrance"]>(["open", "closed"], "entrance"), null),
}) satisfies Fields<Pick<ServiceDefinition, "host" | "reachableBy" | "paths" | "port" | "health" | "entrance">>;

export const DEFAULT_PORT = 8_080;

interface EndpointRead {
  readonly reachableBy: Audience | null;
  readonly paths: readonly PathRule[] | null;
  readonly port: number | null;
  readonly health: string | null;
  readonly entrance: Endpoint["entrance"] | null;
}

export function endpoint(host: string, { reachableBy, paths, port, health, entrance }: EndpointRead): Endpoint {
  return { host, port: port ?? DEFAULT_PORT, health: health ?? "/", entrance: entrance ?? "open", reachableBy: reachableBy ?? "public", paths: paths ?? [] };
}

/** Tells of fields that say how a service without a host is called. */
export function checkNeedsHost(read: { readonly [Name in keyof EndpointRead]: EndpointRead[Name] | undefined }, at: Place): void {
  for (const name of ["reachableBy", "paths", "port", "health", "entrance"] as const) {
    if (read[name] !== null) at.field(name).error("needs-host", `"${name}" has no meaning: without a host, nobody can call this service`, `add host: "...", or take ${name} out`);
  }
}

/** Tells where everyone is to come through an entrance that only teams can connect to. */
export function checkEntrance({ entrance, reachableBy, paths }: { readonly [Name in keyof EndpointRead]: EndpointRead[Name] | undefined }, at: Place): void {
  if (entrance !== "closed" || reachableBy === undefined || paths === undefined) return;
  const open = paths?.find((rule) => rule.reachableBy === "public");
  const says = open ? `paths lets everyone come to ${open.pattern}` : reachableBy === null ? "reachableBy is not written, so everyone may call it" : "everyone may call it";
  if (!open && reachableBy !== null && reachableBy !== "public") return;
  at.field("entrance").error("bad-entrance", `only teams can connect to a closed entrance, but ${says}`, "name the teams in reachableBy and paths, or take entrance out");
}

function audience(scope: Scope): Reader<Audience> {
  const team = nameOf("team", scope.teams);
  const one: Reader<string> = (value, at) => {
    if (value === "public") return at.error("unknown-name", '"public" is everyone, so it stands alone', 'write reachableBy: "public"');
    if (value === "nobody") return at.error("unknown-name", '"nobody" is for paths; here an empty list says it', "write reachableBy: [], or take the host out");
    return team(value, at);
  };
  const teams = distinct(one, (name) => name);
  return (value, at) => {
    if (value === "public") return "public";
    if (Array.isArray(value)) return teams(value, at);
    const name = one(value, at);
    return name === undefined ? undefined : [name];
  };
}

function pathRules(scope: Scope): Reader<readonly PathRule[]> {
  return (value, at) => {
    const written = entries(value, at, "paths") ?? [];
    written.forEach(([pattern], index) => {
      const [earlier] = written.slice(0, index).find(([other]) => covers(other, pattern)) ?? [];
      if (earlier !== undefined) at.field(pattern).error("unreachable-path", `this rule never decides: ${earlier} stands before it and matches the same`, "put it first, or take it out");
    });
    const rules = written.map(([pattern, who]) => pathRule(pattern, who, scope, at.field(pattern)));
    return isRecord(value) && rules.every((rule) => rule !== undefined) ? rules : undefined;
  };
}

function pathRule(pattern: string, who: unknown, scope: Scope, at: Place): PathRule | undefined {
  const read = patternOf(pattern, at);
  const reachableBy = pathAudience(scope)(who, at);
  if (reachableBy === undefined || read === undefined) return undefined;
  return checkTaken(read, reachableBy, at) ? { pattern: read, reachableBy } : undefined;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html, condition wildcards per rule */
const MOST_WILDCARDS = 5;

/** Whether a load balancer takes a rule for the pattern, and one that refuses it in all its spellings. */
function checkTaken(pattern: string, reachableBy: Audience, at: Place): boolean {
  const wildcards = pattern.split("*").length - 1;
  if (wildcards > MOST_WILDCARDS) at.error("bad-path", `the pattern has ${wildcards} of *: a load balancer's rule takes ${MOST_WILDCARDS}`, "write fewer: one stands for any text, / included");
  const { length } = anySpelling(pattern);
  const tooLong = reachableBy !== "public" && length > LONGEST_EXPRESSION;
  if (tooLong) at.error("bad-path", `the pattern cannot be refused in all its spellings: a load balancer's rule takes ${LONGEST_EXPRESSION} characters, and this needs ${length}`, "shorten it: a few letters and * often say the same");
  return wildcards <= MOST_WILDCARDS && !tooLong;
}

function pathAudience(scope: Scope): Reader<Audience> {
  const team = nameOf("team", scope.teams);
  return (value, at) => {
    if (value === "public") return "public";
    if (value === "nobody") return [];
    const name = team(value, at);
    return name === undefined ? undefined : [name];
  };
}

/** Whether every path that the inner pattern matches, the outer one does too; `*` of the inner is met by `*` only. */
function covers(outer: string, inner: string): boolean {
  const [first = "", ...others] = outer.split("*");
  const last = others.pop();
  if (last === undefined) return outer === inner;
  if (!inner.startsWith(first) || !inner.endsWith(last) || inner.length < first.length + last.length) return false;
  let from = first.length;
  for (const middle of others) {
    const at = inner.indexOf(middle, from);
    if (at < 0) return false;
    from = at + middle.length;
  }
  return from <= inner.length - last.length;
}
