import { Failure } from "../../kit/failure.ts";
import type { Environment } from "../../model/model.ts";
import type { Audience, Endpoint, Service } from "../../model/service.ts";
import { anySpelling } from "../../model/spelling.ts";
import { slots } from "./names.ts";

/** One rule of the HTTPS listener: who asks for what, and what they get. */
export interface ListenerRule {
  /** The rule's place among those of its service, from 1: part of its address, so that no rule ever changes its priority. */
  readonly ordinal: number;
  readonly priority: number;
  readonly path: PathCondition | null;
  /** CIDR blocks; null: everyone. */
  readonly sources: readonly string[] | null;
  readonly action: "forward" | "refuse";
}

/** A path with `*` for any text, as it is written; or a regular expression for all its spellings. */
export type PathCondition = { readonly pattern: string } | { readonly expression: string };

/**
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html; values are those of all
 * conditions of a rule. Of one condition's: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 */
const LIMITS = { values: 5, valuesOfOne: 3, rules: 100, priority: 50_000 } as const;
/** Priorities of one service. The first block is the edge's own, which has one rule in it. */
const BLOCK = 100;
const OWN_RULES = 1;

type Draft = Pick<ListenerRule, "path" | "sources" | "action">;

/** The listener rules of every service that can be called, by its name. The first that matches decides. */
export function listenerRules(environment: Environment): ReadonlyMap<string, readonly ListenerRule[]> {
  const called = environment.services.filter(({ endpoint }) => endpoint !== null);
  const starts = priorityBlocks(called.map(({ name }) => name));
  const rules = new Map(called.map((service) => [service.name, numbered(drafts(environment, service), starts.get(service.name) ?? 0)]));
  for (const entrance of ["open", "closed"] as const) {
    checkCount(environment.name, called.filter(({ endpoint }) => endpoint?.entrance === entrance).map(({ name }) => rules.get(name) ?? []));
  }
  return rules;
}

/** Throws where the services behind one load balancer have more rules than it takes. */
function checkCount(environment: string, rules: readonly (readonly ListenerRule[])[]): void {
  const count = rules.reduce((sum, { length }) => sum + length, OWN_RULES);
  if (count <= LIMITS.rules) return;
  throw new Failure("usage", `the edge of ${environment} needs ${count} listener rules: a load balancer takes ${LIMITS.rules}`, {
    hint: "write fewer path rules, or the teams' networks as fewer, larger blocks",
  });
}

const numbered = (list: readonly Draft[], start: number): readonly ListenerRule[] =>
  list.map((draft, index) => ({ ...draft, ordinal: index + 1, priority: start + index + 1 }));

function drafts(environment: Environment, { endpoint }: Service): readonly Draft[] {
  if (endpoint === null) return [];
  return [...endpoint.paths, whole(endpoint)].flatMap(({ pattern, reachableBy }) => audienceRules(environment, pattern, reachableBy));
}

const whole = ({ reachableBy }: Endpoint): { pattern: string | null; reachableBy: Audience } => ({ pattern: null, reachableBy });

/**
 * Those who may are forwarded; whoever is left gets 403 here, before a later and wider rule can let them in. A load
 * balancer tells capitals from small letters and many a service does not, so a refusal is for all spellings of a path.
 */
function audienceRules(environment: Environment, pattern: string | null, audience: Audience): readonly Draft[] {
  const path = pattern === null ? null : { pattern };
  if (audience === "public") return [{ path, sources: null, action: "forward" }];
  const room = Math.min(LIMITS.valuesOfOne, LIMITS.values - 1 - (path === null ? 0 : 1));
  const forward = chunks(addressesOf(environment, audience), room).map((sources): Draft => ({ path, sources, action: "forward" }));
  const spellings = pattern === null ? [] : [{ expression: anySpelling(pattern) }];
  return [...forward, ...[path, ...spellings].map((refused): Draft => ({ path: refused, sources: null, action: "refuse" }))];
}

/** The networks of these teams, each once. */
export function addressesOf({ teams }: Environment, names: readonly string[]): readonly string[] {
  return [...new Set(teams.filter(({ name }) => names.includes(name)).flatMap(({ addresses }) => addresses))];
}

function chunks<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_nothing, index) => list.slice(index * size, (index + 1) * size));
}

/** A block of priorities for each service: one that is added or moved does not renumber the others. */
function priorityBlocks(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...slots(names, LIMITS.priority / BLOCK - 1)].map(([name, slot]) => [name, (slot + 1) * BLOCK]));
}
