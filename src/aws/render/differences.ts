import type { Engine } from "../../model/database.ts";
import type { Environment, Model, Shared } from "../../model/model.ts";
import type { Audience, Service } from "../../model/service.ts";
import type { Team } from "../../model/team.ts";
import { CAPACITY, capacityOf } from "./firewall-capacity.ts";
import { firewallRules } from "./firewall.ts";
import { place } from "./place.ts";

/** Something that the definition says and AWS does in another way, or not at all. */
export interface Difference {
  /** `service report` */
  readonly part: string;
  readonly says: string;
  /** Environments in which it is so. */
  readonly environments: readonly string[];
}

/** What is not on AWS as it is written, in the order of the definition. */
export function differencesOf({ shared, environments }: Model): readonly Difference[] {
  const found = new Map<string, Difference>();
  for (const environment of environments) {
    for (const { part, says } of [...inOne(environment), ...firewall(shared, environment)]) {
      const same = found.get(`${part}: ${says}`);
      found.set(`${part}: ${says}`, { part, says, environments: [...(same?.environments ?? []), environment.name] });
    }
  }
  return [...found.values()];
}

/** What a firewall beyond what its price covers costs: https://aws.amazon.com/waf/pricing/ */
function firewall(shared: Shared, environment: Environment): readonly Said[] {
  if (environment.services.every(({ endpoint }) => endpoint === null)) return [];
  const units = capacityOf(firewallRules(place(shared, environment)));
  if (units <= CAPACITY.covered) return [];
  return [{ part: "firewall", says: `its rules take up to ${units} capacity units: each 500 beyond ${CAPACITY.covered} add 0.20 USD to a million requests` }];
}

type Said = Pick<Difference, "part" | "says">;

const DATABASES: Readonly<Record<Engine, string | null>> = {
  mysql: null,
  redis: "Valkey on one machine: while that is made anew, or its zone fails, nobody is served",
  mongodb: "a replica set of one machine: while that is made anew, or its zone fails, nobody is served",
};

function inOne(environment: Environment): readonly Said[] {
  const { services, sites, databases, protection, budget, aloneInAccount } = environment;
  return [
    ...environment.teams.filter((team) => comesBySix(team, services)).map(({ name }): Said => ({
      part: `team ${name}`, says: "who comes from its IPv6 networks does not reach services: their load balancers have IPv4 addresses alone",
    })),
    ...services.flatMap(({ name, schedule, seed }): readonly Said[] => [
      ...(schedule && !schedule.overlap ? [{ part: `service ${name}`, says: "a run begins also while the one before goes on: ECS keeps no task from running twice" }] : []),
      ...(seed === null ? [] : [{ part: `service ${name}`, says: "seed never runs there" }]),
    ]),
    ...services.filter(({ name }) => hasStrangers(name, services)).map(({ name }): Said => ({
      part: `service ${name}`,
      says: "every service on the same hosts as one that calls it can reach it inside; those without a link are only not told its address",
    })),
    ...databases.flatMap(({ name, engine }): readonly Said[] => {
      const says = DATABASES[engine];
      return says === null ? [] : [{ part: `database ${name}`, says }];
    }),
    ...protection.rateLimits.map(({ name }): Said => ({ part: `rate limit ${name}`, says: "AWS counts every few seconds, so more may pass before the first is refused" })),
    ...(protection.managedRules.includes("common") && (services.some(({ endpoint }) => endpoint !== null) || sites.length > 0)
      ? [{ part: "managed rules", says: "of the common ones, those that honest bodies and clients without a name match only count" }]
      : []),
    ...(budget !== null && !aloneInAccount
      ? [{ part: "budget", says: "it counts what has the tags platform and environment, so nothing until both are made cost allocation tags (console, Billing)" }]
      : []),
  ];
}

/** Whether services let in a team of which some networks are of IPv6. */
function comesBySix({ name, addresses }: Team, services: readonly Service[]): boolean {
  const letsIn = (audience: Audience): boolean => audience !== "public" && audience.includes(name);
  return addresses.some((address) => address.includes(":")) && services.some(({ endpoint }) => endpoint !== null && [endpoint, ...endpoint.paths].some(({ reachableBy }) => letsIn(reachableBy)));
}

/** Whether a service that does not call this one runs on the hosts of one that does. */
function hasStrangers(called: string, services: readonly Service[]): boolean {
  const callers = services.filter(({ calls }) => calls.includes(called));
  return services.some(({ name, calls, hosts }) => name !== called && !calls.includes(called) && callers.some((caller) => caller.hosts === hosts));
}
