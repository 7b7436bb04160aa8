import type { Audience, Endpoint } from "../../model/service.ts";
import type { Team } from "../../model/team.ts";
import type { Wafv2WebAcl_Rule_Statement_AndStatement_Statement as Leaf, Wafv2WebAcl_Rule_Statement } from "../schema/types.ts";
import { resource, type Block, type Text } from "../terraform.ts";
import { pathStatement } from "./firewall-path.ts";
import { fullHost, type Place } from "./place.ts";

/** The networks of teams, as a web ACL knows them. */
export interface TeamSets {
  readonly blocks: readonly Block[];
  /** Addresses of the sets of each team, IPv4 and IPv6 apart. */
  readonly byTeam: ReadonlyMap<string, readonly Text[]>;
}

/** Sets for these teams. */
export function teamSets(place: Place, names: ReadonlySet<string>): TeamSets {
  const sets = place.environment.teams.filter(({ name }) => names.has(name)).map((team) => ({ name: team.name, sets: setsOf(place, team) }));
  return {
    blocks: sets.flatMap(({ sets: each }) => each),
    byTeam: new Map(sets.map(({ name, sets: each }) => [name, each.map((set) => set.of("arn"))])),
  };
}

/** A set holds addresses of one version. One that is given up goes only after the rules that named it. */
function setsOf(place: Place, { name, addresses }: Team) {
  const versions = [["IPV4", addresses.filter((cidr) => !cidr.includes(":"))], ["IPV6", addresses.filter((cidr) => cidr.includes(":"))]] as const;
  return versions.filter(([, list]) => list.length > 0).map(([ip_address_version, list]) =>
    resource(
      "aws_wafv2_ip_set", `team_${name}_${ip_address_version.toLowerCase()}`,
      { name: `${place.prefix}-${name}-${ip_address_version.toLowerCase()}`, scope: "REGIONAL", ip_address_version, addresses: list },
      { lifecycle: { create_before_destroy: true } },
    ),
  );
}

/** Requests of which somebody is to be refused: to a host's paths, or to all of it but some paths. */
interface Closed {
  /** The pattern, or none: the whole host. */
  readonly pattern: string | null;
  /** Others may come to these. */
  readonly except: readonly string[];
  readonly audience: readonly string[];
}

/** One refusal: whom no rule of the service admits. */
export interface Refusal {
  readonly name: string;
  readonly statement: Wafv2WebAcl_Rule_Statement;
}

/** The teams that some service tells from the world. */
export function toldTeams({ environment }: Place): ReadonlySet<string> {
  return new Set(environment.services.flatMap(({ endpoint }) => (endpoint ? closedOf(endpoint) : [])).flatMap(({ audience }) => audience));
}

/**
 * What the listener's rules refuse, refused here as well, so that a mistake in one of the two opens nothing. Nobody is let
 * in before his time: who is admitted here still meets every other rule.
 */
export function accessRefusals(place: Place, { byTeam }: TeamSets): readonly Refusal[] {
  return place.environment.services.flatMap(({ name, endpoint }) => {
    if (endpoint === null) return [];
    const host = hostStatement(fullHost(place, endpoint.host));
    return closedOf(endpoint).map((closed, index) => ({ name: `access-${name}-${index + 1}`, statement: all([host, ...leaves(closed, byTeam)]) }));
  });
}

/** However it is spelt: in capitals, with a port or a dot at its end. What begins with it and is longer is no host of the platform. */
const hostStatement = (host: string): Leaf => ({
  byte_match_statement: {
    field_to_match: { single_header: { name: "host" } },
    text_transformation: [{ priority: 0, type: "LOWERCASE" }],
    search_string: host,
    positional_constraint: "STARTS_WITH",
  },
});

function leaves({ pattern, except, audience }: Closed, byTeam: TeamSets["byTeam"]): readonly Leaf[] {
  const sets = audience.flatMap((team) => byTeam.get(team) ?? []);
  return [
    ...(pattern === null ? [] : [pathStatement(pattern)]),
    ...except.map((other) => not(pathStatement(other))),
    ...sets.map((arn) => not({ ip_set_reference_statement: { arn } })),
  ];
}

const not = (statement: ReturnType<typeof pathStatement> | Pick<Leaf, "ip_set_reference_statement">): Leaf => ({ not_statement: { statement } });

/** A web ACL has no `and` of one. */
function all(statements: readonly Leaf[]): Wafv2WebAcl_Rule_Statement {
  const [first, ...others] = statements;
  return first && others.length === 0 ? first : { and_statement: { statement: statements } };
}

/** In the order of the definition, of which the first rule that matches decides. */
function closedOf({ paths, reachableBy }: Endpoint): readonly Closed[] {
  const rules: readonly { pattern: string | null; reachableBy: Audience }[] = [...paths, { pattern: null, reachableBy }];
  return rules.flatMap((rule, index) => {
    const { pattern, reachableBy: audience } = rule;
    if (audience === "public") return [];
    const earlier = paths.slice(0, index).filter((other) => !within(other.reachableBy, audience) && (pattern === null || mayMeet(other.pattern, pattern)));
    return [{ pattern, except: earlier.map((other) => other.pattern), audience }];
  });
}

/** Whether all of an audience are of another: whom that refuses, the earlier rule has refused already. */
const within = (inner: Audience, outer: readonly string[]): boolean => inner !== "public" && inner.every((team) => outer.includes(team));

/** Whether some path may match both patterns: told by what stands before the first `*`. */
function mayMeet(one: string, other: string): boolean {
  const [first = "", second = ""] = [one, other].map((pattern) => pattern.split("*")[0]);
  if (!one.includes("*") && !other.includes("*")) return one === other;
  return first.startsWith(second) || second.startsWith(first);
}
