import type { Service } from "../../model/service.ts";
import type { PartReference } from "../../model/text.ts";
import type { Text } from "../terraform.ts";
import { publicUrl } from "./address.ts";
import type { Calls } from "./calls.ts";
import type { Place } from "./place.ts";

/** What a service's variables say of a part that is no database; null: there is no such value. */
export type Linked = (reference: PartReference) => Text | null;

/** A service that it calls is inside the platform, every other part that has an address where the public finds it. */
export function linkedParts(place: Place, service: Service, calls: Calls | null): Linked {
  return ({ part }) => (service.calls.includes(part) ? calls?.doors.get(part)?.address : undefined) ?? publicUrl(place, part);
}
