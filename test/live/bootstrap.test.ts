import { CreateBucketCommand, DeletePublicAccessBlockCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, DeleteOpenIDConnectProviderCommand, IAMClient } from "@aws-sdk/client-iam";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missing, startCloud, type Cloud } from "./apply-fixture.ts";
import { Clone, States } from "./bootstrap-fixture.ts";

const ACCOUNT = "123456789012";
const DIRECTORY = `bootstrap-${ACCOUNT}`;

const BUCKET = ["aws_s3_bucket", "aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_ownership_controls", "aws_s3_bucket_policy", "aws_s3_bucket_public_access_block",
  "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning"].map((type) => `${type}.state`);
const ROLES = ["aws_iam_openid_connect_provider.github", "aws_iam_policy.live_boundary", "aws_iam_role.live", "aws_iam_role.plan", "aws_iam_role.shared",
  "aws_iam_role_policy.live", "aws_iam_role_policy.live_kept", "aws_iam_role_policy.plan", "aws_iam_role_policy.shared"];
const ALL = [...BUCKET, ...ROLES].sort();

/** Where a run can be cut off, by what it tells then. */
const CUTS: readonly (readonly [when: string, told: RegExp])[] = [
  ["before the bucket", /is to be made/],
  ["while the bucket is made", /bucket +making it/],
  ["when the bucket is made", /bucket +made/],
  ["while its directory is prepared", /preparing/],
  ["while it is compared", /comparing/],
  ["when it is compared", /compared/],
  ["when the first resource is begun", /0\/\d creating/],
  ["in the middle of the resources", /state-bucket +3\/7/],
  ["after the last resource", /state-bucket +7\/7 done/],
];

describe.skipIf(missing !== null)("bootstrap", () => {
  let cloud: Cloud;
  let count = 0;
  let platform: string;
  let states: States;
  beforeAll(async () => {
    cloud = await startCloud();
  });
  afterAll(() => cloud.stop());
  beforeEach(() => {
    cloud.provider.world.slow.clear();
    platform = `small${(count += 1)}`;
    states = new States(cloud, platform);
  });

  /** Runs it to its end, whatever an earlier run left locked: what it says to type is typed. */
  async function finish(clone: Clone): Promise<string> {
    const first = await clone.run("bootstrap", "--yes");
    if (first.code === 0) return first.told;
    const unlock = /(\S+ -chdir=\S+ force-unlock \S+)/.exec(first.told)?.[1];
    expect(first).toMatchObject({ code: 2, told: expect.stringMatching(/holds its lock since \d{4}-/) });
    clone.type((unlock ?? "false").replace("force-unlock", "force-unlock -force"));
    const second = await clone.run("bootstrap", "--yes");
    expect(second).toMatchObject({ code: 0 });
    return second.told;
  }

  test("makes an empty account ready, with its own state in the bucket that it made", async () => {
    const clone = new Clone(cloud, platform);
    const { code, out, told } = await clone.run("bootstrap", "--yes");
    expect({ code, told }).toMatchObject({ code: 0 });
    expect(told).toContain(`${platform}-terraform-${ACCOUNT} is to be made, for Terraform's states\n`);
    expect(out).toBe(`${DIRECTORY}: 15 created, 1 changed\nnext:\n  ./dailyge apply --environment live\n`);
    expect(await states.of(DIRECTORY)).toEqual(ALL);
    expect(await states.isClosed()).toBe(true);
    expect(existsSync(join(clone.directory, "terraform", DIRECTORY, "terraform.tfstate"))).toBe(false);
    expect(await clone.run("bootstrap", "--yes")).toMatchObject({ code: 0, out: expect.stringContaining(`${DIRECTORY}: nothing to change\n`) });
  });

  test("then every directory's state is in the bucket, and a second clone goes on where the first was", async () => {
    const [first, second] = [new Clone(cloud, platform), new Clone(cloud, platform)];
    expect(await first.run("apply", "--yes")).toMatchObject({ code: 2, told: expect.stringMatching(/the bucket for the state is not there\n[^]*next: \.\/dailyge bootstrap shared\n/) });
    await first.run("bootstrap", "--yes");
    expect(await first.run("apply", "--yes")).toMatchObject({ code: 0 });
    expect(await states.of("live")).toContain("aws_sns_topic.topic_events");
    expect(await states.of("shared")).toContain("aws_route53_zone.zone");
    expect(await second.run("bootstrap", "--yes", "--json").then(({ out }) => JSON.parse(out) as unknown)).toMatchObject({ account: ACCOUNT, bucket: "found", done: 0, shown: { changes: [] } });
    expect(await second.run("apply", "--yes")).toMatchObject({ code: 0, out: "shared: as defined, nothing to change\nlive: as defined, nothing to change\n" });
  });

  test("without a person who can be asked it changes nothing", async () => {
    const clone = new Clone(cloud, platform);
    expect(await clone.run("bootstrap")).toMatchObject({ code: 2, told: expect.stringContaining("nobody can be asked here\n  next: ./dailyge bootstrap --yes\n") });
    expect(await states.of(DIRECTORY)).toBeUndefined();
    await expect(states.isClosed()).rejects.toMatchObject({ name: "NoSuchBucket" });
  });

  test.each(CUTS)("cut off %s, the next run finishes it", async (_when, told) => {
    const { world } = cloud.provider;
    for (const type of ["aws_iam_role", "aws_s3_bucket_policy", "aws_s3_bucket_lifecycle_configuration"]) world.slow.set(type, 150);
    const clone = new Clone(cloud, platform);
    await clone.runUntil(["bootstrap", "--yes"], told);
    await finish(clone);
    expect(await states.of(DIRECTORY)).toEqual(ALL);
    expect(await states.isClosed()).toBe(true);
    expect(await new Clone(cloud, platform).run("bootstrap", "--yes")).toMatchObject({ code: 0, out: expect.stringContaining("nothing to change") });
  });

  test("cut off on a machine that is lost, another clone finishes it", async () => {
    const clone = new Clone(cloud, platform);
    await clone.runUntil(["bootstrap", "--yes"], /0\/\d creating/);
    rmSync(join(clone.directory, "terraform"), { recursive: true });
    await finish(new Clone(cloud, platform));
    expect(await states.of(DIRECTORY)).toEqual(ALL);
  });

  test("finishes a bucket that is open and forgets", async () => {
    const s3 = new S3Client(cloud.emulator.client);
    const Bucket = states.bucket;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "ap-northeast-2" } }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }));
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect(await new Clone(cloud, platform).run("bootstrap", "--yes")).toMatchObject({ code: 0, told: expect.stringContaining("was begun, and is to be finished") });
    expect(await states.isClosed()).toBe(true);
  });

  test("takes over a role that an earlier run made and did not write down, and leaves other people's", async () => {
    const iam = new IAMClient(cloud.emulator.client);
    const role = (name: string, Tags: { Key: string; Value: string }[]) => iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: "{}", Tags }));
    await role(`${platform}-plan`, [{ Key: "platform", Value: platform }]);
    const clone = new Clone(cloud, platform);
    const { code, told } = await clone.run("bootstrap", "--yes");
    expect({ code, told }).toMatchObject({ code: 0, told: expect.stringMatching(/aws_iam_role\.plan: [^;]*; is imported/) });
    expect(existsSync(join(clone.directory, "terraform", DIRECTORY, "adopted.tf.json"))).toBe(false);
    expect(await states.of(DIRECTORY)).toEqual(ALL);

    await role("other-plan", []);
    expect(await new Clone(cloud, "other").run("bootstrap", "--yes")).toMatchObject({
      code: 2, told: expect.stringContaining("other-plan is there already, and bootstrap has not made it"),
    });
  });

  test("where the account knows GitHub already it says what to write", async () => {
    const iam = new IAMClient(cloud.emulator.client);
    const { OpenIDConnectProviderArn } = await iam.send(new CreateOpenIDConnectProviderCommand({ Url: "https://token.actions.githubusercontent.com", ClientIDList: ["sts.amazonaws.com"], ThumbprintList: ["a".repeat(40)] }));
    try {
      expect(await new Clone(cloud, platform).run("bootstrap", "--yes")).toMatchObject({ code: 2, told: expect.stringContaining('delivery: { identityProvider: "existing" }') });
      const told = await new Clone(cloud, platform, 'delivery: { repository: "team/server", identityProvider: "existing" },').run("bootstrap", "--yes");
      expect(told).toMatchObject({ code: 0 });
      expect(await states.of(DIRECTORY)).toEqual(ALL.filter((address) => address !== "aws_iam_openid_connect_provider.github"));
    } finally {
      await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    }
  });

  test("refuses another account before it writes to AWS, and an environment whose account nobody knows", async () => {
    const other = new Clone(cloud, platform, 'account: "999900001111",');
    expect(await other.run("bootstrap", "shared", "--yes")).toMatchObject({ code: 2, told: expect.stringContaining("bootstrap-999900001111 is in account 999900001111, and the credentials are of 123456789012") });
    const definition = readFileSync(join(other.directory, "platform.ts"), "utf8");
    expect(definition).toContain("999900001111");
    expect(await other.run("bootstrap", "everything")).toMatchObject({ code: 2, told: expect.stringContaining("bootstrap takes at most the word shared") });
  });
});
