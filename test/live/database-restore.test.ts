import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CreateSnapshotCommand, CreateTagsCommand, CreateVolumeCommand, DescribeSubnetsCommand, DescribeVolumesCommand, EC2Client, CreateSecurityGroupCommand, DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateDBInstanceCommand, CreateDBParameterGroupCommand, CreateDBSnapshotCommand, CreateDBSubnetGroupCommand, DescribeDBInstancesCommand, ModifyDBInstanceCommand, RDSClient,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AwsSettings } from "../../src/aws/run/clients.ts";
import type { Progress } from "../../src/aws/run/deploy-ground.ts";
import { restoreDatabase, type Restored, type Wanted } from "../../src/aws/run/restore.ts";
import { snapshotsOf } from "../../src/aws/render/stored-care.ts";
import { shopModel } from "../aws/shop.ts";
import { findEmulator, startEmulator, type RunningEmulator } from "./emulator.ts";

/** Restoring against moto, which plays RDS's and EC2's own checks, and what is there afterwards. */
const found = await findEmulator("moto");
const model = shopModel();
const [environment] = model.environments;

describe.skipIf(found === null)("restoring on AWS", () => {
  let emulator: RunningEmulator;
  let rds: RDSClient;
  let ec2: EC2Client;
  let group: string;
  const platform = join(mkdtempSync(join(tmpdir(), "restore-test-")), "platform.ts");
  beforeAll(async () => {
    if (found === null) return;
    const library = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
    writeFileSync(platform, `import { definePlatform, parts } from ${JSON.stringify(library)};
export default definePlatform({
  name: "shop", domain: "shop.example", region: "ap-northeast-2", environments: { live: { branch: "main" } },
  platform: () => parts({ databases: { orders: { engine: "mysql" }, baskets: { engine: "redis" } } }),
});
`);
    emulator = await startEmulator(found);
    rds = new RDSClient(emulator.client);
    ec2 = new EC2Client(emulator.client);
    const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({}));
    const { Subnets: subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    group = (await ec2.send(new CreateSecurityGroupCommand({ GroupName: "database", Description: "database", VpcId: vpc?.VpcId }))).GroupId ?? "";
    await rds.send(new CreateDBParameterGroupCommand({ DBParameterGroupName: "own", DBParameterGroupFamily: "mysql8.4", Description: "own" }));
    await rds.send(new CreateDBSubnetGroupCommand({ DBSubnetGroupName: "data", DBSubnetGroupDescription: "data", SubnetIds: subnets.slice(0, 2).flatMap(({ SubnetId: id }) => id ?? []) }));
    for (const name of ["shop-live-orders", "other"]) await rds.send(new CreateDBInstanceCommand({ ...INSTANCE, DBInstanceIdentifier: name, VpcSecurityGroupIds: [group] }));
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: "shop-live-orders", DBSnapshotIdentifier: "before-release" }));
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: "other", DBSnapshotIdentifier: "of-another" }));
  });
  afterAll(async () => {
    rmSync(dirname(platform), { recursive: true, force: true });
    for (const client of [rds, ec2]) client?.destroy();
    await emulator?.stop();
  });

  let minute = 0;
  /** Each a minute later than the one before. */
  async function restore(name: string, wanted: Wanted, more: { signal?: AbortSignal; settings?: AwsSettings; report?: (progress: Progress) => void } = {}): Promise<Restored> {
    const database = environment?.databases.find((one) => one.name === name);
    if (environment === undefined || database === undefined) throw new Error(`the shop has no ${name}`);
    minute += 1;
    const now = new Date(Date.UTC(2026, 10, 22, 10, minute));
    return restoreDatabase({ shared: model.shared, environment, database, wanted, now, directory: "terraform/live", settings: emulator.client, signal: new AbortController().signal, report: () => {}, ...more, pace: { askMilliseconds: 10, rolloutSeconds: 5, taskSeconds: 5 } });
  }
  const instance = async (id: string) => (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }))).DBInstances?.[0];

  test.each<[string, Wanted, RegExp]>([
    ["the newest there is", "newest", /^its newest state/],
    ["a snapshot", { from: "before-release" }, /^snapshot before-release of \d{4}-/],
  ])("RDS brings %s back beside the present one, set as that is", async (_what, wanted, holds) => {
    const before = await instance("shop-live-orders");
    const { id, beside, kind, holds: told, next } = await restore("orders", wanted);
    expect([kind, beside, id]).toEqual(["instance", "shop-live-orders", `shop-live-orders-restored-20261122-10${String(minute).padStart(2, "0")}`]);
    expect(told).toMatch(holds);
    expect(await instance(id)).toMatchObject({
      DBInstanceStatus: "available", DBInstanceClass: "db.t4g.small", PubliclyAccessible: false, DeletionProtection: true, StorageEncrypted: true, CopyTagsToSnapshot: true,
      DBParameterGroups: [{ DBParameterGroupName: "own" }], DBSubnetGroup: { DBSubnetGroupName: "data" }, VpcSecurityGroups: [{ VpcSecurityGroupId: group }],
      TagList: expect.arrayContaining([{ Key: "part", Value: "database:orders" }]),
    });
    expect(await instance("shop-live-orders")).toEqual({ ...before, LatestRestorableTime: expect.any(Date) });
    expect(next.filter((line) => !line.startsWith("#"))).toEqual([
      "aws rds modify-db-instance --apply-immediately --db-instance-identifier shop-live-orders --new-db-instance-identifier shop-live-orders-before",
      "aws rds wait db-instance-available --db-instance-identifier shop-live-orders-before",
      `aws rds modify-db-instance --apply-immediately --db-instance-identifier ${id} --new-db-instance-identifier shop-live-orders`,
      "aws rds wait db-instance-available --db-instance-identifier shop-live-orders",
      "terraform -chdir=terraform/live state rm aws_db_instance.database_orders",
      "terraform -chdir=terraform/live import aws_db_instance.database_orders shop-live-orders",
      "./dailyge apply --environment live",
    ]);
  });

  test("RDS restores a time within its backups, and says which times those are", async () => {
    const latest = (await instance("shop-live-orders"))?.LatestRestorableTime;
    if (latest === undefined) throw new Error("moto tells how far backups reach");
    const { holds, id } = await restore("orders", { at: new Date(latest.getTime() - 60_000) });
    expect(holds).toBe(`its state at ${new Date(latest.getTime() - 60_000).toISOString()}`);
    expect(await instance(id)).toMatchObject({ DBInstanceStatus: "available" });
    await expect(restore("orders", { at: new Date("2100-01-01T00:00:00Z") })).rejects.toThrow(/^orders cannot be restored: its backups reach to 2\d{3}-.* by now$/);
  });

  test("RDS is waited for while it works, and no longer than until it gives up or somebody else does", async () => {
    const told: string[] = [];
    const report = ({ step }: Progress): void => void told.push(step.replace(/^(making )?\S+ /, "$1"));
    await restore("orders", "newest", { report, settings: saying(emulator, ["creating", "backing-up", "modifying", "available"]) });
    expect(told).toEqual(["making (creating)", "making (backing-up)", "making (modifying)", "is there"]);
    await expect(restore("orders", "newest", { settings: saying(emulator, ["creating", "incompatible-restore"]) })).rejects.toMatchObject({
      code: "start-failed", message: expect.stringMatching(/^shop-live-orders-restored-\S+ is not restored: RDS says that it is incompatible-restore$/), hint: expect.stringMatching(/^aws rds describe-db-instances /),
    });
    const stop = new AbortController();
    const stopping = restore("orders", "newest", { signal: stop.signal, report: () => stop.abort(), settings: saying(emulator, ["creating"]) });
    await expect(stopping).rejects.toMatchObject({ code: "cancelled", message: expect.stringMatching(/ was not waited for: RDS goes on making it$/) });
  });

  test.each<[string, string, Wanted, object]>([
    ["a snapshot that there is not", "orders", { from: "none" }, { code: "unknown-name", message: "orders cannot be restored: there is no snapshot none" }],
    ["another database's snapshot", "orders", { from: "of-another" }, { code: "unknown-name", message: "orders cannot be restored: snapshot of-another is of other" }],
    ["a database that is not there", "people", "newest", { code: "not-running", message: "database people is not in AWS yet, in live", hint: "./dailyge apply --environment live" }],
    ["a volume that is not there", "articles", "newest", { code: "not-running", message: "the volume of articles is not in AWS yet, in live" }],
  ])("refuses %s", async (_what, database, wanted, failure) => {
    await expect(restore(database, wanted)).rejects.toMatchObject(failure);
  });

  test("refuses where nothing is kept, and the same name twice", async () => {
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: "shop-live-orders", BackupRetentionPeriod: 0 }));
    await expect(restore("orders", "newest")).rejects.toMatchObject({ message: "orders cannot be restored: it has no backups, because the definition keeps them for 0 days" });
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: "shop-live-orders", BackupRetentionPeriod: 7 }));
    const { id } = await restore("orders", "newest");
    minute -= 1;
    await expect(restore("orders", "newest")).rejects.toMatchObject({ code: "state-busy", message: `orders is not restored: ${id} is there already` });
  });

  test("the commands show what there is, and what to do next, in 80 columns", async () => {
    const dailyge = async (...words: readonly string[]) => {
      const given = ["--target", "aws", "--platform", platform];
      const child = spawn(fileURLToPath(new URL("../../dailyge", import.meta.url)), [words[0] ?? "", ...given, ...words.slice(1)], { env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...emulator.environment }, stdio: ["ignore", "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
      child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
      const [status] = (await once(child, "close")) as [number];
      return { status, stdout, stderr };
    };
    const listed = await dailyge("snapshots", "orders");
    expect(listed).toMatchObject({ status: 0 });
    expect(listed.stdout).toMatch(/^DATABASE +OF +SNAPSHOT\norders .* to 2\d{3}-.* any time: --at TIME\n(orders .*\n)*orders +\d{4}-\S+ +before-release\n/);
    expect(JSON.parse((await dailyge("snapshots", "orders", "--json")).stdout)).toContainEqual({ database: "orders", id: "before-release", from: expect.any(String), to: null });
    const restored = await dailyge("restore", "orders", "--from", "before-release");
    expect(restored).toMatchObject({ status: 0, stdout: expect.stringMatching(/^orders: instance shop-live-orders-restored-\d{8}-\d{4} holds\s+snapshot\s+before-release/) });
    for (const line of restored.stdout.split("\n").filter((each) => !/^(aws|terraform) /.test(each))) expect(line.length).toBeLessThanOrEqual(80);
    expect(restored.stdout).toMatch(/\nterraform -chdir=terraform\/live state rm aws_db_instance.database_orders\n/);
    expect(await dailyge("restore", "orders", "--at", "yesterday")).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("yesterday is no time with its zone") });
    expect(await dailyge("restore", "orders", "--at", "2026-11-22T09:30+09:00", "--from", "x")).toMatchObject({ status: 2, stderr: expect.stringContaining("a time and a snapshot cannot both be meant") });
    expect(await dailyge("restore", "orders", "--from", "x", "--target", "local")).toMatchObject({ status: 2, stderr: expect.stringContaining("--from is for AWS") });
    expect(await dailyge("restore", "order")).toMatchObject({ status: 2, stderr: expect.stringContaining("there is no database order in live: did you mean orders?") });
  });

  test("EBS brings a snapshot back as another volume of the same zone, which nothing makes snapshots of", async () => {
    const tags = [["snapshots", snapshotsOf({ prefix: "shop-live" }, "baskets")], ["Name", "shop-live-baskets"], ["platform", "shop"]].map(([Key, Value]) => ({ Key, Value }));
    const volume = (await ec2.send(new CreateVolumeCommand({ AvailabilityZone: "ap-northeast-2a", Size: 10, VolumeType: "gp3", Encrypted: true, TagSpecifications: [{ ResourceType: "volume", Tags: tags }] }))).VolumeId ?? "";
    await expect(restore("baskets", "newest")).rejects.toMatchObject({ code: "unknown-name", message: "baskets cannot be restored: there is no snapshot of it yet" });
    const take = async () => (await ec2.send(new CreateSnapshotCommand({ VolumeId: volume, TagSpecifications: [{ ResourceType: "snapshot", Tags: tags }] }))).SnapshotId ?? "";
    const first = await take();
    const between = await new Promise<Date>((resolve) => setTimeout(() => resolve(new Date(Math.floor(Date.now() / 1_000) * 1_000 + 500)), 2_100));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const second = await take();
    const of = async (wanted: Wanted) => {
      const { id, kind, beside, next } = await restore("baskets", wanted);
      const { Volumes: [made] = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
      expect([kind, beside]).toEqual(["volume", volume]);
      expect(made).toMatchObject({ State: "available", Size: 10, VolumeType: "gp3", Encrypted: true, AvailabilityZone: "ap-northeast-2a" });
      expect(Object.fromEntries((made?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toEqual({
        Name: expect.stringMatching(/^shop-live-baskets-restored-20261122-10\d\d$/), platform: "shop", restored: made?.SnapshotId,
      });
      expect(next).toContain(`terraform -chdir=terraform/live import aws_ebs_volume.database_baskets ${id}`);
      return made?.SnapshotId;
    };
    expect([await of("newest"), await of({ from: first }), await of({ at: between })]).toEqual([second, first, first]);
    await expect(restore("baskets", { at: new Date("2000-01-01T00:00:00Z") })).rejects.toThrow(/^baskets cannot be restored: its snapshots begin at /);
    await expect(restore("baskets", { from: "snap-0" })).rejects.toMatchObject({ message: "baskets cannot be restored: snap-0 is no finished snapshot of it" });
    const other = (await ec2.send(new CreateVolumeCommand({ AvailabilityZone: "ap-northeast-2a", Size: 10 }))).VolumeId ?? "";
    await ec2.send(new CreateTagsCommand({ Resources: [other], Tags: tags.slice(0, 1) }));
    await expect(restore("baskets", "newest")).rejects.toMatchObject({ code: "state-foreign", message: expect.stringContaining("2 volumes are called its own") });
  });
});

/** The emulator, in which a restored instance takes these states one after the other, as RDS's do. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html */
function saying({ client }: RunningEmulator, states: readonly string[]): AwsSettings {
  const real = new RDSClient(client).config.requestHandler;
  let asked = 0;
  const handle: typeof real.handle = async (request, options) => {
    const answer = await real.handle(request, options);
    const body = request.body instanceof Uint8Array ? new TextDecoder().decode(request.body) : String(request.body);
    if (!/Action=DescribeDBInstances&/.test(body) || !/DBInstanceIdentifier=[\w-]+-restored-/.test(body)) return answer;
    let xml = "";
    for await (const piece of answer.response.body as AsyncIterable<Uint8Array>) xml += new TextDecoder().decode(piece);
    const state = states[Math.min(asked++, states.length - 1)] ?? "";
    answer.response.body = Readable.from([xml.replace("<DBInstanceStatus>available<", `<DBInstanceStatus>${state}<`)]);
    return answer;
  };
  return { ...client, requestHandler: { handle } };
}

const INSTANCE = {
  DBInstanceClass: "db.t4g.small", Engine: "mysql", EngineVersion: "8.4", AllocatedStorage: 20, MasterUsername: "platform", ManageMasterUserPassword: true, BackupRetentionPeriod: 7,
  StorageEncrypted: true, MultiAZ: false, DBParameterGroupName: "own", DBSubnetGroupName: "data", PubliclyAccessible: false, Tags: [{ Key: "part", Value: "database:orders" }],
};
