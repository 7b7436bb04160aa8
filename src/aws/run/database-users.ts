import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ECSClient, RunTaskCommand, type Tag, type Task, type TaskDefinition } from "@aws-sdk/client-ecs";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { Failure } from "../../kit/failure.ts";
import { databasesOf, type MysqlDatabase } from "../../model/database.ts";
import type { Environment, Shared } from "../../model/model.ts";
import { clusterName } from "../render/deployed-names.ts";
import { CAPACITY_TAG, usersTask } from "../render/mysql-users.ts";
import { place as placeOf, type Place } from "../render/place.ts";
import { asFailure, isNamed, type AwsSettings } from "./clients.ts";
import { lastLines, stoppedText } from "./deploy-evidence.ts";
import { notThere, PACE, type Pace, type Progress } from "./deploy-ground.ts";
import { findRevision } from "./deploy-revision.ts";

/** What became of the users of one database. */
export interface UsersRun {
  readonly database: string;
  /** `unchanged`: the task that would make them is the one that has. */
  readonly state: "made" | "unchanged";
}

export interface UsersOptions {
  readonly shared: Shared;
  readonly environment: Environment;
  readonly settings: AwsSettings;
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
  /** What the user types to try again: `./dailyge apply --environment prod`. */
  readonly again: string;
  readonly pace?: Pace;
}

interface Ground extends UsersOptions {
  readonly place: Place;
  readonly ecs: ECSClient;
  readonly ssm: SSMClient;
  readonly logs: CloudWatchLogsClient;
  readonly pace: Pace;
}

/**
 * Makes the users of an environment's MySQL databases, after Terraform has made what they need: runs each database's task
 * to its end, unless the newest revision is the one that has run. Aborted or killed, the next time runs it again.
 * @throws Failure `start-failed` when a task does not begin or ends badly, with its last lines; `not-running` before the first apply
 */
export async function runDatabaseUsers(options: UsersOptions): Promise<readonly UsersRun[]> {
  const { shared, environment, settings, pace = PACE } = options;
  const databases = databasesOf("mysql", environment.databases).filter(({ usedBy }) => usedBy.length > 0);
  const ground: Ground = {
    ...options, pace, place: placeOf(shared, environment),
    ecs: new ECSClient(settings), ssm: new SSMClient(settings), logs: new CloudWatchLogsClient(settings),
  };
  const done: UsersRun[] = [];
  try {
    for (const database of databases) done.push(await makeUsers(ground, database));
  } catch (error) {
    throw asFailure(error, { failed: "the users of databases are not made", again: options.again });
  } finally {
    for (const client of [ground.ecs, ground.ssm, ground.logs]) client.destroy();
  }
  return done;
}

async function makeUsers(ground: Ground, { name, deployedAs }: MysqlDatabase): Promise<UsersRun> {
  const { ecs, place, report } = ground;
  const { family, applied } = usersTask(place, deployedAs);
  const newest = await findRevision(ecs, family);
  const revision = newest?.definition.taskDefinitionArn;
  if (newest === null || revision === undefined) throw notThere(`the task that makes the users of ${name}`, place.environment.name);
  const wanted = markOf(revision);
  if ((await readMark(ground, applied)) === wanted) return { database: name, state: "unchanged" };
  report({ part: name, step: "making its users", state: "working" });
  const task = await untilStopped(ground, name, await begin(ground, name, revision, newest.tags));
  if (task.containers?.[0]?.exitCode !== 0) throw await failedFailure(ground, name, newest.definition, task);
  await ground.ssm.send(new PutParameterCommand({
    Name: applied, Value: wanted, Type: "String", Overwrite: true, Description: `The revision that made the users of ${name} last`,
  }));
  report({ part: name, step: "its users are made", state: "ready" });
  return { database: name, state: "made" };
}

/** `dailyge-prod-mysql-users:7` of a task definition's ARN. */
const markOf = (arn: string): string => arn.split("/").at(-1) ?? arn;

async function readMark({ ssm }: Ground, name: string): Promise<string | undefined> {
  try {
    return (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
  } catch (error) {
    if (isNamed(error, "ParameterNotFound")) return undefined;
    throw error;
  }
}

/** On hosts that the database admits: those that Terraform has written beside the task. */
async function begin({ ecs, place, again }: Ground, database: string, revision: string, tags: readonly Tag[]): Promise<string> {
  const capacity = tags.find(({ key }) => key === CAPACITY_TAG)?.value;
  const { tasks = [], failures = [] } = await ecs.send(new RunTaskCommand({
    cluster: clusterName(place), taskDefinition: revision, count: 1, startedBy: "dailyge-users",
    ...(capacity !== undefined && { capacityProviderStrategy: [{ capacityProvider: capacity, weight: 1 }] }),
  }));
  const begun = tasks[0]?.taskArn;
  if (begun !== undefined) return begun;
  const why = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(": ")).join("; ");
  throw new Failure("start-failed", `the users of ${database} are not made: ECS runs no task: ${why === "" ? "it does not say why" : why}`, { hint: `once its hosts have room: ${again}` });
}

/** A task that was begun: ECS tells of it only a moment later. */
const TOLD_AFTER_MS = 30_000;
/** A first host needs minutes to start. */
const LONGEST_MS = 15 * 60_000;

async function untilStopped({ ecs, place, pace, signal, again, report }: Ground, database: string, arn: string): Promise<Task> {
  for (const begun = performance.now(); ; await sleep(pace.askMilliseconds, undefined, { signal })) {
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: clusterName(place), tasks: [arn] }), { abortSignal: signal });
    const [task] = tasks;
    if (task?.lastStatus === "STOPPED") return task;
    const milliseconds = performance.now() - begun;
    const status = (task?.lastStatus ?? "unknown").toLowerCase();
    if (milliseconds > Math.min(LONGEST_MS, pace.taskSeconds * 1_000) || (task === undefined && milliseconds > TOLD_AFTER_MS)) {
      throw new Failure("start-failed", `the users of ${database} are not made: after ${Math.round(milliseconds / 1_000)} s their task is ${status}`, {
        hint: `see whether its hosts start: ./dailyge status --target aws --environment ${place.environment.name}; then: ${again}`,
      });
    }
    report({ part: database, step: `making its users (${status})`, state: "working" });
  }
}

async function failedFailure({ logs, pace, again }: Ground, database: string, definition: TaskDefinition, task: Task): Promise<Failure> {
  const details = await lastLines({ logs, pace }, definition, task.taskArn ?? "");
  return new Failure("start-failed", `the users of ${database} are not made: ${stoppedText(task, "")}`, { hint: `when that is seen to: ${again}`, details });
}
