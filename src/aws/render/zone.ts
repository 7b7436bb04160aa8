import type { Shared } from "../../model/model.ts";
import { data, resource, type Block, type Data, type Resource } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import type { Place } from "./place.ts";

/** A day: who may make certificates hardly ever changes. */
const AUTHORITIES_SECONDS = 86_400;

/** The domain's zone, where it is ours, and who may make certificates for it. */
export function sharedZone(shared: Shared): Noun {
  if (shared.zone === "existing") {
    const authorities = shared.certificateAuthorities.length === 0 ? [] : [data("aws_route53_zone", "zone", { name: shared.domain })];
    return { name: "zone", blocks: authorities.flatMap((zone) => [zone, renderAuthorities(shared, zone)]) };
  }
  // A new one answers only once the registrar knows its name servers, so losing it is an outage.
  const zone = resource("aws_route53_zone", "zone", { name: shared.domain }, { lifecycle: { prevent_destroy: true } });
  return {
    name: "zone",
    blocks: [zone, renderAuthorities(shared, zone)],
    settings: { output: { name_servers: { description: "To be set at the domain's registrar.", value: zone.of("name_servers") } } },
  };
}

/** For the domain and all names under it that say nothing of their own. https://www.rfc-editor.org/rfc/rfc8659 */
function renderAuthorities({ domain, certificateAuthorities }: Shared, zone: Resource<"aws_route53_zone"> | Data<"aws_route53_zone">): Block {
  return resource("aws_route53_record", "certificate_authorities", {
    zone_id: zone.of("zone_id"),
    name: domain,
    type: "CAA",
    ttl: AUTHORITIES_SECONDS,
    records: certificateAuthorities.map((authority) => `0 issue "${authority}"`),
  });
}

/** The same zone as an environment finds it. */
export const environmentZone = ({ zone }: Place): Noun => ({ name: "zone", blocks: [zone] });
