import type { Shared } from "../../model/model.ts";
import { resource } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import type { Place } from "./place.ts";

/** The domain's zone. A new one answers only once the registrar knows its name servers, so losing it is an outage. */
export function sharedZone({ domain }: Shared): Noun {
  const zone = resource("aws_route53_zone", "zone", { name: domain }, { lifecycle: { prevent_destroy: true } });
  return {
    name: "zone",
    blocks: [zone],
    settings: { output: { name_servers: { description: "To be set at the domain's registrar.", value: zone.of("name_servers") } } },
  };
}

/** The same zone as an environment finds it. */
export const environmentZone = ({ zone }: Place): Noun => ({ name: "zone", blocks: [zone] });
