import { DeleteBucketCommand, ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startCloud, type Cloud } from "./apply-fixture.ts";
import { Clone, States } from "./bootstrap-fixture.ts";
import { findEmulator, type EmulatorName } from "./emulator.ts";
import { eventually } from "./fixture.ts";
import { findBinary } from "./terraform/run.ts";

/** States in the bucket of an account, with the program's own S3 backend against two S3s that we have not written. */
const emulators = await Promise.all((["ministack", "moto"] as const satisfies readonly EmulatorName[]).map(async (name) => ({ name, found: await findEmulator(name) })));
const binary = findBinary();
if (binary === undefined) console.warn("Skipped: neither terraform nor tofu is on the PATH, so nothing is said of where states are kept.");

const TOPIC = "aws_sns_topic.topic_events";

describe.for(emulators)("states in the S3 of $name", ({ found }) => {
  describe.skipIf(found === null || binary === undefined)("are", () => {
    let cloud: Cloud;
    let count = 0;
    let platform: string;
    let states: States;
    beforeAll(async () => {
      cloud = await startCloud(found);
    });
    afterAll(() => cloud.stop());
    beforeEach(async () => {
      cloud.provider.world.slow.clear();
      platform = `kept${(count += 1)}`;
      states = new States(cloud, platform);
      expect(await new Clone(cloud, platform).run("bootstrap", "--yes")).toMatchObject({ code: 0 });
    });

    test("locked while somebody applies, who is named", async () => {
      cloud.provider.world.slow.set("aws_sns_topic", 15_000);
      let told = "";
      const first = new Clone(cloud, platform).start(["apply", "--yes"], (text) => (told = text));
      await eventually(() => told.includes("creating sns_topic"), 60);
      const second = new Clone(cloud, platform);
      expect(await second.run("apply", "--yes")).toMatchObject({
        code: 2, told: expect.stringMatching(/live cannot be planned: \S+@\S+ holds its lock since \d{4}-\d\d-\d\dT[\d:]+Z/),
      });
      expect(await first.ended).toMatchObject({ code: 0 });
      expect(await second.run("apply", "--yes")).toMatchObject({ code: 0, out: expect.stringContaining("live: as defined") });
    });

    test("still locked after an apply was killed, until somebody takes the lock away", async () => {
      cloud.provider.world.slow.set("aws_sns_topic", 20_000);
      const clone = new Clone(cloud, platform);
      await clone.runUntil(["apply", "--yes"], /creating sns_topic/);
      cloud.provider.world.slow.clear();
      const next = new Clone(cloud, platform);
      const refused = await next.run("apply", "--yes");
      const unlock = /(\S+ -chdir=\S+ force-unlock \S+)/.exec(refused.told)?.[1] ?? "false";
      expect(refused).toMatchObject({ code: 2, told: expect.stringContaining("holds its lock since") });
      next.type(unlock.replace("force-unlock", "force-unlock -force"));
      expect(await next.run("apply", "--yes")).toMatchObject({ code: 0 });
      expect(await states.of("live")).toContain(TOPIC);
    });

    test("one version after the other, none lost", async () => {
      const clone = new Clone(cloud, platform);
      await clone.run("apply", "--yes");
      clone.type(`${binary} -chdir=${join("terraform", "live")} state rm ${TOPIC}`);
      const { Versions = [] } = await new S3Client(cloud.emulator.client).send(new ListObjectVersionsCommand({ Bucket: states.bucket, Prefix: `${platform}/live.tfstate` }));
      expect(Versions.filter(({ Key }) => Key === `${platform}/live.tfstate`).length).toBeGreaterThanOrEqual(2);
      expect(await states.of("live")).not.toContain(TOPIC);
      await expect(new S3Client(cloud.emulator.client).send(new DeleteBucketCommand({ Bucket: states.bucket }))).rejects.toMatchObject({ name: "BucketNotEmpty" });
    });
  });
});
