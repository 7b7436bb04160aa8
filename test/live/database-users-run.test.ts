import { Readable } from "node:stream";
import { CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateClusterCommand, ECSClient, ListTasksCommand, RegisterTaskDefinitionCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { usersTask } from "../../src/aws/render/mysql-users.ts";
import { runDatabaseUsers } from "../../src/aws/run/database-users.ts";
import type { AwsSettings } from "../../src/aws/run/clients.ts";
import type { Progress } from "../../src/aws/run/deploy-ground.ts";
import { shopModel } from "../aws/shop.ts";
import { findEmulator, startEmulator, type RunningEmulator } from "./emulator.ts";

/** Running the task that makes users, against MiniStack; how a task ends, which no emulator shows, is answered as ECS documents it. */
const found = await findEmulator("ministack");
const model = shopModel();
const [live] = model.environments;
if (live === undefined) throw new Error("the shop has an environment");
/** With one database alone, so that each run is one task. */
const environment = { ...live, databases: live.databases.filter(({ name }) => name === "orders") };
const PLACE = { prefix: "shop-live", path: "/shop/live" };
const { family, logs: logGroupName, applied } = usersTask(PLACE, "orders");

describe.skipIf(found === null)("the users of a database of RDS", () => {
  let emulator: RunningEmulator;
  let ecs: ECSClient;
  let logs: CloudWatchLogsClient;
  let ssm: SSMClient;
  beforeAll(async () => {
    if (found === null) return;
    emulator = await startEmulator(found);
    [ecs, logs, ssm] = [new ECSClient(emulator.client), new CloudWatchLogsClient(emulator.client), new SSMClient(emulator.client)];
    await ecs.send(new CreateClusterCommand({ clusterName: "shop-live" }));
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
  });
  afterAll(async () => {
    for (const client of [ecs, logs, ssm]) client?.destroy();
    await emulator?.stop();
  });
  let ends: Ends;
  beforeEach(() => (ends = { exitCode: 0, stoppedReason: "Essential container in task exited" }));

  const told: Progress[] = [];
  const run = (signal = new AbortController().signal, settings: AwsSettings = answering(emulator, () => ends)) =>
    runDatabaseUsers({ shared: model.shared, environment, settings, signal, report: (progress) => told.push(progress), again: "./dailyge apply --environment live", pace: { askMilliseconds: 20, rolloutSeconds: 5, taskSeconds: 5 } });
  const mark = async () => (await ssm.send(new GetParameterCommand({ Name: applied }))).Parameter?.Value;
  const revise = () => ecs.send(new RegisterTaskDefinitionCommand({
    family, requiresCompatibilities: ["EC2"], tags: [{ key: "capacity", value: "shop-live-hosts-general" }],
    containerDefinitions: [{ name: "users", image: "mysql", memory: 256, logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": logGroupName, "awslogs-stream-prefix": "users" } } }],
  }));
  const begun = async () => (await ecs.send(new ListTasksCommand({ cluster: "shop-live", startedBy: "dailyge-users" }))).taskArns?.length ?? 0;

  test("are not made before Terraform has made their task", async () => {
    await expect(run()).rejects.toMatchObject({ code: "not-running", message: "the task that makes the users of orders is not in AWS yet, in live", hint: "./dailyge apply --environment live" });
  });

  test("are made once for each revision, on hosts that the database admits", async () => {
    await revise();
    expect(await run()).toEqual([{ database: "orders", state: "made" }]);
    expect(await mark()).toBe(`${family}:1`);
    expect(ends.capacity).toBe("shop-live-hosts-general");
    expect(told.at(-1)).toEqual({ part: "orders", step: "its users are made", state: "ready" });
    const tasks = await begun();
    expect(await run()).toEqual([{ database: "orders", state: "unchanged" }]);
    expect(await begun()).toBe(tasks);
    await revise();
    expect(await run()).toEqual([{ database: "orders", state: "made" }]);
    expect(await mark()).toBe(`${family}:2`);
  });

  test("are tried again after a task that failed, whose last words are told", async () => {
    await revise();
    ends = {
      exitCode: 1, stoppedReason: "Essential container in task exited",
      before: async (task) => {
        const logStreamName = `users/users/${task.split("/").at(-1)}`;
        await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
        await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: [{ timestamp: Date.now(), message: "users: the server refused: ERROR 1227" }] }));
      },
    };
    await expect(run()).rejects.toMatchObject({
      code: "start-failed", message: "the users of orders are not made: exit code 1: Essential container in task exited",
      hint: "when that is seen to: ./dailyge apply --environment live", details: ["users: the server refused: ERROR 1227"],
    });
    expect(await mark()).toBe(`${family}:2`);
    ends = { exitCode: null, stoppedReason: "CannotPullContainerError: pull image manifest has been retried 5 time(s)" };
    await expect(run()).rejects.toMatchObject({ message: expect.stringContaining("CannotPullContainerError") });
    ends = { exitCode: 0, stoppedReason: "Essential container in task exited" };
    expect(await run()).toEqual([{ database: "orders", state: "made" }]);
  });

  test("are not waited for after Ctrl-C, and are made the next time", async () => {
    await revise();
    const stop = new AbortController();
    const settings = emulator.client;
    setTimeout(() => stop.abort(), 500);
    await expect(run(stop.signal, settings)).rejects.toMatchObject({ code: "cancelled", message: "the users of databases are not made: it was interrupted" });
    expect(await mark()).toBe(`${family}:3`);
    expect(await run()).toEqual([{ database: "orders", state: "made" }]);
    expect(await mark()).toBe(`${family}:4`);
  });

  test("are not waited for without end where their task never ends", async () => {
    await revise();
    const waiting = runDatabaseUsers({ shared: model.shared, environment, settings: emulator.client, signal: new AbortController().signal, report: () => {}, again: "again", pace: { askMilliseconds: 50, rolloutSeconds: 1, taskSeconds: 1 } });
    await expect(waiting).rejects.toMatchObject({ code: "start-failed", message: expect.stringMatching(/^the users of orders are not made: after \d s their task is running$/) });
    for (const task of (await ecs.send(new ListTasksCommand({ cluster: "shop-live" }))).taskArns ?? []) await ecs.send(new StopTaskCommand({ cluster: "shop-live", task }));
  });

  test("say what ECS says when it has no room for their task", async () => {
    ends = { ...ends, refuses: "RESOURCE:MEMORY" };
    await expect(run()).rejects.toMatchObject({ code: "start-failed", message: "the users of orders are not made: ECS runs no task: RESOURCE:MEMORY", hint: "once its hosts have room: ./dailyge apply --environment live" });
  });
});

/** How a task ends, and what was seen of it. */
interface Ends {
  readonly exitCode: number | null;
  readonly stoppedReason: string;
  readonly before?: (task: string) => Promise<void>;
  readonly refuses?: string;
  capacity?: string | undefined;
}

/** The emulator, with ECS's own word on how tasks end. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
function answering({ client }: RunningEmulator, ends: () => Ends): AwsSettings {
  const real = new ECSClient(client).config.requestHandler;
  const handle: typeof real.handle = async (request, options) => {
    const [, action] = String(request.headers["x-amz-target"] ?? "").split(".");
    const { exitCode, stoppedReason, before, refuses } = ends();
    const asked = (): Record<string, unknown> => JSON.parse(new TextDecoder().decode(request.body as Uint8Array)) as Record<string, unknown>;
    const answer = (body: object) => ({ response: { statusCode: 200, headers: { "content-type": "application/x-amz-json-1.1" }, body: Readable.from([JSON.stringify(body)]) } });
    if (action === "RunTask") {
      const [strategy] = (asked()["capacityProviderStrategy"] ?? []) as readonly { readonly capacityProvider: string }[];
      ends().capacity = strategy?.capacityProvider;
      if (refuses !== undefined) return answer({ tasks: [], failures: [{ reason: refuses }] }) as never;
    }
    if (action !== "DescribeTasks") return real.handle(request, options);
    const [task = ""] = asked()["tasks"] as readonly string[];
    await before?.(task);
    return answer({ tasks: [{ taskArn: task, lastStatus: "STOPPED", stoppedReason, containers: [{ name: "users", ...(exitCode !== null && { exitCode }) }] }], failures: [] }) as never;
  };
  return { ...client, requestHandler: { handle } };
}
