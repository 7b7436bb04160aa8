import { ECSClient, type Service as EcsService, type Task } from "@aws-sdk/client-ecs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { Failure } from "../../kit/failure.ts";
import type { Service } from "../../model/service.ts";
import { isNamed } from "./clients.ts";
import { tasksOf } from "./deploy-evidence.ts";
import { describeSchedule } from "./deploy-first.ts";
import { describeService } from "./deploy-ground.ts";
import { releasedImage } from "./deploy-release.ts";
import { digestOf, isUp } from "./deploy-rollout.ts";
import { findRepository, nameOf, type Repository } from "./image.ts";
import { partOf, reachOf, type AwsPart, type AwsStatus, type ScaledService, type StatusGround } from "./status-part.ts";

interface Services {
  readonly parts: readonly AwsPart[];
  readonly refused: AwsStatus["refused"];
  readonly scaling: readonly ScaledService[];
  /** Whether each has as many replicas as ECS is told to run. */
  readonly complete: boolean;
}

/** Every replica of every service, what ECS gave up, and how many there may be. */
export async function serviceStatuses(ground: StatusGround): Promise<Services> {
  const seen = await Promise.all(ground.environment.services.map((service) => statusOf(ground, service)));
  return { parts: seen.flatMap(({ parts }) => parts), refused: seen.flatMap(({ refused }) => refused), scaling: seen.flatMap(({ scaling }) => scaling), complete: seen.every(({ complete }) => complete) };
}

async function statusOf(ground: StatusGround, service: Service): Promise<Services> {
  const shared = partOf(ground.place, "service", service.name, reachOf(service));
  try {
    const repository = await findRepository(ground.registry, ground.shared, service.name);
    return await (service.schedule === null ? runningStatus(ground, service, repository, shared) : scheduledStatus(ground, service, repository, shared));
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "not-running") throw error;
    return { parts: [{ ...shared, state: "stopped" }], refused: [], scaling: [], complete: false };
  }
}

type Known = Omit<AwsPart, "state">;

async function runningStatus(ground: StatusGround, service: Service, repository: Repository, shared: Known): Promise<Services> {
  const asked = { ecs: new ECSClient(ground.settings), place: ground.place, service };
  const running = await describeService(asked);
  const [tasks, ended] = await Promise.all([tasksOf(asked, "RUNNING"), tasksOf(asked, "STOPPED")]);
  const names = new Map<string, string>();
  const crashes = ended.filter(({ stopCode }) => stopCode === "EssentialContainerExited" || stopCode === "TaskFailedToStart").length;
  const parts: AwsPart[] = [];
  for (const [index, task] of tasks.entries()) {
    const image = imageOf(task, service.name);
    if (!names.has(image)) names.set(image, await nameOf(repository, image));
    const uptimeSeconds = task.startedAt === undefined ? null : Math.max(0, Math.round((Date.now() - task.startedAt.getTime()) / 1000));
    parts.push({ ...shared, name: `${service.name}.${index + 1}`, state: stateOf(task), release: names.get(image) ?? null, crashes: index === 0 ? crashes : 0, uptimeSeconds });
  }
  const none: AwsPart = { ...shared, state: crashes > 0 ? "crashing" : "stopped", crashes };
  const up = parts.filter(({ state }) => state === "ready").length;
  return {
    parts: parts.length === 0 ? [none] : parts,
    refused: refusedOf(running),
    scaling: scalingOf(service, running),
    complete: up >= Math.max(running.desiredCount ?? 0, service.replicas.least),
  };
}

/** Its reference, with the digest that its host says. */
const imageOf = (task: Task, service: string): string => {
  const uri = task.containers?.find(({ name }) => name === service)?.image?.split(/@|:[^/]*$/)[0] ?? "";
  return `${uri}@${digestOf(task, service)}`;
};

const stateOf = (task: Task): AwsPart["state"] => (isUp(task) ? "ready" : task.lastStatus === "RUNNING" ? "unhealthy" : "starting");

const refusedOf = ({ serviceName: name = "", deployments = [] }: EcsService): AwsStatus["refused"] =>
  deployments.filter(({ rolloutState }) => rolloutState === "FAILED").map(({ updatedAt, rolloutStateReason }) => ({ name, at: updatedAt?.toISOString() ?? "", why: rolloutStateReason ?? "ECS gave it up" }));

function scalingOf({ name, replicas }: Service, { desiredCount = 0 }: EcsService): readonly ScaledService[] {
  const { least, most, targetCpuPercent } = replicas;
  return most <= least ? [] : [{ service: name, replicas: desiredCount, least, most, cpuPercent: null, targetCpuPercent, lastChange: null }];
}

/** Nothing of it has to run to be ready: it has to be released, and its times switched on. */
async function scheduledStatus(ground: StatusGround, service: Service, repository: Repository, shared: Known): Promise<Services> {
  const asked = { ssm: new SSMClient(ground.settings), settings: ground.settings, place: ground.place, service };
  const [image, schedule] = await Promise.all([releasedImage(asked), describeSchedule(asked).catch(notAllowed)]);
  const ready = image !== null && schedule?.State !== "DISABLED";
  return { parts: [{ ...shared, state: ready ? "ready" : "stopped", release: image === null ? null : await nameOf(repository, image) }], refused: [], scaling: [], complete: ready };
}

/** Whoever may not see the times can still see the rest. */
function notAllowed(error: unknown): null {
  if (isNamed(error, "AccessDeniedException")) return null;
  throw error;
}
