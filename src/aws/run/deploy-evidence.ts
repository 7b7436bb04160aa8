import { setTimeout as sleep } from "node:timers/promises";
import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ListTasksCommand, type Service as EcsService, type Task, type TaskDefinition } from "@aws-sdk/client-ecs";
import { DescribeTargetHealthCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { clusterName } from "../render/deployed-names.ts";
import { isNamed } from "./clients.ts";
import type { Ground } from "./deploy-ground.ts";
import { findRevision } from "./deploy-revision.ts";

/** What a revision that did not stay up left behind. */
export interface Evidence {
  /** Why its tasks ended, the most frequent first: `exit code 1: Essential container in task exited`. */
  readonly reasons: readonly string[];
  /** What the load balancer says of those that run: `Health checks failed with these codes: [503]`. */
  readonly health: readonly string[];
  /** What ECS tells of the service since then, newest first. */
  readonly events: readonly string[];
  readonly lastLines: readonly string[];
}

const SHOWN_LINES = 20;

/** Tasks of a service that run or, for an hour, have ended. */
export async function tasksOf({ ecs, place, service }: Pick<Ground, "ecs" | "place" | "service">, desiredStatus: "RUNNING" | "STOPPED"): Promise<readonly Task[]> {
  const cluster = clusterName(place);
  const found: Task[] = [];
  let next: string | undefined;
  do {
    const { taskArns = [], nextToken } = await ecs.send(new ListTasksCommand({ cluster, serviceName: service.name, desiredStatus, ...(next !== undefined && { nextToken: next }) }));
    if (taskArns.length > 0) found.push(...((await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))).tasks ?? []));
    next = nextToken;
  } while (next !== undefined);
  return found;
}

/** Everything that says why a revision is not up. */
export async function gatherEvidence(ground: Ground, service: EcsService, revision: string, since: Date): Promise<Evidence> {
  const [stopped, running] = [await tasksOf(ground, "STOPPED"), await tasksOf(ground, "RUNNING")];
  const own = stopped.filter(({ taskDefinitionArn }) => taskDefinitionArn === revision);
  const newest = [...own, ...running.filter(({ taskDefinitionArn }) => taskDefinitionArn === revision)].toSorted((one, other) => time(other) - time(one))[0];
  const found = newest === undefined ? null : await findRevision(ground.ecs, revision);
  return {
    reasons: counted(own.map((task) => stoppedText(task, ground.service.name))),
    health: await targetHealth(ground, service),
    events: (service.events ?? []).filter(({ createdAt, message = "" }) => createdAt !== undefined && createdAt >= since && !/steady state/.test(message)).map(({ message = "" }) => message).slice(0, 5),
    lastLines: newest === undefined || found === null ? [] : await lastLines(ground, found.definition, newest.taskArn ?? ""),
  };
}

const time = ({ stoppedAt, createdAt }: Task): number => (stoppedAt ?? createdAt)?.getTime() ?? 0;

/** How one task ended: its program's exit code where it ran, and ECS's reasons. */
export function stoppedText({ stoppedReason = "", containers = [] }: Task, service: string): string {
  const container = containers.find(({ name }) => name === service) ?? containers[0];
  const code = container?.exitCode === undefined ? [] : [`exit code ${container.exitCode}`];
  return [...new Set([...code, stoppedReason, container?.reason ?? ""])].filter((part) => part !== "").join(": ") || "it ended without a reason";
}

/** Each text once, with how often it came. */
function counted(texts: readonly string[]): readonly string[] {
  const groups = [...Map.groupBy(texts, (text) => text)].toSorted(([, one], [, other]) => other.length - one.length);
  return groups.map(([text, same]) => (same.length === 1 ? text : `${text} (${same.length} times)`));
}

async function targetHealth({ balancers }: Ground, { loadBalancers = [] }: EcsService): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const { targetGroupArn } of loadBalancers) {
    if (targetGroupArn === undefined) continue;
    const { TargetHealthDescriptions = [] } = await balancers.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }));
    for (const { TargetHealth: health } of TargetHealthDescriptions) {
      if (health?.State === "unhealthy") texts.push(health.Description ?? health.Reason ?? "unhealthy");
    }
  }
  return counted(texts);
}

/** The end of what a task wrote; it comes to CloudWatch a few seconds after it was written. */
export async function lastLines({ logs, pace }: Pick<Ground, "logs" | "pace">, definition: TaskDefinition, task: string): Promise<readonly string[]> {
  const container = definition.containerDefinitions?.find(({ essential }) => essential !== false);
  const { "awslogs-group": group, "awslogs-stream-prefix": prefix } = container?.logConfiguration?.options ?? {};
  if (container === undefined || group === undefined || prefix === undefined) return [];
  const stream = `${prefix}/${container.name}/${task.split("/").at(-1)}`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (attempt > 0) await sleep(pace.askMilliseconds);
    const lines = await readStream({ logs }, group, stream);
    if (lines.length > 0) return lines;
  }
  return [];
}

async function readStream({ logs }: Pick<Ground, "logs">, logGroupName: string, logStreamName: string): Promise<readonly string[]> {
  try {
    const { events = [] } = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: SHOWN_LINES, startFromHead: false }));
    return events.map(({ message = "" }) => message.trimEnd());
  } catch (error) {
    if (isNamed(error, "ResourceNotFoundException")) return [];
    throw error;
  }
}
