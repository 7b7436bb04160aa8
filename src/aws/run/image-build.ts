import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { Failure } from "../../kit/failure.ts";
import { IMAGE_BUILDERS, registryLogin, type Command, type ImageBuild, type ImageBuilder, type ImagePlatform } from "./image-builder.ts";
import { describeImage, type Image, type Repository } from "./image.ts";

/** The sources of an image, read when they are needed. */
export interface ImageSource {
  /** `3f2a1bc-9c0d12ab34`: commit and content; the image's tag. */
  readonly release: string;
  /** Makes a copy of them that nobody changes while it is built; it is deleted afterwards. */
  readonly copy: (to: string) => Promise<void>;
  /** Where they are, for messages. */
  readonly directory: string;
}

export interface BuildOptions {
  readonly repository: Repository;
  readonly service: string;
  readonly source: ImageSource;
  readonly platform: ImagePlatform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly step: (text: string) => void;
}

/**
 * The image of what the sources are now: the one that is there under their release, or built here by their Dockerfile and pushed.
 * @throws Failure `part-missing` where nothing here builds images, `build-failed` with the last lines
 */
export async function buildImage(options: BuildOptions): Promise<Image> {
  const { repository, service, source, step } = options;
  const known = await describeImage(repository, { imageTag: source.release });
  if (known !== null) return known;
  const builder = await findBuilder(options);
  const scratch = await mkdtemp(join(tmpdir(), "dailyge-image-"));
  try {
    const directory = join(scratch, "sources");
    await source.copy(directory);
    if (!existsSync(join(directory, "Dockerfile"))) throw new Failure("build-failed", `cannot build an image of ${service}: there is no Dockerfile in ${source.directory}`, { hint: "write one, or release an image that is there: --image REFERENCE@DIGEST" });
    const build: ImageBuild = { directory, reference: `${repository.uri}:${source.release}`, platform: options.platform, secrets: await signIn(repository, scratch) };
    const environment = await surroundings(builder, options);
    step(`building its image with ${builder.name}`);
    await demand({ ...options, environment }, builder.build(build), `its image was not built for ${build.platform}`);
    step("pushing its image");
    await demand({ ...options, environment }, builder.push(build), "its image was not pushed");
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const pushed = await describeImage(repository, { imageTag: source.release });
  if (pushed === null) throw new Failure("build-failed", `${builder.name} has pushed the image of ${service}, and it is not in ${repository.name}`);
  return pushed;
}

/** The first of those we know that works here. */
async function findBuilder(options: BuildOptions): Promise<ImageBuilder> {
  const why: string[] = [];
  for (const builder of IMAGE_BUILDERS) {
    let refused: Ended | null = null;
    for (const probe of builder.probe) refused ??= await run(options, probe).then((ended) => (ended.code === 0 ? null : ended));
    if (refused === null) return builder;
    why.push(`${builder.name}: ${refused.missing ? "it is not on the PATH" : (refused.lines.at(-1) ?? `it ended with ${refused.code}`)}`);
  }
  throw new Failure("part-missing", `cannot build an image of ${options.service}: nothing on this machine builds images`, {
    hint: "install one: sudo apt-get install podman; or release an image that is there: --image REFERENCE@DIGEST",
    details: why,
  });
}

/** Writes the registry's password, which is good for twelve hours, where only we can read it. */
async function signIn({ ecr, account, uri }: Repository, scratch: string): Promise<string> {
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand(account === null ? {} : { registryIds: [account] }));
  const directory = await mkdtemp(join(scratch, "registry-"));
  await writeFile(join(directory, "config.json"), registryLogin(uri.split("/")[0] ?? "", authorizationData[0]?.authorizationToken ?? ""), { mode: 0o600 });
  return directory;
}

/** With a configuration of ours, docker no longer knows where the person's daemon is. */
async function surroundings({ daemon }: ImageBuilder, options: BuildOptions): Promise<BuildOptions["environment"]> {
  if (daemon === null || options.environment["DOCKER_HOST"] !== undefined) return options.environment;
  const { code, lines } = await run(options, daemon);
  const host = lines.at(-1)?.trim() ?? "";
  return code === 0 && host !== "" ? { ...options.environment, DOCKER_HOST: host } : options.environment;
}

async function demand(options: BuildOptions, command: Command, what: string): Promise<void> {
  const { code, lines } = await run(options, command);
  if (code === 0) return;
  const foreign = lines.some((line) => /exec format error/i.test(line));
  throw new Failure("build-failed", `cannot build an image of ${options.service}: ${what}: ${command.program} ended with ${code ?? "a signal"}`, {
    hint: foreign ? "this machine runs no programs of that processor: sudo apt-get install qemu-user-static" : "correct what the lines above say, then the same command again",
    details: lines.slice(-20),
  });
}

interface Ended {
  readonly code: number | null;
  readonly missing: boolean;
  readonly lines: readonly string[];
}

function run({ environment, signal }: Pick<BuildOptions, "environment" | "signal">, { program, words }: Command): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env: { ...environment }, stdio: ["ignore", "pipe", "pipe"], signal });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", (line) => lines.push(line));
    child.on("error", (error) => {
      if (error.name === "AbortError") reject(new Failure("cancelled", "building the image was interrupted: nothing was released", { cause: error }));
      else resolve({ code: null, missing: "code" in error && error.code === "ENOENT", lines });
    });
    child.on("close", (code) => resolve({ code, missing: false, lines }));
  });
}
