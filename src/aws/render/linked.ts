import type { Service } from "../../model/service.ts";
import type { PartReference } from "../../model/text.ts";
import type { Text } from "../terraform.ts";
import { publicUrl } from "./address.ts";
import type { Calls } from "./calls.ts";
import type { Place } from "./place.ts";
import type { RenderedTopic } from "./topic.ts";

/** What a service's variables say of a part that is no database; null: there is no such value. */
export type Linked = (reference: PartReference) => Text | null;

export interface LinkedParts {
  /** Null where no service calls another. */
  readonly calls: Calls | null;
  readonly topics: readonly RenderedTopic[];
}

/** A service that it calls is inside the platform, every other part that has an address where the public finds it. */
export function linkedParts(place: Place, service: Service, { calls, topics }: LinkedParts): Linked {
  return ({ part, field }) => {
    const topic = topics.find((each) => each.topic.name === part);
    if (topic) return field === "arn" ? topic.arn : (topic.queues.get(service.name)?.of("url") ?? null);
    const door = service.calls.includes(part) ? calls?.doors.get(part) : undefined;
    return door?.address ?? publicUrl(place, part);
  };
}
