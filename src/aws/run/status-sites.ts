import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { siteReleaseParameter } from "../render/deployed-names.ts";
import { fullHost } from "../render/place.ts";
import { isNamed } from "./clients.ts";
import { findDistribution } from "./site-distribution.ts";
import { partOf, type AwsPart, type StatusGround } from "./status-part.ts";

/** Every site: whether its distribution is out and something was released to it. */
export function siteStatuses(ground: StatusGround): Promise<readonly AwsPart[]> {
  const { place, settings, environment } = ground;
  return Promise.all(environment.sites.map(async (site): Promise<AwsPart> => {
    const [distribution, release] = await Promise.all([findDistribution(settings, fullHost(place, site.host)), siteRelease(ground, site.deployedAs)]);
    const out = distribution?.Status === "Deployed" ? "ready" : "starting";
    return { ...partOf(place, "site", site.name, { reachableBy: "everyone" }), release, state: distribution === null || release === null ? "stopped" : out };
  }));
}

/** The release that a site serves; null before the first. */
export async function siteRelease({ settings, place }: Pick<StatusGround, "settings" | "place">, site: string): Promise<string | null> {
  try {
    const { Parameter } = await new SSMClient(settings).send(new GetParameterCommand({ Name: siteReleaseParameter(place, site) }));
    return Parameter?.Value ?? null;
  } catch (error) {
    if (isNamed(error, "ParameterNotFound")) return null;
    throw error;
  }
}
