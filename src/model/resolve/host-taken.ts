import { isLabel } from "./host.ts";
import type { Place } from "./place.ts";
import { isRecord } from "./read.ts";

/** A part with a host as it is written, so that two on one host are told even when something else about them is wrong. */
export interface Hosted {
  readonly kind: "sites" | "services";
  readonly name: string;
  /** First label of its host name in this environment. */
  readonly host: string;
  readonly apex: boolean;
}

type Group = readonly (readonly [string, unknown])[];

export function hostedParts(sites: Group, services: Group, pattern: string): readonly Hosted[] {
  const hosted = (kind: Hosted["kind"], group: Group) => group.flatMap(([name, definition]) => {
    if (!isRecord(definition) || typeof definition.host !== "string" || !isLabel(definition.host)) return [];
    return [{ kind, name, host: pattern.replace("{host}", definition.host), apex: kind === "sites" && definition.apex === true }];
  });
  return [...hosted("sites", sites), ...hosted("services", services)];
}

/** Within one environment: every host has one part, and the bare domain one site. */
export function checkHosts(hosted: readonly Hosted[], at: Place): void {
  hosted.forEach(({ kind, name, host }, index) => {
    const first = hosted.findIndex((other) => other.host === host);
    if (first < index) at.field(kind).field(name).field("host").error("host-taken", `"${host}" is already the host of ${hosted[first]?.name}`, "give it a host of its own");
  });
  const [first, ...others] = hosted.filter(({ apex }) => apex);
  for (const { name } of others) {
    at.field("sites").field(name).field("apex").error("two-apexes", `${first?.name} already answers at the bare domain`, "leave apex with one site");
  }
}

/** All environments are under one domain: no host may be in two of them. */
export function checkHostsAcross(environments: readonly { readonly name: string; readonly hosted: readonly Hosted[] }[], at: Place): void {
  environments.forEach(({ name, hosted }, index) => {
    for (const earlier of environments.slice(0, index)) {
      const mine = hosted.find(({ host }) => earlier.hosted.some((other) => other.host === host));
      const other = earlier.hosted.find(({ host }) => host === mine?.host);
      if (!mine || !other) continue;
      at.field("environments").field(name).field("hosts").error(
        "host-taken",
        `"${mine.host}" would be the host of ${mine.name} here and of ${other.name} in ${earlier.name}`,
        `let one of the two write its hosts in another way: hosts: "{host}-${name}"`,
      );
    }
  });
}
