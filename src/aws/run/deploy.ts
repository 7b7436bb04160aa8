import { Failure } from "../../kit/failure.ts";
import { migrationOf, taskFamily, turnParameter } from "../render/deployed-names.ts";
import { UNRELEASED } from "../render/task-definition.ts";
import { asFailure, isCancelled, type Try } from "./clients.ts";
import { openAutoscaling } from "./deploy-first.ts";
import { describeService, type Ground } from "./deploy-ground.ts";
import { endTurn, takeTurn } from "./deploy-lock.ts";
import { migrate } from "./deploy-migration.ts";
import { recordRelease } from "./deploy-release.ts";
import { findRevision, imageOf, reviseImage, withdraw, type Revision } from "./deploy-revision.ts";
import { primaryOf, startRollout, watchRollout } from "./deploy-rollout.ts";
import { releaseScheduled } from "./deploy-scheduled.ts";
import { requireSecrets } from "./secrets.ts";
import { giveBack, refusal } from "./deploy-undo.ts";
import type { Before, Deployed, Release } from "./deploy-terms.ts";
import { nameOf, type Image } from "./image.ts";

/**
 * Releases an image of a service: migration, new revision, rollout; ends only when each of the replicas was seen to run
 * its digest. Whatever else happens, what ran before runs again, or is said not to.
 * @throws Failure `not-running`, `state-busy`, `migration-failed`, `deploy-failed`, `cancelled`
 */
export async function release(ground: Ground, release: Release): Promise<Deployed> {
  const { service, place, ssm } = ground;
  const turn = await takeTurn(ssm, turnParameter(place, "services", service.name), { by: release.by, what: release.migrates ? "deploy" : "rollback", part: service.name });
  try {
    return await (service.schedule === null ? releaseRunning(ground, release) : releaseScheduled(ground, release));
  } finally {
    await endTurn(turn, ground);
  }
}

async function lookBefore(ground: Ground): Promise<Before> {
  const running = await describeService(ground);
  const revision = running.taskDefinition ?? "";
  const found = await findRevision(ground.ecs, revision);
  const image = found === null ? UNRELEASED : imageOf(found.definition, ground.service.name);
  return { running, revision, image: image === UNRELEASED ? null : image };
}

async function releaseRunning(ground: Ground, { repository, image: find, migrates, interrupts, restarts }: Release): Promise<Deployed> {
  const before = await lookBefore(ground);
  await requireSecrets(ground, ground.service);
  const image = await find(before.image);
  const previous = before.image === null ? null : await nameOf(repository, before.image);
  const desired = Math.max(before.running.desiredCount ?? 0, ground.service.replicas.least);
  const sameImage = before.image === image.reference;
  const same = sameImage && before.running.desiredCount === desired && !restarts;
  if (!same && !interrupts) refuseDuringAnother(ground, before);
  const made: Revision[] = [];
  let began = false;
  const since = new Date();
  try {
    ground.signal.throwIfAborted();
    if (migrates && !sameImage) made.push(...(await migrate(ground, image, before.running.capacityProviderStrategy ?? [])));
    const revision = same ? { arn: before.revision, image: image.reference, made: false } : await revisionsFor(ground, image, made);
    ground.signal.throwIfAborted();
    const deployment = same ? (primaryOf(before.running)?.id ?? "") : await startRollout(ground, revision.arn, desired, restarts);
    began = true;
    const end = await watchRollout(ground, deployment, { revision: revision.arn, previous: before.revision, desired, digests: image.digests, name: image.name });
    if (end.kind !== "serves") throw await refusal(ground, { end, image, before, revision: revision.arn, made, since, repository });
    await recordRelease(ground, image.reference);
    if (before.image === null) await openAutoscaling(ground);
    return { name: ground.service.name, release: image.name, previous, changed: !same, replicas: end.running };
  } catch (error) {
    if (isCancelled(error)) throw await giveBack(ground, { before, made, began: began && !same, previous });
    if (began) throw asFailure(error, unseen(ground, image));
    await withdraw(ground.ecs, made);
    throw error;
  }
}

/** Asking AWS has failed while ECS rolls out by itself; the same again finds how far it came. */
const unseen = ({ service, place }: Ground, { name }: Image): Try => ({
  failed: `${name} is being rolled out, and its end was not seen`,
  again: `./dailyge deploy ${service.name} --image ${name} --target aws --environment ${place.environment.name}`,
});

/** Of the service and of its migration, so that an apply finds both as it would write them. */
async function revisionsFor(ground: Ground, image: Image, made: Revision[]): Promise<Revision> {
  const { service, place } = ground;
  const families = [...(service.migrate === null ? [] : [taskFamily(place, migrationOf(service.name))]), taskFamily(place, service.name)];
  let last: Revision = { arn: "", image: image.reference, made: false };
  for (const family of families) {
    last = await reviseImage(ground, family, image.reference);
    if (last.made) made.push(last);
  }
  return last;
}

function refuseDuringAnother({ service, place }: Ground, { running }: Before): void {
  const primary = primaryOf(running);
  if (primary?.rolloutState !== "IN_PROGRESS") return;
  throw new Failure("state-busy", `${service.name} is being rolled out already, since ${primary.createdAt?.toISOString().slice(0, 16).replace("T", " ")} UTC: ${primary.runningCount} of ${primary.desiredCount} run`, {
    hint: `wait: ./dailyge status --target aws; or end it: ./dailyge rollback ${service.name} --target aws --environment ${place.environment.name}`,
  });
}

