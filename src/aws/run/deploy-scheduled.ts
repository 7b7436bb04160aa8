import type { CapacityProviderStrategyItem } from "@aws-sdk/client-ecs";
import type { EcsParameters } from "@aws-sdk/client-scheduler";
import { taskFamily } from "../render/deployed-names.ts";
import { isCancelled } from "./clients.ts";
import { describeSchedule, openSchedule } from "./deploy-first.ts";
import type { Ground } from "./deploy-ground.ts";
import { migrate } from "./deploy-migration.ts";
import { recordRelease, releasedImage } from "./deploy-release.ts";
import { reviseImage, withdraw, type Revision } from "./deploy-revision.ts";
import type { Deployed, Release } from "./deploy-terms.ts";
import { giveBackNothing } from "./deploy-undo.ts";
import { nameOf } from "./image.ts";
import { requireSecrets } from "./secrets.ts";

/** Releases a service that runs at times: its next run is of the newest revision. */
export async function releaseScheduled(ground: Ground, { repository, image: find, migrates }: Release): Promise<Deployed> {
  const { service, place, ecs } = ground;
  const schedule = await describeSchedule(ground);
  const before = await releasedImage(ground);
  await requireSecrets(ground, service);
  const image = await find(before);
  const previous = before === null ? null : await nameOf(repository, before);
  const made: Revision[] = [];
  try {
    if (migrates && before !== image.reference) made.push(...(await migrate(ground, image, capacityOf(schedule.Target?.EcsParameters))));
    ground.signal.throwIfAborted();
    made.push(await reviseImage(ground, taskFamily(place, service.name), image.reference));
    await recordRelease(ground, image.reference);
    if (before === null || schedule.State !== "ENABLED") await openSchedule(ground, schedule);
  } catch (error) {
    await withdraw(ecs, made);
    throw isCancelled(error) ? giveBackNothing(ground) : error;
  }
  return { name: service.name, release: image.name, previous, changed: before !== image.reference, replicas: 0 };
}

/** Where its tasks are put, in the words of ECS. */
export const capacityOf = (parameters: EcsParameters | undefined): readonly CapacityProviderStrategyItem[] =>
  (parameters?.CapacityProviderStrategy ?? []).map(({ capacityProvider, weight, base }) => ({ capacityProvider, ...(weight !== undefined && { weight }), ...(base !== undefined && { base }) }));
