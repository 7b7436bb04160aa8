import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missing, startCloud, Team, type Cloud } from "./apply-fixture.ts";

const DATABASE = "aws_db_instance.database_mysql";

describe.skipIf(missing !== null)("verify", () => {
  let cloud: Cloud;
  let team: Team;
  beforeAll(async () => {
    cloud = await startCloud();
  });
  afterAll(() => cloud.stop());
  beforeEach(async () => {
    cloud.provider.world.things.clear();
    team = new Team(cloud);
    await team.run("apply", "--yes");
  });

  test("names what others changed, what they removed, and what nobody has applied", async () => {
    const { world } = cloud.provider;
    const [database] = world.of("aws_db_instance");
    const [vpc] = world.of("aws_vpc");
    const [group] = world.of("aws_security_group");
    if (!database || !vpc || !group) throw new Error("nothing was applied");
    database.fields = { ...database.fields, backup_retention_period: 1, latest_restorable_time: "a minute ago" };
    vpc.fields = { ...vpc.fields, main_route_table_id: "another" };
    group.fields = { ...group.fields, ingress: [{ protocol: "tcp", from_port: 22, to_port: 22, cidr_blocks: ["0.0.0.0/0"], ipv6_cidr_blocks: [], prefix_list_ids: [], security_groups: [], self: false, description: "" }] };
    world.remove("aws_cloudwatch_log_group", ({ name }) => String(name).endsWith("/slowquery"));
    team.define({ databases: 'mysql: { engine: "mysql", slowQuery: "2 seconds" }' });
    const { code, out } = await team.run("verify");
    expect({ code, out }).toMatchObject({ code: 1 });
    expect(out).toMatch(/^shared: as defined \(\d+ compared\)\ndev: 4 of \d+ not as defined\n/);
    expect(out).toContain(`    changed  ${DATABASE}: backup_retention_period\n`);
    expect(out).toContain("    gone     aws_cloudwatch_log_group.database_mysql_slowquery\n");
    expect(out).toContain("    pending  aws_db_parameter_group.database_mysql: parameter\n");
    expect(out).toMatch(/^ {4}added {4}aws_security_group\.\S+: ingress tcp 22 from 0\.0\.0\.0\/0$/m);
    expect(out).toContain("  2 differ since the last apply in what the definition does not write");
    const json = JSON.parse((await team.run("verify", "--json")).out) as { directories: { directory: string; noted: unknown; deviations: unknown[] }[] };
    expect(json.directories[1]).toMatchObject({ directory: "dev", noted: expect.arrayContaining([expect.objectContaining({ address: "aws_vpc.main", attributes: ["main_route_table_id"] })]) as unknown });
    expect(json.directories[1]?.deviations).toContainEqual({ noun: "database mysql", address: DATABASE, kind: "changed", attributes: ["backup_retention_period"] });
    expect(await team.run("apply", "--yes")).toMatchObject({ code: 0, out: expect.stringContaining("dev: 1 created, 2 changed in") });
    expect(await team.run("verify")).toMatchObject({ code: 1, out: expect.stringMatching(/^dev: 1 of \d+ not as defined\n.*\n {4}added/m) });
    group.fields = { ...group.fields, ingress: [] };
    expect(await team.run("verify")).toMatchObject({ code: 0 });
  });

  test("changes nothing itself, and needs no lock", async () => {
    cloud.provider.world.slow.set("aws_db_parameter_group", 5_000);
    team.define({ databases: 'mysql: { engine: "mysql", slowQuery: "2 seconds" }' });
    const apply = team.start("apply", "--yes");
    while (!apply.told().includes("changing db_parameter_group")) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await team.run("verify")).toMatchObject({ code: 1, out: expect.stringContaining("pending  aws_db_parameter_group.database_mysql") });
    cloud.provider.world.slow.clear();
    expect(await apply.ended).toMatchObject({ code: 0 });
    expect(await team.run("verify")).toMatchObject({ code: 0 });
  });
});
