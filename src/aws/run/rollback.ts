import { Failure } from "../../kit/failure.ts";
import { release } from "./deploy.ts";
import type { Ground } from "./deploy-ground.ts";
import { servedImages } from "./deploy-release.ts";
import type { Deployed } from "./deploy-terms.ts";
import { findImage, type Image, type Repository } from "./image.ts";

/**
 * Returns a service to the release that served before this one, also in the middle of a rollout. No migration runs: the
 * databases stay as they are.
 * @throws Failure `nothing-to-roll-back`, and those of a release
 */
export async function rollBack(ground: Ground, repository: Repository, by: string): Promise<Deployed> {
  return release(ground, { repository, by, migrates: false, restarts: false, interrupts: true, image: (running) => imageBefore(ground, repository, running) });
}

/** The last one that served and is not what runs: where a rollout is under way, that is what served until now. */
async function imageBefore(ground: Ground, repository: Repository, running: string | null): Promise<Image> {
  const served = await servedImages(ground);
  const before = served.find(({ image }) => image !== running);
  if (before !== undefined) return findImage(repository, before.image);
  throw new Failure("nothing-to-roll-back", `${ground.service.name} has served ${served.length === 0 ? "nothing" : "one release"} in ${ground.place.environment.name}: there is nothing to return to`, {
    hint: `./dailyge releases ${ground.service.name} --target aws`,
  });
}
