import type { Edge, Graph } from "./graph.ts";
import type { Environment } from "./model.ts";
import type { Audience, Endpoint } from "./service.ts";

/**
 * Who is to reach whom, as the definition's links say: what every target's own graph is compared with. The public
 * includes the teams. A service that calls another by its public address does so as part of the world, so there is
 * no edge of its own for that.
 */
export function expectedGraph(environment: Environment): Graph {
  const { teams, sites, services, databases } = environment;
  const people = ["world", ...teams.map(({ name }) => `team:${name}`)];
  return {
    nodes: [
      ...people,
      ...sites.map(({ name }) => `site:${name}`),
      ...services.map(({ name }) => `service:${name}`),
      ...databases.map(({ name }) => `database:${name}`),
    ],
    edges: [
      ...sites.flatMap(({ name }) => people.map((from) => ({ from, to: `site:${name}`, because: "sites are public" }))),
      ...services.flatMap(({ name, endpoint }) => (endpoint ? callers(people, `service:${name}`, endpoint) : [])),
      ...services.flatMap(({ name, uses }) => uses.map((to) => ({ from: `service:${name}`, to: `database:${to}`, because: "uses" }))),
    ],
  };
}

function callers(people: readonly string[], to: string, endpoint: Endpoint): readonly Edge[] {
  return people.flatMap((from) => {
    const because = openFor(endpoint, from);
    return because === null ? [] : [{ from, to, because }];
  });
}

/** What opens some path of the endpoint to `world` or `team:NAME`; null when nothing does. */
function openFor({ reachableBy, paths }: Endpoint, who: string): string | null {
  for (const rule of paths) {
    if (includes(rule.reachableBy, who)) return `paths ${rule.pattern}`;
    if (rule.pattern === "*" || rule.pattern === "/*") return null;
  }
  return includes(reachableBy, who) ? "reachableBy" : null;
}

const includes = (audience: Audience, who: string): boolean => audience === "public" || audience.some((team) => who === `team:${team}`);
