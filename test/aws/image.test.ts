import { describe, expect, test } from "vitest";
import { IMAGE_BUILDERS, registryLogin, type ImageBuild } from "../../src/aws/run/image-builder.ts";
import { findImage, findRepository, nameOf } from "../../src/aws/run/image.ts";
import { imagePlatform } from "../../src/cli/image-source.ts";
import { answering, Refused } from "./answers.ts";
import { digest, image, probe } from "./deploy-world.ts";

/** What each program that builds images is told; no test machine has them all. */
const build: ImageBuild = { directory: "/tmp/one two/sources", reference: "111122223333.dkr.ecr.ap-northeast-2.amazonaws.com/probe/api:3f2a1bc-9c0d12ab34", platform: "linux/arm64", secrets: "/tmp/one two/registry-x" };

test.each([
  ["docker buildx", `docker buildx build --platform linux/arm64 --provenance=false --sbom=false --load --progress=plain --tag ${build.reference} /tmp/one two/sources`, `docker --config /tmp/one two/registry-x push --quiet ${build.reference}`],
  ["docker", `docker build --platform linux/arm64 --tag ${build.reference} /tmp/one two/sources`, `docker --config /tmp/one two/registry-x push --quiet ${build.reference}`],
  ["podman", `podman build --platform linux/arm64 --tag ${build.reference} /tmp/one two/sources`, `podman push --authfile /tmp/one two/registry-x/config.json ${build.reference}`],
  ["buildah", `buildah build --platform linux/arm64 --tag ${build.reference} /tmp/one two/sources`, `buildah push --authfile /tmp/one two/registry-x/config.json ${build.reference}`],
])("%s builds and pushes, and no password is on its command line", (name, builds, pushes) => {
  const builder = IMAGE_BUILDERS.find((one) => one.name === name);
  const line = ({ program, words }: { readonly program: string; readonly words: readonly string[] }): string => [program, ...words].join(" ");
  expect(builder && [line(builder.build(build)), line(builder.push(build))]).toEqual([builds, pushes]);
});

test("every builder is tried, the ones that know most first", () => {
  expect(IMAGE_BUILDERS.map(({ name }) => name)).toEqual(["docker buildx", "docker", "podman", "buildah"]);
});

test("a registry's password is written as docker, podman and buildah read it", () => {
  expect(JSON.parse(registryLogin("111122223333.dkr.ecr.ap-northeast-2.amazonaws.com", "QVdTOnB3"))).toEqual({ auths: { "111122223333.dkr.ecr.ap-northeast-2.amazonaws.com": { auth: "QVdTOnB3" } } });
});

test.each([["t4g.small", "linux/arm64"], ["m7i.large", "linux/amd64"]])("on %s it is built for %s", (instance, platform) => {
  const { environment, service } = probe();
  expect(imagePlatform({ ...environment, hosts: environment.hosts.map((group) => ({ ...group, instance })) }, service)).toBe(platform);
});

describe("an image that a person names", () => {
  const uri = image("v1").split("@")[0] ?? "";
  const children = [digest("c1"), digest("c2")];
  const repository = () => findRepository(answering({
    DescribeRepositories: { repositories: [{ repositoryUri: uri }] },
    DescribeImages: ({ imageIds }) => {
      const [{ imageTag, imageDigest } = {}] = imageIds as readonly { readonly imageTag?: string; readonly imageDigest?: string }[];
      if (imageTag === "v1" || imageDigest === digest("v1")) return { imageDetails: [{ imageDigest: digest("v1"), imageTags: ["v1"], imageManifestMediaType: "application/vnd.oci.image.manifest.v1+json" }] };
      if (imageTag === "both") return { imageDetails: [{ imageDigest: digest("b"), imageTags: ["both"], imageManifestMediaType: "application/vnd.oci.image.index.v1+json" }] };
      return new Refused("ImageNotFoundException");
    },
    BatchGetImage: { images: [{ imageManifest: JSON.stringify({ manifests: children.map((each) => ({ digest: each })) }) }] },
  }).settings, probe().shared, "api");
  const foreign = `public.ecr.aws/nginx/nginx@${digest("f")}`;

  test.each([
    ["by its release", "v1", image("v1"), "v1"],
    ["by its digest", digest("v1"), image("v1"), "v1"],
    ["by all of its name", image("v1"), image("v1"), "v1"],
    ["by its repository and release", `${uri}:v1`, image("v1"), "v1"],
    ["of another repository, by its digest", foreign, foreign, digest("f").slice(0, 19)],
  ])("%s", async (_how, wanted, reference, name) => {
    expect(await findImage(await repository(), wanted)).toMatchObject({ reference, name, digests: [reference.split("@")[1]] });
  });

  test("for several processors is known by each one's digest as well", async () => {
    expect((await findImage(await repository(), "both")).digests).toEqual([digest("b"), ...children]);
  });

  test.each([
    ["nginx:latest/other", "usage"], ["ghcr.io/team/api:v1", "usage"], [`api@sha256:12`, "usage"], ["v7", "unknown-name"], [`${uri}@${digest("v7")}`, "unknown-name"],
  ])("%s is refused: %s", async (wanted, code) => {
    await expect(findImage(await repository(), wanted)).rejects.toMatchObject({ code });
  });

  test("is called by its release where its repository can be asked", async () => {
    expect([await nameOf(await repository(), image("v1")), await nameOf(await repository(), foreign), await nameOf(await repository(), image("v7"))]).toEqual(["v1", digest("f").slice(0, 19), digest("v7").slice(0, 19)]);
  });
});
