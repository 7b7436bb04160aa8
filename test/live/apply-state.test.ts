import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missing, startCloud, Team, type Cloud } from "./apply-fixture.ts";
import { eventually } from "./fixture.ts";
import { findBinary, run } from "./terraform/run.ts";

/** The state in a bucket, as it is once the definition names accounts: played by an emulator, locked by the real program. */
describe.skipIf(missing !== null)("a state in a bucket", () => {
  let cloud: Cloud;
  let s3: S3Client;
  beforeAll(async () => {
    cloud = await startCloud();
    s3 = new S3Client(cloud.emulator.client);
  });
  afterAll(() => cloud.stop());
  beforeEach(() => {
    cloud.provider.world.things.clear();
    cloud.provider.world.slow.clear();
  });

  /** An emulator has no host name for each bucket: a file beside ours says so, as a team's own file may. */
  function team(shared: string = cloud.emulator.account): Team {
    const made = new Team(cloud);
    made.define({ account: cloud.emulator.account, shared });
    for (const name of ["shared", "dev"]) {
      const place = join(made.directory, "terraform", name);
      mkdirSync(place, { recursive: true });
      const s3 = { bucket: `small-terraform-${cloud.emulator.account}`, key: `small/${name}.tfstate`, region: "ap-northeast-2", use_lockfile: true, use_path_style: true };
      writeFileSync(join(place, "backend_override.tf.json"), JSON.stringify({ terraform: { backend: { s3 } } }));
    }
    return made;
  }

  const bucket = (): string => `small-terraform-${cloud.emulator.account}`;
  const keys = async (): Promise<readonly string[]> => ((await s3.send(new ListObjectsV2Command({ Bucket: bucket() }))).Contents ?? []).map(({ Key }) => Key ?? "");

  test("says how to make the bucket, where there is none", async () => {
    const { code, told } = await team().run("apply", "--yes");
    expect({ code, told }).toMatchObject({ code: 2, told: expect.stringContaining("shared cannot be planned: the bucket for the state is not there\n") });
    expect(told).toContain("next: ./dailyge bootstrap shared\n");
  });

  describe("in a bucket that is there", () => {
    beforeAll(async () => {
      await s3.send(new CreateBucketCommand({ Bucket: bucket(), CreateBucketConfiguration: { LocationConstraint: "ap-northeast-2" } }));
    });

    test("is found by others, and its lock is gone after an apply", async () => {
      expect(await team().run("apply", "--yes")).toMatchObject({ code: 0 });
      expect(await keys()).toEqual(["small/dev.tfstate", "small/shared.tfstate"]);
      expect(await team().run("verify")).toMatchObject({ code: 0 });
    });

    test("leaves what is shared as it is, where that is in another account", async () => {
      const other = team("999999999999");
      const { code, out, told } = await other.run("apply", "--yes");
      expect({ code, out, told }).toMatchObject({ code: 0, told: expect.stringContaining("shared is left as it is: it is in account 999999999999\n") });
      expect(out).not.toContain("shared");
      expect(await other.run("plan")).toMatchObject({ code: 0, out: expect.stringContaining("shared: not compared: it is in account 999999999999\n") });
      expect(await other.run("apply", "shared", "--yes")).toMatchObject({ code: 2, told: expect.stringContaining("shared is in account 999999999999, and the credentials are of") });
    });

    test("names who was killed with the lock in hand, and how to release it", async () => {
      const { world } = cloud.provider;
      const mine = team();
      await mine.run("apply", "--yes");
      world.remove("aws_db_subnet_group");
      world.slow.set("aws_db_subnet_group", 30_000);
      const { child, ended, told } = mine.start("apply", "--yes");
      await eventually(async () => told().includes("creating db_subnet_group"));
      const { stdout } = await promisify(execFile)("ps", ["-o", "pid=", "--ppid", String(child.pid)]);
      process.kill(Number(stdout.trim()), "SIGKILL");
      const { told: all } = await ended;
      expect(all).toContain("dev: it was ended at once");
      expect(all).toMatch(/its lock is left, of \S+@\S+ since \S+Z\n/);
      const [, id] = /-chdir=terraform\/dev force-unlock ([\w-]{36}); then: \.\/dailyge apply\n/.exec(all) ?? [];
      const lock = await s3.send(new GetObjectCommand({ Bucket: bucket(), Key: "small/dev.tfstate.tflock" }));
      expect(JSON.parse((await lock.Body?.transformToString()) ?? "")).toMatchObject({ ID: id });
      world.slow.clear();
      const refused = await team().run("apply", "--yes");
      expect(refused).toMatchObject({ code: 2, told: expect.stringMatching(/dev cannot be planned: \S+@\S+ holds its lock since \S+Z \(apply\)/) });
      expect(refused.told).toContain(`force-unlock ${id}\n`);
      const place = join(mine.directory, "terraform/dev");
      expect(await run(findBinary() ?? "", place, cloud.provider.reattach, ["force-unlock", "-force", id ?? ""], cloud.emulator.environment)).toMatchObject({ code: 0 });
      expect(await team().run("apply", "--yes")).toMatchObject({ code: 0 });
    });
  });
});
