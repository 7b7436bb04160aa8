import { Failure } from "../../kit/failure.ts";
import { taskFamily } from "../render/deployed-names.ts";
import { isCancelled } from "./clients.ts";
import { describeSchedule } from "./deploy-first.ts";
import type { Ground } from "./deploy-ground.ts";
import { runOnce, type TaskEnd } from "./deploy-once.ts";
import { releasedImage } from "./deploy-release.ts";
import { capacityOf } from "./deploy-scheduled.ts";

/**
 * Runs the released revision of a service that runs at times, once and now.
 * @throws Failure `usage` for a service that runs all the time, `not-running` before its first release, `cancelled`
 */
export async function runScheduled(ground: Ground): Promise<TaskEnd> {
  const { service, place } = ground;
  if (service.schedule === null) throw new Failure("usage", `${service.name} runs all the time: only what has a schedule can be run by hand`, { hint: "./dailyge status --target aws" });
  const schedule = await describeSchedule(ground);
  if ((await releasedImage(ground)) === null) throw new Failure("not-running", `${service.name} has no release yet in ${place.environment.name}`, { hint: `./dailyge deploy ${service.name} --target aws --environment ${place.environment.name}` });
  try {
    return await runOnce(ground, { revision: taskFamily(place, service.name), startedBy: "by hand", capacity: capacityOf(schedule.Target?.EcsParameters), step: "waiting for its end", shows: true });
  } catch (error) {
    if (!isCancelled(error)) throw error;
    throw new Failure("cancelled", `the run of ${service.name} was stopped`, { cause: error });
  }
}
