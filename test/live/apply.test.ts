import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missing, startCloud, Team, type Cloud } from "./apply-fixture.ts";
import { eventually } from "./fixture.ts";

const DATABASE = "aws_db_instance.database_mysql";

describe.skipIf(missing !== null)("apply", () => {
  let cloud: Cloud;
  let team: Team;
  beforeAll(async () => {
    cloud = await startCloud();
  });
  afterAll(() => cloud.stop());
  beforeEach(() => {
    const { world } = cloud.provider;
    for (const kept of [world.things, world.fixed, world.refusals, world.slow]) kept.clear();
    team = new Team(cloud);
  });

  test("brings an empty account to what the definition says, and has nothing to do the second time", async () => {
    const { code, out, told } = await team.run("apply", "--yes");
    expect({ code, told }).toMatchObject({ code: 0 });
    expect(told).toContain("account 123456789012, as arn:aws:");
    expect(told).toMatch(/^dev: \d+ created$/m);
    expect(told).toMatch(/^ {2}database mysql$/m);
    expect(told).toMatch(/✓ database mysql +(\d+)\/\1 done/);
    expect(out).toMatch(/^shared: \d+ created in [\d.]+ s$/m);
    expect(out).toMatch(/the zone of small\.example is new: [^]*registrar[^]*\n {2}made-up-1\n {2}made-up-2\n/);
    expect(`${out}${told}`.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(told.replaceAll(/\n */g, " ")).toContain("dev: its state is kept in terraform/dev/terraform.tfstate, on this machine alone, because the definition names no account");
    expect(team.state("dev")).toContain(DATABASE);
    expect(await team.run("apply", "--yes")).toMatchObject({ code: 0, out: "shared: as defined, nothing to change\ndev: as defined, nothing to change\n" });
    expect(JSON.parse((await team.run("apply", "--yes", "--json")).out)).toEqual({
      account: "123456789012", users: [],
      directories: ["shared", "dev"].map((directory) => ({ directory, changes: [], applied: null, nameServers: [] })),
    });
    expect(await team.run("verify")).toMatchObject({ code: 0, out: expect.stringMatching(/^shared: as defined \(\d+ compared\)\ndev: as defined \(\d+ compared\)\n$/) });
    expect(team.left()).toEqual([]);
  });

  test("says what a plan would change, and what a replacement would lose", async () => {
    await team.run("apply", "--yes");
    cloud.provider.world.fixed.add("aws_ebs_volume.availability_zone").add("aws_subnet.cidr_block").add("aws_db_subnet_group.name");
    team.define({ databases: 'mysql: { engine: "mysql", backups: "3 days" }, cache: { engine: "redis" }' });
    const { out } = await team.run("plan", "--environment", "dev", "--json");
    const { account, changes } = JSON.parse(out) as { account: string; changes: { directory: string; changes: { noun: string; address: string; action: string; attributes: string[] }[] }[] };
    expect(account).toBe("123456789012");
    expect(changes.map(({ directory }) => directory)).toEqual(["shared", "dev"]);
    const dev = changes[1]?.changes ?? [];
    expect(dev.find(({ address }) => address === DATABASE)).toMatchObject({ noun: "database mysql", action: "change", attributes: ["backup_retention_period"] });
    expect(new Set(dev.filter(({ action }) => action === "create").map(({ noun }) => noun))).toContain("database cache");
    const text = await team.run("plan", "--environment", "dev");
    expect(text).toMatchObject({ code: 0, out: expect.stringContaining(`    change   ${DATABASE}: backup_retention_period\n`) });
    expect(text.out).toContain("next: ./dailyge apply --environment dev\n");
  });

  test("plans what it can before what is shared is there", async () => {
    cloud.provider.world.refusals.set("data.aws_route53_zone", { severity: 1, summary: "no matching Route 53 Hosted Zone found", detail: "" });
    team.define({ databases: 'cache: { engine: "redis" }' });
    const { code, out } = await team.run("plan", "--environment", "dev");
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^shared: \d+ created$/m) });
    expect(out.replaceAll(/\n */g, " ")).toContain("dev: not compared: shared comes first (dev cannot be planned: data.aws_route53_zone.zone: no matching Route 53 Hosted Zone found)");
    await team.run("apply", "shared", "--yes");
    expect(await team.run("plan", "--environment", "dev")).toMatchObject({ code: 2, told: expect.stringContaining("no matching Route 53 Hosted Zone found") });
  });

  test("destroys what holds data only when it is named, one by one", async () => {
    await team.run("apply", "--yes");
    cloud.provider.world.fixed.add("aws_db_instance.backup_retention_period");
    team.define({ databases: 'mysql: { engine: "mysql", backups: "3 days" }' });
    const replaced = await team.run("apply", "--yes");
    expect(replaced).toMatchObject({ code: 2, told: expect.stringContaining("nothing was changed: it would destroy something that holds data") });
    expect(replaced.told).toContain(`  | ${DATABASE}: the database with all its data\n`);
    expect(replaced.told).toContain(`next: if that is meant: ./dailyge apply --destroy ${DATABASE}\n`);
    const [before] = cloud.provider.world.of("aws_db_instance");
    expect(await team.run("plan", "--environment", "dev", "--destroy", DATABASE)).toMatchObject({
      code: 0, out: expect.stringContaining(`    replace  ${DATABASE}: because of backup_retention_period\n             LOSES the database with all its data\n`),
    });
    expect(await team.run("apply", "--yes", "--destroy", DATABASE)).toMatchObject({ code: 0, out: expect.stringContaining("dev: 1 replaced in") });
    expect(cloud.provider.world.of("aws_db_instance")).not.toContain(before);

    team.define({ databases: 'other: { engine: "mysql" }' });
    const removed = await team.run("apply", "--yes", "--destroy", DATABASE);
    expect(removed).toMatchObject({ code: 2, told: expect.stringContaining("it would destroy 2 things that hold data") });
    expect(removed.told).toContain("  | aws_cloudwatch_log_group.database_mysql_error: its logs\n");
    expect(team.state("dev")).toContain(DATABASE);
    const mistaken = await team.run("apply", "--yes", "--destroy", "aws_db_instance.database_mysq");
    expect(mistaken.told).toContain("it would destroy 3 things that hold data");
    expect(mistaken.told).toMatch(/next: if that is meant: \.\/dailyge apply --destroy aws_db_instance\.database_mysq --destroy aws_\S+ --destroy aws_\S+ --destroy aws_\S+\n/);
  });

  test("a name that nothing would destroy is no permission", async () => {
    expect(await team.run("apply", "--yes", "--destroy", "aws_db_instance.nothing")).toMatchObject({
      code: 2, told: expect.stringContaining("--destroy aws_db_instance.nothing: nothing would destroy it"),
    });
  });

  test("a guarded environment is changed only by its name", async () => {
    const unasked = await team.run("apply", "--environment", "prod", "--yes");
    expect(unasked).toMatchObject({ code: 2, told: expect.stringContaining("nothing was changed in prod: prod is guarded, and nobody can be asked here") });
    expect(unasked.told).toContain("next: ./dailyge apply --environment prod --confirm prod\n");
    expect(await team.run("apply", "--environment", "prod", "--confirm", "dev")).toMatchObject({ code: 2, told: expect.stringContaining("the environment is called prod, not dev") });
    expect(await team.run("apply", "--environment", "prod", "--confirm", "prod")).toMatchObject({ code: 0 });
    expect(await team.run("apply")).toMatchObject({ code: 2, told: expect.stringContaining("nothing was changed in dev: nobody can be asked here") });
  });

  test("says how far it came when AWS refuses, and goes on from there", async () => {
    const refused = async (answer: string) => {
      cloud.provider.world.refusals.set("aws_db_instance", { severity: 1, summary: "creating RDS DB Instance", detail: `operation error RDS: CreateDBInstance, https response error StatusCode: 400, RequestID: 7, ${answer}` });
      const { code, told } = await team.run("apply", "--yes");
      expect({ code, told }).toMatchObject({ code: 2, told: expect.stringMatching(/✗ database mysql/) });
      return /^dailyge: (dev is not applied, .*)$/m.exec(told)?.[1];
    };
    expect(await refused("api error Throttling: Rate exceeded")).toMatch(/^dev is not applied, \d+ of \d+ changes are done: AWS is asked too often at the moment \(CreateDBInstance\)$/);
    expect(await refused("InstanceQuotaExceededFault: too many")).toBe("dev is not applied, 0 of 1 changes are done: a quota of the account is used up (CreateDBInstance): too many");
    expect(await refused("api error AccessDenied: User x is not authorized")).toBe("dev is not applied, 0 of 1 changes are done: the credentials may not do it (CreateDBInstance): User x is not authorized");
    expect(await refused("api error InvalidParameterValue: no such class")).toBe(`dev is not applied, 0 of 1 changes are done: ${DATABASE}: creating RDS DB Instance`);
    cloud.provider.world.refusals.clear();
    expect(await team.run("apply", "--yes")).toMatchObject({ code: 0, out: expect.stringMatching(/^dev: 1 created in/m) });
  });

  test("interrupted once, it finishes what it has begun and goes on the next time", async () => {
    cloud.provider.world.slow.set("aws_db_subnet_group", 2_500);
    const { child, ended, told } = team.start("apply", "--yes");
    await eventually(async () => told().includes("creating db_subnet_group"));
    child.kill("SIGINT");
    const { code, told: all } = await ended;
    expect({ code, all }).toMatchObject({ code: 2, all: expect.stringContaining("interrupted: what has begun is finished;") });
    expect(all).toMatch(/dev: it was interrupted: \d+ of \d+ changes are done, and all of it is in the state\n {2}next: to go on: \.\/dailyge apply\n/);
    expect(team.state("dev")).toContain("aws_db_subnet_group.database_mysql");
    expect(team.state("dev")).not.toContain(DATABASE);
    expect(team.left()).toEqual([]);
    cloud.provider.world.slow.clear();
    expect(await team.run("apply", "--yes")).toMatchObject({ code: 0 });
  });

  test("interrupted while it compares, it has changed nothing", async () => {
    cloud.provider.world.slow.set("data.aws_caller_identity", 2_000);
    const { child, ended, told } = team.start("apply", "--yes");
    await eventually(() => told().includes("dev         comparing"));
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 2, told: expect.stringContaining("dailyge: dev cannot be planned: it was interrupted; nothing was changed\n  next: ./dailyge apply\n") });
    expect(cloud.provider.world.of("aws_vpc")).toEqual([]);
    expect(team.left()).toEqual([]);
  });

  test("interrupted twice, it ends at once and says what may be left", async () => {
    cloud.provider.world.slow.set("aws_db_subnet_group", 20_000);
    const { child, ended, told } = team.start("apply", "--yes");
    await eventually(async () => told().includes("creating db_subnet_group"));
    child.kill("SIGINT");
    await eventually(async () => told().includes("interrupted:"));
    const begun = performance.now();
    child.kill("SIGINT");
    const { code, told: all } = await ended;
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect({ code, all }).toMatchObject({ code: 2, all: expect.stringContaining("dev: it was ended at once") });
    expect(all).toContain("  | under way, so perhaps made and not in the state:\n  |   aws_db_subnet_group.database_mysql\n  | its lock is released\n");
    expect(team.left()).toEqual([]);
  });

  test("killed itself, it lets Terraform finish; the next one takes its plan away", async () => {
    cloud.provider.world.slow.set("aws_db_subnet_group", 2_000);
    const { child, ended, told } = team.start("apply", "--yes");
    await eventually(async () => told().includes("creating db_subnet_group"));
    child.kill("SIGKILL");
    await ended;
    expect(team.left()).toHaveLength(1);
    await eventually(() => cloud.provider.world.of("aws_db_instance").length === 1, 30);
    await eventually(async () => (await team.run("apply", "--yes")).code === 0, 30);
    expect(team.state("dev")).toContain(DATABASE);
    expect(team.left()).toEqual([]);
    expect(await team.run("verify")).toMatchObject({ code: 0 });
  });

  test("a terminal that is closed is a Ctrl-C", async () => {
    cloud.provider.world.slow.set("aws_db_subnet_group", 2_000);
    const { child, ended, told } = team.start("apply", "--yes");
    await eventually(async () => told().includes("creating db_subnet_group"));
    child.kill("SIGHUP");
    expect(await ended).toMatchObject({ code: 2 });
    expect(team.state("dev")).toContain("aws_db_subnet_group.database_mysql");
    expect(team.state("dev")).not.toContain(DATABASE);
  });

  test("names who holds the lock", async () => {
    cloud.provider.world.slow.set("aws_db_subnet_group", 6_000);
    const first = team.start("apply", "--yes");
    await eventually(async () => first.told().includes("creating db_subnet_group"));
    const { code, told } = await team.run("apply", "--yes");
    expect({ code, told }).toMatchObject({ code: 2 });
    expect(told).toMatch(/dev cannot be planned: \S+@\S+ holds its lock since \S+Z \(apply\)\n/);
    expect(told).toMatch(/only if nobody is at it any more: \w+ -chdir=terraform\/dev force-unlock [\w-]{36}\n/);
    expect(await first.ended).toMatchObject({ code: 0 });
  });

  test("a plan that is out of date is not applied", async () => {
    cloud.provider.world.slow.set("aws_vpc", 6_000);
    const both = await Promise.all([team.run("apply", "--yes"), team.run("apply", "--yes")]);
    expect(both.filter(({ code }) => code === 0)).toHaveLength(1);
    expect(both.find(({ code }) => code !== 0)?.told).toMatch(/holds its lock since|something was applied since the plan was made/);
  });

  describe("a person at a terminal", () => {
    /** Types at the questions of a command, each after a text was shown. */
    async function atTerminal(typed: readonly (readonly [shown: string, keys: string])[], ...words: readonly string[]) {
      const { child, shown, ended } = team.terminal(...words);
      for (const [text, keys] of typed) {
        await eventually(() => shown().includes(text));
        child.stdin?.write(keys);
      }
      return { code: await ended, shown: shown() };
    }

    test("agrees to each directory, and to a guarded one by its name", async () => {
      const agreed = await atTerminal([["Apply this to shared? [y/N] ", "y\r"], ["prod is guarded. To apply this, type its name: ", "prod\r"]], "apply", "--environment", "prod");
      expect(agreed).toMatchObject({ code: 0, shown: expect.stringMatching(/prod: \d+ created in/) });
    });

    test.each([["another name", "dev\r"], ["nothing", "\r"], ["Ctrl-C", "\u0003"], ["Ctrl-D", "\u0004"]])("does not, with %s", async (_name, keys) => {
      await team.run("apply", "shared", "--yes");
      const refused = await atTerminal([["prod is guarded. To apply this, type its name: ", keys]], "apply", "--environment", "prod");
      expect(refused).toMatchObject({ code: 2, shown: expect.stringContaining("nothing was changed in prod") });
      expect(cloud.provider.world.of("aws_vpc")).toEqual([]);
    });
  });

  describe("asks who it is before anything else", () => {
    test("another account than the definition's", async () => {
      team.define({ account: "999999999999" });
      expect(await team.run("apply", "--yes")).toMatchObject({ code: 2, told: expect.stringMatching(/^dailyge: dev is in account 999999999999, and the credentials are of 123456789012/) });
    });

    test.each([
      ["no credentials", { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }, "there are no AWS credentials"],
      ["nobody who answers", { AWS_ENDPOINT_URL: "http://127.0.0.1:9" }, "AWS cannot be reached: ECONNREFUSED"],
    ])("%s", async (_name, variables, says) => {
      const other = new Team(cloud, variables);
      const begun = performance.now();
      expect(await other.run("verify")).toMatchObject({ code: 2, told: expect.stringContaining(says) });
      expect(performance.now() - begun).toBeLessThan(15_000);
    });

    test("plan writes its files all the same, and says what is missing", async () => {
      const other = new Team(cloud, { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
      expect(await other.run("plan")).toMatchObject({ code: 0, out: expect.stringContaining("files written"), told: expect.stringContaining("there are no AWS credentials here") });
      const { code, out: json } = await team.run("plan", "--offline", "--json");
      expect({ code, json: JSON.parse(json) as unknown }).toMatchObject({ code: 0, json: { directories: ["shared", "dev", "prod"], removed: [], account: null, changes: null } });
      const offline = await team.run("plan", "--offline");
      expect(offline).toMatchObject({ code: 0, told: "", out: expect.stringContaining("next, in this order:") });
    });
  });
});
