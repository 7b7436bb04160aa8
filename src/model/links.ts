import type { Edge, Graph } from "./graph.ts";
import type { Environment } from "./model.ts";
import type { Audience, Endpoint } from "./service.ts";

/**
 * Who is to reach whom, as the definition's links say: what every target's own graph is compared with. The public
 * includes the teams.
 */
export function expectedGraph(environment: Environment): Graph {
  const { teams, sites, services, databases, topics } = environment;
  const people = ["world", ...teams.map(({ name }) => `team:${name}`)];
  return {
    nodes: [
      ...people,
      ...sites.map(({ name }) => `site:${name}`),
      ...services.map(({ name }) => `service:${name}`),
      ...databases.map(({ name }) => `database:${name}`),
      ...topics.map(({ name }) => `topic:${name}`),
      ...topics.flatMap(({ name, consumedBy }) => consumedBy.map((consumer) => queue(name, consumer))),
    ],
    edges: [
      ...sites.flatMap(({ name }) => people.map((from) => ({ from, to: `site:${name}`, because: "sites are public" }))),
      ...services.flatMap(({ name, endpoint }) => (endpoint ? callers(people, `service:${name}`, endpoint) : [])),
      ...services.flatMap(({ name, uses }) => uses.map((to) => ({ from: `service:${name}`, to: `database:${to}`, because: "uses" }))),
      ...services.flatMap(({ name, calls }) => calls.map((to) => ({ from: `service:${name}`, to: `service:${to}`, because: "uses" }))),
      ...services.flatMap(({ name, publishes }) => publishes.map((to) => ({ from: `service:${name}`, to: `topic:${to}`, because: "uses" }))),
      ...topics.flatMap(({ name, consumedBy }) =>
        consumedBy.flatMap((consumer) => [
          { from: `topic:${name}`, to: queue(name, consumer), because: "consumes" },
          { from: `service:${consumer}`, to: queue(name, consumer), because: "consumes" },
        ]),
      ),
    ],
  };
}

const queue = (topic: string, consumer: string): string => `queue:${topic}/${consumer}`;

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
