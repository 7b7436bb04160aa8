import { Failure } from "../../kit/failure.ts";
import { UNRELEASED } from "../render/task-definition.ts";
import { gatherEvidence, type Evidence } from "./deploy-evidence.ts";
import { describeService, type Ground } from "./deploy-ground.ts";
import { recordRelease } from "./deploy-release.ts";
import { findRevision, imageOf, withdraw, type Revision } from "./deploy-revision.ts";
import { startRollout, type RolloutEnd } from "./deploy-rollout.ts";
import type { Before } from "./deploy-terms.ts";
import { nameOf, type Image, type Repository } from "./image.ts";

interface Refused {
  readonly end: Exclude<RolloutEnd, { readonly kind: "serves" }>;
  readonly image: Image;
  readonly before: Before;
  readonly revision: string;
  readonly made: readonly Revision[];
  readonly since: Date;
  readonly repository: Repository;
}

/** Puts everything back to what runs now, and says why it is not what was asked for. */
export async function refusal(ground: Ground, { end, image, before, revision, made, since, repository }: Refused): Promise<Failure> {
  const { service } = ground;
  const again = { hint: hint(ground) };
  if (end.kind === "superseded") {
    return new Failure("deploy-failed", `${service.name} was not released: another deployment took the place of ${image.name}`, { hint: `see what runs: ./dailyge status --target aws --environment ${ground.place.environment.name}` });
  }
  // Before the way back: what has ended is known for an hour, but targets only as long as they are there.
  const evidence = await gatherEvidence(ground, await describeService(ground), revision, since);
  const back = before.revision === revision && !(end.kind === "failed" && end.backTo !== null) ? "ECS goes on with it" : await wayBack(ground, end, before, repository);
  // ECS went back: the revision that failed is nobody's newest any more, whoever made it.
  const failed = end.kind === "failed" && end.backTo !== null && end.backTo !== revision ? [{ arn: revision, image: image.reference, made: true }] : [];
  await withdraw(ground.ecs, [...made.filter(({ arn }) => arn !== failed[0]?.arn), ...failed]);
  const why = whyText(end.why, evidence);
  return new Failure("deploy-failed", `${service.name} was not released: ${image.name} ${why}; ${back}`, { ...again, details: detailsOf(evidence) });
}

const hint = ({ service, place }: Ground): string => `./dailyge logs ${service.name} --target aws --environment ${place.environment.name}`;

/** What runs now, after ECS or we went back to it. */
async function wayBack(ground: Ground, end: Refused["end"], before: Before, repository: Repository): Promise<string> {
  if (end.kind === "failed" && end.backTo !== null) {
    const found = await findRevision(ground.ecs, end.backTo);
    const image = found === null ? UNRELEASED : imageOf(found.definition, ground.service.name);
    if (image !== UNRELEASED && image !== "") await recordRelease(ground, image);
    return `ECS went back to ${image === UNRELEASED ? "nothing" : await nameOf(repository, image)}`;
  }
  const desired = before.image === null ? 0 : (before.running.desiredCount ?? 0);
  await startRollout(ground, before.revision, desired);
  return before.image === null ? "nothing ran before, so nothing runs now" : `going back to ${await nameOf(repository, before.image)} has begun`;
}

/** The one reason that says most: what the program or the load balancer said, before what ECS made of it. */
function whyText(said: string, { reasons, health, events }: Evidence): string {
  const [reason] = reasons;
  if (health[0] !== undefined) return `is not healthy: ${health[0]}`;
  if (reason !== undefined) return `did not stay up: ${reason}`;
  return `did not come up: ${said || events[0] || "ECS does not say why"}`;
}

const detailsOf = ({ reasons, health, events, lastLines }: Evidence): readonly string[] => [
  ...reasons.map((text) => `task: ${text}`),
  ...health.map((text) => `load balancer: ${text}`),
  ...events.map((text) => `ECS: ${text}`),
  ...lastLines,
];

/** After Ctrl-C: nothing of the new release stays. ECS goes on by itself, so nobody has to wait for it. */
export async function giveBack(
  ground: Ground, { before, made, began, previous }: { readonly before: Before; readonly made: readonly Revision[]; readonly began: boolean; readonly previous: string | null },
): Promise<Failure> {
  const { service, place } = ground;
  if (began) await startRollout(ground, before.revision, before.image === null ? 0 : (before.running.desiredCount ?? 0));
  await withdraw(ground.ecs, made);
  const what = began ? `ECS has been told to go back to ${previous ?? "nothing"}` : "nothing was changed";
  return new Failure("cancelled", `the release of ${service.name} was interrupted: ${what}`, { hint: `see it done: ./dailyge status --target aws --environment ${place.environment.name}` });
}

/** The same where nothing had begun. */
export const giveBackNothing = ({ service }: Ground): Failure => new Failure("cancelled", `the release of ${service.name} was interrupted: nothing was changed`);
