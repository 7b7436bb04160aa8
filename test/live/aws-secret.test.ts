import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { World } from "./aws-world.ts";
import { findEmulator, startEmulator, type RunningEmulator } from "./emulator.ts";
import { sharePlatform, service, type Told } from "./fixture.ts";

/** Secrets of services, as moto keeps them: MiniStack gives also those a value that have none. */
const found = await findEmulator("moto");

describe.skipIf(found === null)("secrets on AWS", () => {
  const platform = sharePlatform({ services: { api: service({ secrets: ["KEY"] }) } });
  let emulator: RunningEmulator;
  let world: World;
  const aws = (words: readonly string[], input = ""): Promise<Told> => platform.startWith({ environment: emulator.environment, input }, ...words, "--target", "aws").ended();

  beforeAll(async () => {
    if (found === null) return;
    emulator = await startEmulator(found);
    world = new World(emulator);
    await world.makeServices();
    await world.push("api", "v1");
  });
  afterAll(() => emulator?.stop());

  test("one that Terraform has not made yet cannot be set", async () => {
    expect(await aws(["secret", "set", "api", "KEY"], "a value")).toMatchObject({ code: 2, err: expect.stringContaining("KEY of api is not in AWS yet, in dev") });
    await world.makeSecret("api", "KEY");
  });

  test("one without a value holds a release up, until a person sets it", async () => {
    const refused = await aws(["deploy", "api", "--image", "v1"]);
    expect(refused).toMatchObject({ code: 2, err: "dailyge: api cannot be released: its secret KEY has no value\n  next: ./dailyge secret set api KEY --target aws --environment dev\n" });
    expect(await world.parameter("services/api/releasing")).toBeNull();
    expect(JSON.parse((await aws(["secret", "list", "--json"])).out)).toEqual([{ service: "api", name: "KEY", state: "missing" }]);
    const set = await aws(["secret", "set", "api", "KEY"], "a value\n");
    expect(set, set.err).toMatchObject({ code: 0, out: "" });
    expect(set.err).not.toContain("a value");
    expect((await world.secrets.send(new GetSecretValueCommand({ SecretId: "/probe/dev/services/api/KEY" }))).SecretString).toBe("a value");
    expect((await aws(["secret", "list"])).out).toMatch(/SERVICE +NAME +STATE\napi +KEY +set/);
  });

  test("only what the definition names is set, and nothing is taken away", async () => {
    expect(await aws(["secret", "set", "api", "KEZ"], "a value")).toMatchObject({ code: 2, err: expect.stringContaining("did you mean KEY?") });
    expect(await aws(["secret", "set", "api", "KEY"])).toMatchObject({ code: 2, err: expect.stringContaining("the value is empty") });
    expect(await aws(["secret", "unset", "api", "KEY"])).toMatchObject({ code: 2, err: expect.stringContaining("secret knows set and list on AWS") });
  });
});
