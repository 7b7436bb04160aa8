import { setTimeout as sleep } from "node:timers/promises";
import { DescribeTasksCommand, RunTaskCommand, StopTaskCommand, type CapacityProviderStrategyItem, type Task } from "@aws-sdk/client-ecs";
import { Failure } from "../../kit/failure.ts";
import { clusterName } from "../render/deployed-names.ts";
import { isCancelled } from "./clients.ts";
import { lastLines } from "./deploy-evidence.ts";
import type { Ground } from "./deploy-ground.ts";
import { findRevision } from "./deploy-revision.ts";

/** How a task that runs once came to its end. */
export interface TaskEnd {
  readonly task: string;
  /** Null where its program never ran. */
  readonly exitCode: number | null;
  /** `Essential container in task exited`, `CannotPullContainerError: ...` */
  readonly reason: string;
  readonly lastLines: readonly string[];
}

export interface Once {
  /** Revision to run. */
  readonly revision: string;
  /** Who started it, at most 36 characters. */
  readonly startedBy: string;
  readonly capacity: readonly CapacityProviderStrategyItem[];
  /** `waiting for its migration` */
  readonly step: string;
  /** Whether what it wrote is wanted also where it ended well: that takes seconds to come. */
  readonly shows: boolean;
}

/** A task that was begun: ECS tells of it only a moment later. */
const TOLD_AFTER_SECONDS = 30;

/**
 * Runs a task of a service to its end. Aborted, it is stopped.
 * @throws Failure `start-failed` when ECS finds no room for it; the abortion
 */
export async function runOnce(ground: Ground, once: Once): Promise<TaskEnd> {
  const begun = await begin(ground, once);
  try {
    const ended = await untilStopped(ground, begun, once.step);
    return await endOf(ground, ended, once);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    await ground.ecs.send(new StopTaskCommand({ cluster: clusterName(ground.place), task: begun, reason: "the deployment was interrupted" }));
    throw error;
  }
}

async function begin({ ecs, place, service }: Ground, { revision, startedBy, capacity }: Once): Promise<string> {
  const { tasks = [], failures = [] } = await ecs.send(new RunTaskCommand({
    cluster: clusterName(place), taskDefinition: revision, count: 1, startedBy: startedBy.slice(0, 36), enableECSManagedTags: true, propagateTags: "TASK_DEFINITION",
    ...(capacity.length > 0 && { capacityProviderStrategy: [...capacity] }),
  }));
  const arn = tasks[0]?.taskArn;
  if (arn !== undefined) return arn;
  const why = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(": ")).join("; ");
  throw new Failure("start-failed", `ECS runs no task of ${service.name}: ${why === "" ? "it does not say why" : why}`, { hint: "see whether its hosts have room: ./dailyge status --target aws" });
}

async function untilStopped(ground: Ground, task: string, step: string): Promise<Task> {
  const { ecs, place, service, pace, signal } = ground;
  const begun = Date.now();
  for (;;) {
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: clusterName(place), tasks: [task] }), { abortSignal: signal });
    const [found] = tasks;
    if (found?.lastStatus === "STOPPED") return found;
    const seconds = (Date.now() - begun) / 1000;
    if (found === undefined && seconds > TOLD_AFTER_SECONDS) throw new Failure("start-failed", `ECS no longer knows the task ${idOf(task)} of ${service.name}`);
    if (seconds > pace.taskSeconds) throw new Failure("start-failed", `the task ${idOf(task)} of ${service.name} has not ended within ${pace.taskSeconds / 60} minutes: it is ${found?.lastStatus ?? "unknown"}, and goes on`);
    ground.report({ part: service.name, state: "working", step: `${step} (${(found?.lastStatus ?? "pending").toLowerCase()})` });
    await sleep(pace.askMilliseconds, undefined, { signal });
  }
}

async function endOf(ground: Ground, task: Task, { revision, shows }: Once): Promise<TaskEnd> {
  const container = task.containers?.find(({ name }) => name === ground.service.name);
  const found = shows || container?.exitCode !== 0 ? await findRevision(ground.ecs, revision) : null;
  const lines = found === null ? [] : await lastLines(ground, found.definition, task.taskArn ?? "");
  return { task: idOf(task.taskArn ?? ""), exitCode: container?.exitCode ?? null, reason: [task.stoppedReason, container?.reason].filter(Boolean).join(": "), lastLines: lines };
}

/** The end of a task's ARN. */
export const idOf = (task: string): string => task.split("/").at(-1) ?? "";
