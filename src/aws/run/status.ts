import { publicUrl } from "../render/address.ts";
import { place as placeOf } from "../render/place.ts";
import { alarmStatuses } from "./status-alarms.ts";
import { databaseStatuses } from "./status-databases.ts";
import type { AwsStatus, StatusGround } from "./status-part.ts";
import { serviceStatuses } from "./status-services.ts";
import { siteStatuses } from "./status-sites.ts";
import { topicStatuses } from "./status-topics.ts";

export type { AwsStatus };

/** Asks AWS for everything of an environment, now. What Terraform has not made yet is `stopped`. */
export async function awsStatus(given: Omit<StatusGround, "place">): Promise<AwsStatus> {
  const ground: StatusGround = { ...given, place: placeOf(given.shared, given.environment) };
  const { shared, environment, place } = ground;
  const [databases, topics, services, sites, alarms] = await Promise.all([databaseStatuses(ground), topicStatuses(ground), serviceStatuses(ground), siteStatuses(ground), alarmStatuses(ground)]);
  const parts = [...databases, ...topics, ...sites, ...services.parts];
  const named = [...environment.sites, ...environment.services].flatMap(({ name }): readonly (readonly [string, string])[] => {
    const url = publicUrl(place, name);
    return url === null ? [] : [[name, url]];
  });
  return {
    platform: shared.name,
    environment: environment.name,
    ready: parts.every(({ state }) => state === "ready") && services.complete && alarms.length === 0,
    urls: Object.fromEntries(named),
    parts,
    refused: services.refused,
    schedules: [],
    scaling: services.scaling,
    refusals: { hosts: {}, limits: {} },
    promises: [],
    alarms,
  };
}
