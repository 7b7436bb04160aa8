import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ListTaskDefinitionsCommand } from "@aws-sdk/client-ecs";
import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AwsStatus } from "../../src/aws/run/status.ts";
import type { ReleaseRow } from "../../src/aws/run/releases.ts";
import { imageSource } from "../../src/cli/image-source.ts";
import { World } from "./aws-world.ts";
import { findEmulator, startEmulator, type RunningEmulator } from "./emulator.ts";
import { eventually, sharePlatform, service, type Command, type Told } from "./fixture.ts";

/** Releases through the real command line, against AWS as an emulator plays it: its tasks run no programs, and each rollout succeeds at once. */
const found = await findEmulator("ministack");

describe.skipIf(found === null)("releases of services on AWS", () => {
  const platform = sharePlatform({
    services: {
      api: service({ replicas: 2, migrate: "node migrate.js", uses: ["db"] }),
      nightly: { directory: "services/nightly", start: "node server.ts", schedule: "10 0 * * *" },
    },
    sites: { main: { host: "main", directory: "sites/main" } },
    databases: { db: { engine: "mysql" } },
  });
  let emulator: RunningEmulator;
  let world: World;
  const images: Record<string, string> = {};

  const start = (words: readonly string[], environment: Readonly<Record<string, string>> = {}): Command => platform.startWith({ environment: { ...emulator.environment, ...environment } }, words[0] ?? "", "--target", "aws", ...words.slice(1));
  const aws = (...words: readonly string[]): Promise<Told> => start(words).ended();
  /** The newest that is in use: asked for by its family alone, the emulator gives one that was taken back. */
  const newest = async (family: string) => {
    const { taskDefinitionArns = [] } = await world.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: `probe-dev-${family}`, status: "ACTIVE", sort: "DESC" }));
    const taskDefinition = taskDefinitionArns.find((arn) => arn.includes(`/probe-dev-${family}:`));
    return (await world.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition;
  };
  const api = async () => (await world.ecs.send(new DescribeServicesCommand({ cluster: "probe-dev", services: ["api"] }))).services?.[0];
  /** Releases, and plays what the migration's program would do. */
  const deploy = async (...words: readonly string[]): Promise<Told> => {
    const command = start(["deploy", "api", ...words]);
    let over = false;
    const ended = command.ended().finally(() => (over = true));
    while (!over) {
      for (const task of await world.running("api-migrate")) await world.end(task);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return ended;
  };

  beforeAll(async () => {
    if (found === null) return;
    emulator = await startEmulator(found);
    world = new World(emulator);
  });
  afterAll(() => emulator?.stop());

  test("before an apply there is nothing to release to", async () => {
    expect(await aws("deploy", "api", "--image", "v1")).toMatchObject({ code: 2, err: expect.stringMatching(/there is no repository probe\/api[^]*next: \.\/dailyge apply/) });
    await world.makeServices();
    for (const tag of ["v1", "v2", "v3"]) images[tag] = await world.push("api", tag);
    images["n1"] = await world.push("nightly", "n1");
  });

  test("a service before its first release is stopped, and has nothing to return to", async () => {
    const told = await aws("status", "--json");
    expect(told, told.err).toMatchObject({ code: 0 });
    const report = JSON.parse(told.out) as AwsStatus;
    expect(report).toMatchObject({ platform: "probe", environment: "dev", ready: false });
    expect(report.parts.map(({ name, state }) => `${name} ${state}`)).toEqual(["db stopped", "main stopped", "api stopped", "nightly stopped"]);
    expect(await aws("rollback", "api")).toMatchObject({ code: 2, err: expect.stringContaining("api has served nothing in dev") });
    expect(await aws("run", "nightly")).toMatchObject({ code: 2, err: expect.stringContaining("nightly has no release yet in dev") });
    expect(await aws("exec", "api", "--", "sh")).toMatchObject({ code: 2, err: expect.stringContaining("session-manager-plugin is not on the PATH") });
  });

  test("the first release brings it from none to its replicas, and is written where Terraform reads it", async () => {
    const told = await deploy("--image", "v1");
    expect(told, told.err).toMatchObject({ code: 0, out: expect.stringMatching(/^api serves v1, 2 of 2 \([\d.]+ s\), before nothing\n$/) });
    expect(await world.parameter("services/api/release")).toBe(images["v1"]);
    expect(await world.parameter("services/api/releasing")).toBeNull();
    expect(await api()).toMatchObject({ desiredCount: 2, taskDefinition: (await newest("api"))?.taskDefinitionArn });
    for (const family of ["api", "api-migrate"]) {
      const container = (await newest(family))?.containerDefinitions?.[0];
      expect(container).toMatchObject({ image: images["v1"], environment: [{ name: "PORT", value: "8080" }, { name: "RELEASE", value: images["v1"] }, { name: "LAST", value: "1" }] });
    }
  });

  test("the same again changes nothing", async () => {
    const before = await newest("api");
    expect(await deploy("--image", "v1")).toMatchObject({ code: 0, out: "api already serves v1, 2 of 2: nothing has changed\n" });
    expect(await newest("api")).toEqual(before);
    const [replica = ""] = await world.running("api");
    expect(await deploy("--image", "v1", "--restart")).toMatchObject({ code: 0, out: expect.stringMatching(/^api serves v1, 2 of 2 anew \(/) });
    expect(await world.running("api")).not.toContain(replica);
    expect(await newest("api")).toEqual(before);
  });

  test("what an apply has changed since is in the next release", async () => {
    await world.register("api", "api", images["v1"] ?? "", { memory: 512 });
    const told = await deploy("--image", "v2", "--json");
    expect(told, told.err).toMatchObject({ code: 0 });
    expect(JSON.parse(told.out)).toMatchObject({ name: "api", release: "v2", previous: "v1" });
    expect((await newest("api"))?.containerDefinitions?.[0]).toMatchObject({ image: images["v2"], memory: 512 });
  });

  test("a rollback returns to what served before, without a migration, and leaves nothing to apply", async () => {
    const told = await aws("rollback", "api");
    expect(told, told.err).toMatchObject({ code: 0, out: expect.stringMatching(/^api serves v1, 2 of 2 .*, before v2\n$/) });
    expect(await world.parameter("services/api/release")).toBe(images["v1"]);
    expect([(await newest("api"))?.containerDefinitions?.[0]?.image, (await newest("api-migrate"))?.containerDefinitions?.[0]?.image]).toEqual([images["v1"], images["v1"]]);
    const rows = JSON.parse((await aws("releases", "api", "--json")).out) as ReleaseRow[];
    expect(Object.fromEntries(rows.map(({ id, state }) => [id, state]))).toEqual({ v1: "serves", v2: "served", v3: "built" });
    expect((await aws("releases", "api")).out).toMatch(/RELEASE +STATE +PUSHED +SERVED SINCE\n/);
  });

  test("status has every replica with its release", async () => {
    const report = JSON.parse((await aws("status", "--json")).out) as AwsStatus;
    expect(report.parts.filter(({ kind }) => kind === "service").map(({ name, state, release }) => `${name} ${state} ${release}`)).toEqual(["api.1 ready v1", "api.2 ready v1", "nightly stopped null"]);
    expect((await aws("status")).out).toMatch(/probe dev on AWS, account \d{12}: not everything is ready\n\nNAME +STATE[^]*api +2 of 2 ready +everyone/);
  });

  test("images that are not there, or could become others, are refused before anything happens", async () => {
    const before = await newest("api");
    expect(await aws("deploy", "api", "--image", "v9")).toMatchObject({ code: 2, err: expect.stringMatching(/there is no image v9 in probe\/api[^]*releases api/) });
    expect(await aws("deploy", "api", "--image", `${(images["v1"] ?? "").split("@")[0]}@sha256:${"0".repeat(64)}`)).toMatchObject({ code: 2, err: expect.stringContaining("there is no image sha256:000") });
    expect(await aws("deploy", "api", "--image", "ghcr.io/team/api:latest")).toMatchObject({ code: 2, err: expect.stringContaining("a tag of another repository can change") });
    expect(await aws("deploy", "apj", "--image", "v1")).toMatchObject({ code: 2, err: expect.stringContaining("did you mean api?") });
    expect(await newest("api")).toEqual(before);
    expect(await world.parameter("services/api/releasing")).toBeNull();
  });

  test("without a program that builds images it says which are missing", async () => {
    const bare = { PATH: join(platform.home, "nothing") };
    const told = await start(["deploy", "api"], bare).ended();
    expect(told).toMatchObject({ code: 2, err: expect.stringMatching(/nothing on this machine builds images[^]*docker buildx: it is not on the PATH[^]*podman: it is not on the PATH[^]*next: .*--image/) });
  });

  test("an image of the very same sources is not built again", async () => {
    const { release } = await imageSource(join(platform.directory, "services/api"), "linux/arm64");
    images["sources"] = await world.push("api", release);
    const told = await deploy();
    expect(told, told.err).toMatchObject({ code: 0, out: expect.stringMatching(`^api serves ${release}, 2 of 2`) });
    expect(await world.parameter("services/api/release")).toBe(images["sources"]);
  });

  test("two cannot release at once; one that was killed is waited for, and no longer", async () => {
    const held = (until: number) => JSON.stringify({ by: "ana", what: "deploy", since: "2026-11-23T00:00:00Z", until: new Date(until).toISOString(), token: "other" });
    await world.ssm.send(new PutParameterCommand({ Name: "/probe/dev/services/api/releasing", Value: held(Date.now() + 60_000), Type: "String" }));
    expect(await aws("deploy", "api", "--image", "v2")).toMatchObject({ code: 2, err: expect.stringMatching(/api is being released by ana since 2026-11-23 00:00 UTC[^]*if it was killed, after/) });
    await world.ssm.send(new PutParameterCommand({ Name: "/probe/dev/services/api/releasing", Value: held(Date.now() - 1_000), Type: "String", Overwrite: true }));
    const told = await deploy("--image", "v3");
    expect(told, told.err).toMatchObject({ code: 0 });
    expect(await world.parameter("services/api/releasing")).toBeNull();
  });

  test("Ctrl-C during the migration stops it and changes nothing", async () => {
    const before = [await newest("api"), await newest("api-migrate"), await world.parameter("services/api/release")];
    const command = start(["deploy", "api", "--image", "v2"]);
    await eventually(async () => (await world.running("api-migrate")).length > 0);
    command.signal("SIGINT");
    const told = await command.ended();
    expect(told, told.err).toMatchObject({ code: 2, err: expect.stringMatching(/cancelling[^]*its migration was stopped in the middle, nothing was released/) });
    expect(await world.running("api-migrate")).toEqual([]);
    expect([await newest("api"), await newest("api-migrate"), await world.parameter("services/api/release")]).toEqual(before);
    expect(await world.parameter("services/api/releasing")).toBeNull();
  });

  test("a scheduled service is released by a revision, and its times are switched on with the first", async () => {
    const told = await aws("deploy", "nightly", "--image", "n1");
    expect(told, told.err).toMatchObject({ code: 0, out: expect.stringMatching(/^nightly serves n1 \(/) });
    expect((await newest("nightly"))?.containerDefinitions?.[0]?.image).toBe(images["n1"]);
    expect(await world.scheduler.send(new GetScheduleCommand({ Name: "nightly", GroupName: "probe-dev" }))).toMatchObject({ State: "ENABLED", ScheduleExpression: "cron(10 0 * * ? *)", Target: { EcsParameters: { TaskCount: 1 } } });
  });

  test("a scheduled service is run by hand to its end", async () => {
    const command = start(["run", "nightly"]);
    await eventually(async () => (await world.running("nightly")).length > 0);
    const [task = ""] = await world.running("nightly");
    await world.write("/probe/dev/services/nightly", `nightly/nightly/${task.split("/").at(-1)}`, "counted 3 people");
    await world.end(task);
    expect(await command.ended()).toMatchObject({ code: 0, out: "counted 3 people\n", err: expect.stringContaining("ended with 0") });
    expect(await aws("run", "api")).toMatchObject({ code: 2, err: expect.stringContaining("api runs all the time") });
  });

  test("logs tells what was written, and follows what is", async () => {
    await world.write("/probe/dev/services/api", "api/api/1", "one", "two", "three");
    expect((await aws("logs", "api", "--lines", "2")).out).toMatch(/^api +\d\d:\d\d:\d\d\.\d{3} +two\napi +\S+ +three\n$/);
    expect(await aws("logs", "apj")).toMatchObject({ code: 2, err: expect.stringContaining("did you mean api?") });
    const command = start(["logs", "api", "--follow", "--lines", "1"]);
    await command.says("three");
    await world.write("/probe/dev/services/api", "api/api/1", "four");
    await command.says("four");
    command.signal("SIGINT");
    expect((await command.ended()).out.match(/four/g)).toHaveLength(1);
  });

  test("credentials that are missing, false, or another account's are refused before anything is asked", async () => {
    const none = await start(["deploy", "api", "--image", "v1"], { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" }).ended();
    expect(none).toMatchObject({ code: 2, err: expect.stringMatching(/api cannot be released: there are no AWS credentials[^]*next: AWS_PROFILE=NAME \.\/dailyge deploy api --target aws/) });
    const unknown = await start(["deploy", "api", "--image", "v1"], { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_PROFILE: "nope" }).ended();
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining("the profile nope of AWS_PROFILE gives no credentials") });
    const definition = readFileSync(join(platform.directory, "platform.ts"), "utf8");
    platform.write("other.ts", definition.replace('branch: "dev"', 'branch: "dev", account: "999999999999"'));
    expect(await aws("deploy", "api", "--image", "v1", "--platform", "other.ts")).toMatchObject({ code: 2, err: expect.stringContaining("dev is in account 999999999999, and the credentials are of 123456789012") });
    platform.write("other.ts", definition.replace('branch: "dev"', 'branch: "dev", guarded: true'));
    expect(await aws("deploy", "api", "--image", "v3", "--platform", "other.ts")).toMatchObject({ code: 2, err: expect.stringMatching(/dev is guarded[^]*--confirm dev/) });
    expect(await aws("deploy", "api", "--image", "v3", "--platform", "other.ts", "--confirm", "dev")).toMatchObject({ code: 0 });
    expect(await start(["status"], { AWS_ENDPOINT_URL: "http://127.0.0.1:9" }).ended()).toMatchObject({ code: 2, err: expect.stringMatching(/AWS cannot be reached: ECONNREFUSED/) });
  });

  test("no revision is left that nobody asked for", async () => {
    const { taskDefinitionArns = [] } = await world.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: "probe-dev-api-migrate", status: "ACTIVE" }));
    // Made by hand, v1, v2, v1 again, that of the sources, v3.
    expect(taskDefinitionArns).toHaveLength(6);
  });
});
