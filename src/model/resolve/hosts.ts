import type { Environment } from "../model.ts";
import type { Service } from "../service.ts";
import type { Site } from "../site.ts";
import type { Place } from "./place.ts";

interface Hosted {
  readonly path: string;
  readonly name: string;
  readonly host: string;
}

const hostedOf = (sites: readonly Site[], services: readonly Service[]): readonly Hosted[] => [
  ...sites.map(({ name, host }) => ({ path: "sites", name, host })),
  ...services.flatMap(({ name, endpoint }) => (endpoint ? [{ path: "services", name, host: endpoint.host }] : [])),
];

/** Within one environment: every host has one part, and the bare domain at most one site. */
export function checkHosts(sites: readonly Site[], services: readonly Service[], at: Place): void {
  const taken = new Map<string, string>();
  for (const { path, name, host } of hostedOf(sites, services)) {
    const other = taken.get(host);
    if (other !== undefined) at.field(path).field(name).field("host").error("host-taken", `"${host}" is already the host of ${other}`, "give it a host of its own");
    else taken.set(host, name);
  }
  const [first, ...others] = sites.filter((site) => site.apex);
  for (const { name } of others) {
    at.field("sites").field(name).field("apex").error("two-apexes", `${first?.name} already answers at the bare domain`, "leave apex with one site");
  }
}

/** All environments are under one domain: no host may be in two of them. */
export function checkHostsAcross(environments: readonly Pick<Environment, "name" | "sites" | "services">[], at: Place): void {
  const taken = new Map<string, { readonly environment: string; readonly name: string }>();
  for (const { name: environment, sites, services } of environments) {
    const clash = hostedOf(sites, services).find(({ host }) => (taken.get(host)?.environment ?? environment) !== environment);
    const other = clash && taken.get(clash.host);
    if (clash && other) {
      at.field("environments").field(environment).field("hosts").error(
        "host-taken",
        `"${clash.host}" would be the host of ${clash.name} here and of ${other.name} in ${other.environment}`,
        `give one of the two another pattern: hosts: "{host}-${environment}"`,
      );
    }
    for (const { host, name } of hostedOf(sites, services)) if (!taken.has(host)) taken.set(host, { environment, name });
  }
}
