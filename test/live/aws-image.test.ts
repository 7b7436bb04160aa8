import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchGetImageCommand } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildImage, type BuildOptions } from "../../src/aws/run/image-build.ts";
import { imageSource } from "../../src/cli/image-source.ts";
import { builderEnvironment, findImageBuilder } from "./aws-builder.ts";
import { World } from "./aws-world.ts";
import { findEmulator, startEmulator, type RunningEmulator } from "./emulator.ts";

/** An image built by whatever builds images on this machine, and pushed to the registry that an emulator plays. */
const [found, builder] = [await findEmulator("ministack"), await findImageBuilder()];

describe.skipIf(found === null || builder === null)("an image of a service", () => {
  const top = mkdtempSync(join(tmpdir(), "dailyge-image-test-"));
  const sources = join(top, "one two");
  let emulator: RunningEmulator;
  let world: World;
  let environment: Readonly<Record<string, string>> = {};

  const options = async (change: Partial<BuildOptions> = {}): Promise<BuildOptions> => {
    const uri = `${new URL(emulator.endpoint).host}/probe/api`;
    const source = await imageSource(sources, "linux/arm64");
    return { repository: { ecr: world.ecr, name: "probe/api", account: null, uri }, service: "api", source, platform: "linux/arm64", environment, signal: new AbortController().signal, step: () => {}, ...change };
  };
  const write = (dockerfile: string): void => {
    mkdirSync(sources, { recursive: true });
    writeFileSync(join(sources, "Dockerfile"), dockerfile);
    writeFileSync(join(sources, "app"), "hello\n");
  };

  beforeAll(async () => {
    if (found === null || builder === null) return;
    emulator = await startEmulator(found);
    world = new World(emulator);
    await world.makeServices();
    environment = builderEnvironment(builder.path, builder.unpacked, top, new URL(emulator.endpoint).host);
  });
  afterAll(async () => {
    await emulator?.stop();
    rmSync(top, { recursive: true, force: true });
  });

  test("is built for the hosts' processor, pushed, and known by its digest; the same sources are not built again", async () => {
    write('FROM scratch\nCOPY app /app\nCMD ["/app"]\n');
    const steps: string[] = [];
    const image = await buildImage(await options({ step: (step) => void steps.push(step) }));
    expect(steps).toEqual([expect.stringMatching(/^building its image with /), "pushing its image"]);
    expect(image).toMatchObject({ name: expect.stringMatching(/^worktree-\w{10}$/), reference: expect.stringMatching(/\/probe\/api@sha256:[0-9a-f]{64}$/) });
    const { images = [] } = await world.ecr.send(new BatchGetImageCommand({ repositoryName: "probe/api", imageIds: [{ imageTag: image.name }] }));
    const manifest = JSON.parse(images[0]?.imageManifest ?? "{}") as { readonly layers?: readonly object[]; readonly config?: { readonly digest: string } };
    expect(manifest.layers).toHaveLength(1);
    const config = (await (await fetch(`${emulator.endpoint}/v2/probe/api/blobs/${manifest.config?.digest}`)).json()) as { readonly architecture?: string };
    expect(config.architecture).toBe("arm64");
    expect(await buildImage(await options({ environment: { PATH: "" } }))).toEqual(image);
  });

  test("that cannot be built is told with what its builder said, and nothing of it stays", async () => {
    write("FROM scratch\nCOPY missing /app\n");
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("dailyge-image-") && !name.includes("test"));
    await expect(buildImage(await options())).rejects.toMatchObject({ code: "build-failed", message: expect.stringMatching(/^cannot build an image of api: its image was not built for linux\/arm64: \w+ ended with \d+$/), details: expect.arrayContaining([expect.stringContaining("missing")]) });
    rmSync(join(sources, "Dockerfile"));
    await expect(buildImage(await options())).rejects.toMatchObject({ code: "build-failed", message: `cannot build an image of api: there is no Dockerfile in ${sources}` });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("dailyge-image-") && !name.includes("test"))).toEqual(before);
  });

  test("that is interrupted is not released", async () => {
    write('FROM scratch\nCOPY app /app2\n');
    const stop = new AbortController();
    await expect(buildImage(await options({ signal: stop.signal, step: () => stop.abort() }))).rejects.toMatchObject({ code: "cancelled" });
  });
});
