import { rmSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutBucketVersioningCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetInvalidationCommand, ListInvalidationsCommand } from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { World } from "./aws-world.ts";
import { findEmulator, startEmulator, type RunningEmulator } from "./emulator.ts";
import { sharePlatform, type Told } from "./fixture.ts";

/** Releases of a site through the real command line, with the S3 and CloudFront that an emulator plays. */
const emulators = await Promise.all((["ministack", "moto"] as const).map(async (name) => ({ name, found: await findEmulator(name) })));

describe.for(emulators)("a site on AWS, as $name plays it", ({ name, found }) => {
  const platform = sharePlatform({ sites: { main: { host: "main", directory: "sites/main", build: 'sh build.sh', output: "out", environment: { OWN: "{main.url}" } } } });
  let emulator: RunningEmulator;
  let world: World;
  let distribution = "";

  const run = (...words: readonly string[]): Promise<Told> => platform.startWith({ environment: emulator.environment }, ...words, "--target", "aws").ended();
  const keys = async (): Promise<readonly string[]> => ((await world.s3.send(new ListObjectsV2Command({ Bucket: world.bucket }))).Contents ?? []).map(({ Key = "" }) => Key);
  const read = async (Key: string) => (await world.s3.send(new GetObjectCommand({ Bucket: world.bucket, Key }))).Body?.transformToString();
  const head = (Key: string) => world.s3.send(new HeadObjectCommand({ Bucket: world.bucket, Key }));
  const invalidated = async (): Promise<readonly (readonly string[])[]> => {
    const { InvalidationList } = await world.cloudfront.send(new ListInvalidationsCommand({ DistributionId: distribution }));
    const items = InvalidationList?.Items ?? [];
    return Promise.all(items.map(async ({ Id }) => [...((await world.cloudfront.send(new GetInvalidationCommand({ DistributionId: distribution, Id }))).Invalidation?.InvalidationBatch?.Paths?.Items ?? [])].toSorted()));
  };
  /** What the build makes: a page that names an asset with a hash in its name. */
  const release = (hash: string, text: string): void => {
    platform.write("sites/main/build.sh", `mkdir -p out/assets out/.hidden out/guide
printf '<script src=/assets/app.${hash}.js></script>${text} %s' "$OWN" > out/index.html
printf 'guide' > out/guide/index.html
printf 'console.log("${hash}")' > out/assets/app.${hash}.js
printf 'body{}' > out/style.css
printf 'secret' > out/.hidden/file
printf '{}' > out/environment.json
`);
  };

  beforeAll(async () => {
    if (found === null) return;
    emulator = await startEmulator(found);
    world = new World(emulator);
  });
  afterAll(async () => {
    await emulator?.stop();
    // What was built for AWS is no platform of this machine.
    for (const state of platform.states()) if (state.endsWith("-aws")) rmSync(state, { recursive: true, force: true });
  });

  test.skipIf(found === null)("before an apply there is nothing to release to", async () => {
    release("3f2a1bc9", "one");
    expect(await run("deploy", "main")).toMatchObject({ code: 2, err: expect.stringContaining("main is not in AWS yet, in dev") });
    distribution = await world.makeSite();
    // Terraform's own file beside ours.
    await world.s3.send(new PutObjectCommand({ Bucket: world.bucket, Key: "environment.json", Body: '{"OWN":"terraform"}' }));
  });

  test.skipIf(found === null)("its files are there with their types and how long they are kept, and Terraform's stays", async () => {
    const told = await run("deploy", "main");
    expect(told, told.err).toMatchObject({ code: 0, out: expect.stringMatching(/^main serves worktree-\w{10} \([\d.]+ s; 4 files written, 0 as they were\), before nothing\n$/) });
    expect(await keys()).toEqual(["assets/app.3f2a1bc9.js", "environment.json", "guide/index.html", "index.html", "style.css"]);
    expect(await read("environment.json")).toBe('{"OWN":"terraform"}');
    expect(await read("index.html")).toContain("one https://main.example.com");
    expect(await head("index.html")).toMatchObject({ ContentType: "text/html; charset=utf-8", CacheControl: "no-cache" });
    expect(await head("assets/app.3f2a1bc9.js")).toMatchObject({ ContentType: "text/javascript; charset=utf-8", CacheControl: "public, max-age=31536000, immutable" });
    expect(await invalidated()).toEqual([["/guide/index.html", "/index.html", "/style.css"]]);
    expect(await world.parameter("sites/main/releasing")).toBeNull();
  });

  test.skipIf(found === null)("the same again writes nothing", async () => {
    expect(await run("rollback", "main")).toMatchObject({ code: 2, err: expect.stringContaining("main has served one release in dev: there is nothing to return to") });
    expect(await run("deploy", "main")).toMatchObject({ code: 0, out: expect.stringMatching(/^main already serves worktree-\w+: nothing has changed\n$/) });
    expect(await invalidated()).toHaveLength(1);
  });

  test.skipIf(found === null)("the next release writes what changed, keeps the old asset once more, and forgets the page", async () => {
    release("4a3b2cd1", "two");
    const told = await run("deploy", "main", ...(name === "ministack" ? ["--wait"] : [])); // moto's invalidations never come to an end.
    expect(told, told.err).toMatchObject({ code: 0, out: expect.stringContaining("2 files written, 2 as they were), before worktree-") });
    expect(await keys()).toEqual(["assets/app.3f2a1bc9.js", "assets/app.4a3b2cd1.js", "environment.json", "guide/index.html", "index.html", "style.css"]);
    expect((await invalidated()).some((paths) => paths.join() === "/index.html")).toBe(true);
  });

  test.skipIf(found === null)("an asset that comes back is kept; one that is gone twice goes", async () => {
    release("3f2a1bc9", "three");
    expect(await run("deploy", "main")).toMatchObject({ code: 0 });
    release("5b4c3de2", "four");
    expect(await run("deploy", "main")).toMatchObject({ code: 0 });
    // The one of the release before is kept, the one before that is gone.
    expect((await keys()).filter((key) => key.startsWith("assets/"))).toEqual(["assets/app.3f2a1bc9.js", "assets/app.5b4c3de2.js"]);
  });

  test.skipIf(found === null)("a rollback brings every file back to what it was, and another one undoes it", async () => {
    platform.write("sites/main/build.sh", `mkdir -p out && printf 'five' > out/index.html && printf 'new' > out/new.html\n`);
    const five = await run("deploy", "main", "--json");
    expect(five, five.err).toMatchObject({ code: 0 });
    const { release: newest, previous } = JSON.parse(five.out) as { release: string; previous: string };
    expect((await keys()).filter((key) => key.endsWith(".html"))).toEqual(["index.html", "new.html"]);
    const told = await run("rollback", "main");
    expect(told, told.err).toMatchObject({ code: 0, out: expect.stringMatching(`^main serves ${previous} .*, before ${newest}\n$`) });
    expect((await keys()).filter((key) => key.endsWith(".html"))).toEqual(["guide/index.html", "index.html"]);
    expect(await read("index.html")).toContain("four https://main.example.com");
    expect(await keys()).toContain("assets/app.5b4c3de2.js");
    expect(await head("index.html")).toMatchObject({ ContentType: "text/html; charset=utf-8", CacheControl: "no-cache" });
    expect(await world.parameter("sites/main/release")).toBe(previous);
    const rows = JSON.parse((await run("releases", "main", "--json")).out) as readonly { readonly id: string; readonly state: string }[];
    expect(rows.slice(0, 2)).toMatchObject([{ id: previous, state: "serves" }, { id: newest, state: "served" }]);
    expect(await run("rollback", "main")).toMatchObject({ code: 0 });
    expect([await read("index.html"), await read("new.html")]).toEqual(["five", "new"]);
    expect(await read("environment.json")).toBe('{"OWN":"terraform"}');
  });

  test.skipIf(found === null)("a build that fails releases nothing, and says where its log is", async () => {
    const before = await read("index.html");
    platform.write("sites/main/build.sh", "echo no such module; exit 3\n");
    const told = await run("deploy", "main");
    expect(told).toMatchObject({ code: 2, err: expect.stringMatching(/cannot build main: "sh build.sh" ended with 3\n {2}\| no such module\n {2}next: \.\/dailyge logs main\.build --state .*probe-dev-aws/) });
    expect(await read("index.html")).toBe(before);
    const logs = await platform.run("logs", "main.build", "--state", join(platform.home, ".local/state/dailyge/probe-dev-aws"));
    expect(logs.out).toContain("no such module");
  });

  test.skipIf(found === null)("a site has no image, and without versions of its files no way back", async () => {
    expect(await run("deploy", "main", "--image", "v1")).toMatchObject({ code: 2, err: expect.stringContaining("main is a site: it has files, and no image") });
    await world.s3.send(new PutBucketVersioningCommand({ Bucket: world.bucket, VersioningConfiguration: { Status: "Suspended" } }));
    expect(await run("rollback", "main")).toMatchObject({ code: 2, err: expect.stringMatching(/keeps nothing of what is overwritten\n {2}next: .*--from DIRECTORY/) });
  });
});
