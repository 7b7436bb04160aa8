import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { EC2Client, RunInstancesCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateDBInstanceCommand, RDSClient, StopDBInstanceCommand } from "@aws-sdk/client-rds";
import { CreateQueueCommand, GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AwsStatus } from "../../src/aws/run/status.ts";
import { World } from "./aws-world.ts";
import { findEmulator, startEmulator, type RunningEmulator } from "./emulator.ts";
import { sharePlatform, service } from "./fixture.ts";

/** What `status` says of databases, sites and alarms, as an emulator plays them. */
const found = await findEmulator("moto");

describe.skipIf(found === null)("status on AWS", () => {
  const platform = sharePlatform({
    services: { api: service({ uses: ["db", "cache", "events"] }), worker: { directory: "services/worker", start: "node server.ts", consumes: ["events"] } },
    topics: { events: {} },
    sites: { main: { host: "main", directory: "sites/main" } },
    databases: { db: { engine: "mysql" }, cache: { engine: "redis", memory: "64 MB" } },
  });
  let emulator: RunningEmulator;

  const status = async (): Promise<AwsStatus> => {
    const told = await platform.startWith({ environment: emulator.environment }, "status", "--target", "aws", "--json").ended();
    expect(told, told.err).toMatchObject({ code: 0 });
    return JSON.parse(told.out) as AwsStatus;
  };
  const states = async (): Promise<readonly string[]> => (await status()).parts.map(({ name, state }) => `${name} ${state}`);

  beforeAll(async () => {
    if (found !== null) emulator = await startEmulator(found);
  });
  afterAll(() => emulator?.stop());

  test("what Terraform has not made yet is stopped", async () => {
    expect(await states()).toEqual(["db stopped", "cache stopped", "events stopped", "main stopped", "api stopped", "worker stopped"]);
  });

  test("databases are as RDS and EC2 see them", async () => {
    const { client } = emulator;
    const rds = new RDSClient(client);
    const ec2 = new EC2Client(client);
    await rds.send(new CreateDBInstanceCommand({ DBInstanceIdentifier: "probe-dev-db", DBInstanceClass: "db.t4g.micro", Engine: "mysql", AllocatedStorage: 20, MasterUsername: "platform", MasterUserPassword: "a password" }));
    const { Instances = [] } = await ec2.send(new RunInstancesCommand({ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1, TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "probe-dev-cache" }] }] }));
    expect((await states()).slice(0, 2)).toEqual(["db ready", "cache ready"]);
    await rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: "probe-dev-db" }));
    await ec2.send(new StopInstancesCommand({ InstanceIds: [Instances[0]?.InstanceId ?? ""] }));
    expect((await states()).slice(0, 2)).toEqual(["db stopped", "cache stopped"]);
  });

  test("a topic is there with its queues, and what is in them is counted", async () => {
    const sqs = new SQSClient(emulator.client);
    for (const QueueName of ["probe-dev-events_worker", "probe-dev-events_worker_dead"]) await sqs.send(new CreateQueueCommand({ QueueName }));
    for (const [name, MessageBody] of [["worker", "one"], ["worker", "two"], ["worker", "three"], ["worker_dead", "bad"]] as const) {
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `probe-dev-events_${name}` }));
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      if (MessageBody === "one") await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 60 }));
    }
    expect((await status()).parts.find(({ name }) => name === "events")).toMatchObject({ kind: "topic", state: "ready", reachableBy: "api", queues: [{ consumer: "worker", waiting: 2, inFlight: 1, dead: 1 }] });
    const told = await platform.startWith({ environment: emulator.environment }, "status", "--target", "aws").ended();
    expect(told.out).toContain("worker: 2 waiting, 1 in flight, 1 dead");
  });

  test("a site is there once something was released to its distribution", async () => {
    const world = new World(emulator);
    await world.makeSite();
    expect(await states()).toContain("main stopped");
    expect(await platform.startWith({ environment: emulator.environment }, "deploy", "main", "--target", "aws").ended()).toMatchObject({ code: 0 });
    const { parts, urls } = await status();
    expect(parts.find(({ name }) => name === "main")).toMatchObject({ state: "ready", release: expect.stringMatching(/^worktree-/), url: "https://main.example.com" });
    expect(urls).toMatchObject({ main: "https://main.example.com", api: "https://api.example.com" });
  });

  // moto does not tell alarms that ring from others where both begin alike: that is AWS's to do.
  test("alarms of this environment that ring are told", async () => {
    const cloudwatch = new CloudWatchClient(emulator.client);
    for (const AlarmName of ["probe-dev-api-errors", "probe-prod-api-errors"]) {
      await cloudwatch.send(new PutMetricAlarmCommand({ AlarmName, AlarmDescription: "api answers with errors", Namespace: "N", MetricName: "M", ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: 1, Period: 60, Statistic: "Sum", Threshold: 1 }));
      await cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: "ALARM", StateReason: "tried" }));
    }
    expect((await status()).alarms).toMatchObject([{ name: "probe-dev-api-errors", why: "api answers with errors" }]);
    const told = await platform.startWith({ environment: emulator.environment }, "status", "--target", "aws").ended();
    expect(told.out).toMatch(/\nAlarms:\n {2}probe-dev-api-errors: api answers with errors/);
    expect(told.out.split("\n").every((line) => line.length <= 80), told.out).toBe(true);
  });
});
