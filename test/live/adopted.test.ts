import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, startCloud, Team, type Cloud } from "./apply-fixture.ts";

/** What is on AWS and stays: under a new name in the definition, from before it, or described by a team's own files. */
describe.skipIf(missing !== null)("with the real program", () => {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await startCloud();
  });
  afterAll(() => cloud.stop());

  test("databases with a new name move, and nothing of them is made anew", async () => {
    const { world } = cloud.provider;
    const team = new Team(cloud);
    team.define({ databases: 'mysql: { engine: "mysql" }, cache: { engine: "redis" }' });
    expect(await team.run("apply", "--yes")).toMatchObject({ code: 0 });
    // What AWS gives no new name to.
    world.fixed.add("aws_db_instance.identifier").add("aws_db_subnet_group.name").add("aws_cloudwatch_log_group.name").add("aws_ssm_parameter.name").add("aws_security_group.name");
    const before = new Set(world.things.keys());

    team.define({ databases: 'orders: { engine: "mysql", renamedFrom: "mysql" }, sessions: { engine: "redis", renamedFrom: "cache" }' });
    const planned = await team.run("plan", "--environment", "dev", "--json");
    const { changes } = JSON.parse(planned.out) as { changes: { directory: string; changes: { address: string; action: string; movedFrom: string | null }[] }[] };
    const dev = changes.find(({ directory }) => directory === "dev")?.changes ?? [];
    expect(dev.filter(({ action, movedFrom }) => action !== "none" || movedFrom === null)).toEqual([]);
    expect(dev).toContainEqual(expect.objectContaining({ address: "aws_db_instance.database_orders", movedFrom: "aws_db_instance.database_mysql" }));
    expect(dev).toContainEqual(expect.objectContaining({ address: "aws_ebs_volume.database_sessions", movedFrom: "aws_ebs_volume.database_cache" }));

    expect(await team.run("apply", "--yes")).toMatchObject({ code: 0 });
    expect(team.state("dev")).toContain("aws_db_instance.database_orders");
    expect(team.state("dev")).not.toContain("aws_db_instance.database_mysql");
    expect(new Set(world.things.keys())).toEqual(before);
    expect(await team.run("apply", "--yes")).toMatchObject({ code: 0, out: expect.stringContaining("dev: as defined, nothing to change") });
    world.fixed.clear();
  });

  test("a plan by the states alone reads nothing that is there", async () => {
    const team = new Team(cloud);
    await team.run("apply", "--yes");
    cloud.provider.world.remove("aws_db_instance");
    expect(await team.run("plan", "--environment", "dev")).toMatchObject({ code: 0, out: expect.stringContaining("create   aws_db_instance.database_mysql") });
    const { code, out } = await team.run("plan", "--environment", "dev", "--stored");
    expect({ code, out }).toMatchObject({ code: 0, out: expect.not.stringContaining("aws_db_instance.database_mysql") });
  });

  test("a new name without the former one would destroy, and is stopped", async () => {
    const team = new Team(cloud);
    await team.run("apply", "--yes");
    team.define({ databases: 'orders: { engine: "mysql" }' });
    expect(await team.run("apply", "--yes")).toMatchObject({ code: 2, told: expect.stringContaining("it would destroy") });
    expect(team.state("dev")).toContain("aws_db_instance.database_mysql");
  });

  test("what was there before is taken over, not made, and not made anew", async () => {
    const { world } = cloud.provider;
    const team = new Team(cloud);
    writeFileSync(join(team.directory, "platform.ts"), `import { definePlatform, parts } from "dailyge-infra";
export default definePlatform({
  name: "small", domain: "small.example", region: "ap-northeast-2", environments: { dev: { branch: "dev" } },
  platform: () => parts({
    network: { existing: "vpc-0123456789abcdef0", addresses: "10.0.128.0/20" },
    sites: { front: { host: "www", directory: "www", existing: "old-files" } },
    databases: { mysql: { engine: "mysql", existing: "legacy-db" } },
  }),
});
`);
    mkdirSync(join(team.directory, "www"));
    for (const fixed of ["aws_vpc.cidr_block", "aws_db_instance.username", "aws_db_instance.db_name", "aws_db_instance.storage_encrypted", "aws_db_instance.db_subnet_group_name"]) world.fixed.add(fixed);
    const planned = await team.run("plan", "--environment", "dev", "--json");
    const { changes } = JSON.parse(planned.out) as { changes: { directory: string; changes: { address: string; action: string; imported: boolean }[] }[] };
    const dev = changes.find(({ directory }) => directory === "dev")?.changes ?? [];
    expect(Object.fromEntries(dev.filter(({ imported }) => imported).map(({ address, action }) => [address, action]))).toEqual({
      "aws_db_instance.database_mysql": "change", "aws_internet_gateway.main": "change", "aws_s3_bucket.site_front": "change", "aws_vpc.main": "change",
    });
    expect(dev.filter(({ action }) => action === "replace" || action === "destroy")).toEqual([]);
    expect(await team.run("apply", "--yes")).toMatchObject({ code: 0 });
    expect(world.of("aws_vpc").map(({ fields }) => fields["id"])).toContain("vpc-0123456789abcdef0");
    expect(await team.run("apply", "--yes")).toMatchObject({ code: 0, out: expect.stringContaining("dev: as defined, nothing to change") });
    world.fixed.clear();
  });

  test("a team's own file uses our addresses, and goes when it goes", async () => {
    const team = new Team(cloud);
    const extra = join(team.directory, "extra/dev");
    mkdirSync(extra, { recursive: true });
    writeFileSync(join(extra, "told.tf"), 'resource "aws_ssm_parameter" "told" {\n  name  = "/told"\n  type  = "String"\n  value = aws_db_instance.database_mysql.address\n}\n');
    const { code, told } = await team.run("apply", "--yes");
    expect({ code, told }).toMatchObject({ code: 0, told: expect.stringMatching(/\n {2}told\n {4}create +aws_ssm_parameter\.told\n/) });
    expect(cloud.provider.world.of("aws_ssm_parameter").map(({ fields }) => [fields["name"], fields["value"]])).toContainEqual(["/told", "made-up"]);
    rmSync(join(extra, "told.tf"));
    expect(await team.run("apply", "--yes")).toMatchObject({ code: 0, out: expect.stringContaining("1 destroyed") });
    expect(existsSync(join(team.directory, "terraform/dev/told.tf"))).toBe(false);
    writeFileSync(join(extra, "told.tf"), 'resource "aws_vpc" "main" {}\n');
    expect(await team.run("plan", "--environment", "dev")).toMatchObject({ code: 2, told: expect.stringContaining("extra/dev/told.tf defines aws_vpc.main, and so does dev/network.tf.json, which is ours") });
  });
});
