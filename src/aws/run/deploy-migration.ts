import type { CapacityProviderStrategyItem } from "@aws-sdk/client-ecs";
import { Failure } from "../../kit/failure.ts";
import { migrationOf, taskFamily } from "../render/deployed-names.ts";
import { isCancelled } from "./clients.ts";
import type { Ground } from "./deploy-ground.ts";
import { runOnce } from "./deploy-once.ts";
import { reviseImage, withdraw, type Revision } from "./deploy-revision.ts";
import type { Image } from "./image.ts";

/**
 * Brings the databases to what an image expects, where the service has a command for that. What failed leaves no revision.
 * @throws Failure `migration-failed` with what it wrote
 */
export async function migrate(ground: Ground, image: Image, capacity: readonly CapacityProviderStrategyItem[]): Promise<readonly Revision[]> {
  const { service, place, ecs } = ground;
  if (service.migrate === null) return [];
  const revision = await reviseImage(ground, taskFamily(place, migrationOf(service.name)), image.reference);
  try {
    const { exitCode, reason, lastLines, task } = await runOnce(ground, { revision: revision.arn, startedBy: `deploy ${image.name}`, capacity, step: `migrating to ${image.name}`, shows: false });
    if (exitCode !== 0) {
      const how = exitCode === null ? reason : `it ended with ${exitCode}${reason === "" ? "" : ` (${reason})`}`;
      throw new Failure("migration-failed", `the migration of ${service.name} to ${image.name} failed: ${how}; nothing was released`, {
        hint: `./dailyge logs ${service.name} --target aws --environment ${place.environment.name}   (task ${task})`,
        details: lastLines,
      });
    }
    return [revision];
  } catch (error) {
    await withdraw(ecs, [revision]);
    if (!isCancelled(error)) throw error;
    throw new Failure("cancelled", `the release of ${service.name} was interrupted: its migration was stopped in the middle, nothing was released`, { cause: error });
  }
}
