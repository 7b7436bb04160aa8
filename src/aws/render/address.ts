import type { Site } from "../../model/site.ts";
import type { Place } from "./place.ts";
import { fullHost } from "./place.ts";

/** Public address of a service or site: `https://api.dailyge.com`. Null for a service that nobody can call. */
export function publicUrl(place: Place, part: string): string | null {
  const { services, sites } = place.environment;
  const host = services.find(({ name }) => name === part)?.endpoint?.host ?? sites.find(({ name }) => name === part)?.host;
  return host === undefined ? null : `https://${fullHost(place, host)}`;
}

/** Every host name at which a site answers, the main one first. */
export function siteHosts(place: Place, site: Site): readonly [string, ...string[]] {
  return [fullHost(place, site.host), ...(site.apex ? [place.shared.domain] : [])];
}
