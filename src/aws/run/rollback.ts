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
  return release(ground, { repository, by, migrates: false, interrupts: true, image: () => imageBefore(ground, repository) });
}

/** The last one that served and is not the newest: a rollout that is under way has not served yet, so then it is the newest. */
async function imageBefore(ground: Ground, repository: Repository): Promise<Image> {
  const served = await servedImages(ground);
  const current = served[0]?.image;
  const before = served.find(({ image }) => image !== current);
  if (before !== undefined) return findImage(repository, before.image);
  throw new Failure("nothing-to-roll-back", `${ground.service.name} has served ${current === undefined ? "nothing" : "one release"} in ${ground.place.environment.name}: there is nothing to return to`, {
    hint: `./dailyge releases ${ground.service.name} --target aws`,
  });
}
