import { addressesIn, asBody, ofType, type Configuration } from "../../src/aws/read/configuration.ts";
import { HOST_PORTS } from "../../src/model/hosts.ts";
import type { Environment } from "../../src/model/model.ts";
import type { Audience } from "../../src/model/service.ts";

const PORTS = `tcp ${HOST_PORTS.from}-${HOST_PORTS.to}`;

/** Of each engine, where it listens, and whether its machine fetches something from outside. */
const DATABASES = { mysql: { port: 3306, leaves: false }, redis: { port: 6379, leaves: true }, mongodb: { port: 27017, leaves: true } } as const;

/**
 * What the nodes of an environment's network are to send each other, as its links say: `world → balancer:edge tcp 443`.
 * Which port a service is called at inside is the renderer's choice: those are taken from the listeners of the load
 * balancer between services.
 */
export function expectedWays(environment: Environment, configuration: Configuration): readonly string[] {
  const { services, databases } = environment;
  const groups = new Set(services.map(({ hosts }) => hosts));
  const hosts = (group: string): string => `hosts:${hostName(configuration, group)}`;
  const called = services.filter(({ name }) => services.some(({ calls }) => calls.includes(name)));
  return [
    ...callers(environment).flatMap((from) => [80, 443].map((port) => `${from} → balancer:edge tcp ${port}`)),
    ...unique(services.flatMap(({ endpoint, hosts: group }) => (endpoint ? [`balancer:edge → ${hosts(group)} ${PORTS}`] : []))),
    ...unique(called.map(({ hosts: group }) => `balancer:calls → ${hosts(group)} ${PORTS}`)),
    ...unique(called.flatMap(({ name }) => services.filter(({ calls }) => calls.includes(name)).map(({ hosts: group }) => `${hosts(group)} → balancer:calls tcp ${doorOf(configuration, name)}`))),
    ...unique(services.flatMap(({ uses, hosts: group }) => databases.filter(({ name }) => uses.includes(name)).map(({ name, engine }) => `${hosts(group)} → database:${name} tcp ${DATABASES[engine].port}`))),
    ...[...groups].map((group) => `${hosts(group)} → 0.0.0.0/0 all`),
    ...databases.flatMap(({ name, engine }) => (DATABASES[engine].leaves ? [`database:${name} → 0.0.0.0/0 tcp 443`] : [])),
  ].sort();
}

const unique = (list: readonly string[]): readonly string[] => [...new Set(list)];

/** Everyone where somebody may be anyone; else the networks of the teams that some service admits. */
function callers({ services, teams }: Environment): readonly string[] {
  const endpoints = services.flatMap(({ endpoint }) => endpoint ?? []);
  const audiences = endpoints.flatMap(({ reachableBy, paths }): readonly Audience[] => [reachableBy, ...paths.map((rule) => rule.reachableBy)]);
  if (audiences.includes("public")) return ["0.0.0.0/0"];
  return unique(teams.filter(({ name }) => audiences.some((audience) => audience.includes(name))).flatMap(({ addresses }) => addresses));
}

/** The name in Terraform of a group of hosts: the one whose machines say that they are of it. */
function hostName(configuration: Configuration, group: string): string {
  const all = ofType(configuration, "aws_autoscaling_group");
  const found = all.find(({ name }) => name === group || name === `hosts_${group}`) ?? (all.length === 1 ? all[0] : undefined);
  return found?.name ?? group;
}

function doorOf(configuration: Configuration, service: string): number {
  const groups = ofType(configuration, "aws_lb_target_group").filter(({ name }) => name === `calls_${service}`).map(({ address }) => address);
  const listener = ofType(configuration, "aws_lb_listener").find(({ body }) => addressesIn(asBody(body)["default_action"]).some((address) => groups.includes(address)));
  return Number(listener?.body["port"]);
}
