import { setTimeout as sleep } from "node:timers/promises";
import { UpdateServiceCommand, type Deployment, type Service as EcsService, type Task } from "@aws-sdk/client-ecs";
import { clusterName } from "../render/deployed-names.ts";
import { tasksOf } from "./deploy-evidence.ts";
import { describeService, type Ground } from "./deploy-ground.ts";

/** How a rollout came to its end. */
export type RolloutEnd =
  | { readonly kind: "serves"; readonly running: number }
  /** ECS gave up. Where it went back by itself, to which revision. */
  | { readonly kind: "failed"; readonly why: string; readonly backTo: string | null }
  /** Somebody else began another one in the middle. */
  | { readonly kind: "superseded"; readonly by: string }
  | { readonly kind: "late"; readonly why: string };

/** What is to run, and by which digests its image is known to those who run it. */
export interface Wanted {
  readonly revision: string;
  /** What ran before. */
  readonly previous: string;
  readonly desired: number;
  readonly digests: readonly string[];
  /** For people: `3f2a1bc-9c0d12ab34`. */
  readonly name: string;
}

/** Tells ECS to run a revision, with replicas that start anew where it is the same, and gives the id of the deployment that it began. */
export async function startRollout({ ecs, place, service }: Pick<Ground, "ecs" | "place" | "service">, revision: string, desired: number, anew = false): Promise<string> {
  const { service: told } = await ecs.send(new UpdateServiceCommand({ cluster: clusterName(place), service: service.name, taskDefinition: revision, desiredCount: desired, ...(anew && { forceNewDeployment: true }) }));
  return primaryOf(told ?? {})?.id ?? "";
}

export const primaryOf = ({ deployments = [] }: Pick<EcsService, "deployments">): Deployment | undefined => deployments.find(({ status }) => status === "PRIMARY");

/** What was just begun may not be told of yet. */
const STALE_LOOKS = 8;

/** Waits until every replica is one of the revision and healthy, or until ECS has given up and what served before serves again. */
export async function watchRollout(ground: Ground, deployment: string, wanted: Wanted): Promise<RolloutEnd> {
  const end = Date.now() + ground.pace.rolloutSeconds * 1000;
  let looks = 0;
  let failedLooks = 0;
  let begun = false;
  for (let last = ""; Date.now() < end; await sleep(ground.pace.askMilliseconds, undefined, { signal: ground.signal })) {
    const service = await describeService(ground);
    const ours = service.deployments?.find(({ id }) => id === deployment);
    const primary = primaryOf(service);
    looks += 1;
    begun ||= ours !== undefined;
    if (!begun && looks < STALE_LOOKS) continue;
    if (primary !== undefined && primary.id !== deployment) return await lostTo(ground, { primary, ours, previous: wanted.previous }, end);
    // Where there is a way back, ECS begins it a moment after it has given up.
    if (ours?.rolloutState === "FAILED" && (failedLooks += 1) >= STALE_LOOKS) return { kind: "failed", why: ours.rolloutStateReason ?? "", backTo: null };
    if (ours?.rolloutState === "COMPLETED") {
      const seen = await runs(ground, service, wanted);
      if (seen.missing === null) return { kind: "serves", running: seen.running };
      last = seen.missing;
    } else last = progressText(ours, wanted.name, service);
    ground.report({ part: ground.service.name, state: "working", step: last });
  }
  return { kind: "late", why: `not every replica runs it within ${ground.pace.rolloutSeconds / 60} minutes` };
}

/** `1 of 2 run 3f2a1bc-9c0d12ab34, 3 did not stay up`; what keeps it from starting, where ECS says so. */
function progressText(deployment: Deployment | undefined, name: string, service: EcsService): string {
  const { runningCount = 0, desiredCount = 0, failedTasks = 0, createdAt } = deployment ?? {};
  const stuck = service.events?.find(({ createdAt: at, message = "" }) => at !== undefined && createdAt !== undefined && at >= createdAt && /unable to place|unable to consistently start/.test(message));
  const why = runningCount === 0 && stuck?.message !== undefined ? `: ${stuck.message.replace(/^\(service \S+\) /, "")}` : "";
  return `${runningCount} of ${desiredCount} run ${name}${failedTasks > 0 ? `, ${failedTasks} did not stay up` : ""}${why}`;
}

/** Another deployment took its place: ECS's own way back, or somebody else's. */
async function lostTo(
  ground: Ground, { primary, ours, previous }: { readonly primary: Deployment; readonly ours: Deployment | undefined; readonly previous: string }, end: number,
): Promise<RolloutEnd> {
  const why = primary.rolloutStateReason ?? "";
  if (primary.taskDefinition !== previous && !/rolling back/i.test(why) && ours?.rolloutState !== "FAILED") return { kind: "superseded", by: primary.taskDefinition ?? "" };
  // It says in the new one that it goes back, in the old one why, and in the new one at last only that it is complete.
  let reason = ours?.rolloutStateReason ?? why;
  let backTo: string | null = null;
  while (backTo === null && Date.now() < end) {
    ground.report({ part: ground.service.name, state: "working", step: "ECS goes back to what ran before" });
    await sleep(ground.pace.askMilliseconds, undefined, { signal: ground.signal });
    const service = await describeService(ground);
    const now = primaryOf(service);
    reason = service.deployments?.find(({ id, rolloutState }) => id === ours?.id && rolloutState === "FAILED")?.rolloutStateReason ?? reason;
    if (now?.rolloutState === "COMPLETED") backTo = now.taskDefinition ?? "";
    if (now?.rolloutState === "FAILED") return { kind: "failed", why: `${reason}; on the way back: ${now.rolloutStateReason ?? ""}`, backTo: null };
  }
  return { kind: "failed", why: reason, backTo };
}

/** Whether each of the replicas runs the digest, by what their hosts say; and what is missing, if anything is. */
async function runs(ground: Ground, service: EcsService, { revision, digests }: Wanted): Promise<{ readonly running: number; readonly missing: string | null }> {
  const desired = service.desiredCount ?? 0;
  const tasks = await tasksOf(ground, "RUNNING");
  const right = tasks.filter((task) => task.taskDefinitionArn === revision && isUp(task) && digests.includes(digestOf(task, ground.service.name)));
  if (right.length >= desired && right.length === tasks.length && desired > 0) return { running: right.length, missing: null };
  return { running: right.length, missing: `${right.length} of ${Math.max(desired, tasks.length)} run it by its digest` };
}

export const isUp = ({ lastStatus, healthStatus }: Task): boolean => lastStatus === "RUNNING" && healthStatus !== "UNHEALTHY";

/** What a task's host says that it runs; before that is known, what it was told to run. */
export function digestOf({ containers = [] }: Task, service: string): string {
  const container = containers.find(({ name }) => name === service);
  return container?.imageDigest ?? container?.image?.split("@")[1] ?? "";
}
