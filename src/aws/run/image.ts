import { BatchGetImageCommand, DescribeImagesCommand, DescribeRepositoriesCommand, ECRClient, type ImageDetail, type ImageIdentifier } from "@aws-sdk/client-ecr";
import { Failure } from "../../kit/failure.ts";
import type { Shared } from "../../model/model.ts";
import { repositoryName } from "../render/registry.ts";
import { isNamed, type AwsSettings } from "./clients.ts";

/** An image that can be released. */
export interface Image {
  /** `111122223333.dkr.ecr.ap-northeast-2.amazonaws.com/dailyge/api@sha256:...` */
  readonly reference: string;
  /** For people: its release, `3f2a1bc-9c0d12ab34`, or the beginning of its digest. */
  readonly name: string;
  /** By which hosts may know it: an image for several processors has one for each beside its own. */
  readonly digests: readonly string[];
  readonly pushedAt: string | null;
}

/** A service's repository of images. */
export interface Repository {
  readonly ecr: ECRClient;
  readonly name: string;
  /** Null: the account of the credentials. */
  readonly account: string | null;
  /** `111122223333.dkr.ecr.ap-northeast-2.amazonaws.com/dailyge/api` */
  readonly uri: string;
}

/** @throws Failure `not-running` where Terraform has not made it yet */
export async function findRepository(settings: AwsSettings, shared: Shared, service: string): Promise<Repository> {
  const ecr = new ECRClient(settings);
  const name = repositoryName(shared.name, service);
  try {
    const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name], ...(shared.account !== null && { registryId: shared.account }) }));
    const uri = repositories[0]?.repositoryUri;
    if (uri !== undefined) return { ecr, name, account: shared.account, uri };
  } catch (error) {
    if (!isNamed(error, "RepositoryNotFoundException")) throw error;
  }
  throw new Failure("not-running", `there is no repository ${name} for the images of ${service} yet`, { hint: "./dailyge apply" });
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * The image that a person names: a release or a digest of the service's own repository, or any image by its digest.
 * @throws Failure `usage` for a tag of another repository, which can change, `unknown-name` where it is not
 */
export async function findImage(repository: Repository, wanted: string): Promise<Image> {
  const [name = "", digest, ...more] = wanted.split("@");
  if (more.length === 0 && digest !== undefined && DIGEST.test(digest)) {
    return name === repository.uri ? demand(repository, { imageDigest: digest }) : { reference: wanted, name: shortDigest(digest), digests: [digest], pushedAt: null };
  }
  if (DIGEST.test(wanted)) return demand(repository, { imageDigest: wanted });
  const tag = wanted.startsWith(`${repository.uri}:`) ? wanted.slice(repository.uri.length + 1) : wanted;
  if (/^[\w][\w.-]{0,127}$/.test(tag)) return demand(repository, { imageTag: tag });
  throw new Failure("usage", `--image ${wanted} names no one image: a tag of another repository can change`, { hint: "name it by its digest: --image REPOSITORY@sha256:…, or a release of its own: ./dailyge releases SERVICE --target aws" });
}

async function demand(repository: Repository, id: ImageIdentifier): Promise<Image> {
  const found = await describeImage(repository, id);
  if (found !== null) return found;
  throw new Failure("unknown-name", `there is no image ${id.imageTag ?? id.imageDigest} in ${repository.name}`, { hint: `what there is: ./dailyge releases ${repository.name.split("/").at(-1)} --target aws` });
}

/** An image of the repository by its tag or digest; null where it is not there. */
export async function describeImage(repository: Repository, id: ImageIdentifier): Promise<Image | null> {
  const { ecr, name } = repository;
  try {
    const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName: name, ...registry(repository), imageIds: [id] }));
    const [detail] = imageDetails;
    return detail === undefined ? null : await imageOf(repository, detail);
  } catch (error) {
    if (isNamed(error, "ImageNotFoundException")) return null;
    throw error;
  }
}

/** Everything in the repository, without the digests for single processors. */
export async function listImages(repository: Repository): Promise<readonly Image[]> {
  const found: ImageDetail[] = [];
  let next: string | undefined;
  do {
    const page = await repository.ecr.send(new DescribeImagesCommand({ repositoryName: repository.name, ...registry(repository), ...(next !== undefined && { nextToken: next }) }));
    found.push(...(page.imageDetails ?? []));
    next = page.nextToken;
  } while (next !== undefined);
  return found.filter(({ imageTags = [] }) => imageTags.length > 0).map((detail) => plain(repository, detail));
}

const registry = ({ account }: Repository) => (account === null ? {} : { registryId: account });

const shortDigest = (digest: string): string => digest.slice(0, "sha256:".length + 12);

function plain({ uri }: Repository, { imageDigest = "", imageTags = [], imagePushedAt }: ImageDetail): Image {
  return { reference: `${uri}@${imageDigest}`, name: imageTags[0] ?? shortDigest(imageDigest), digests: [imageDigest], pushedAt: imagePushedAt?.toISOString() ?? null };
}

async function imageOf(repository: Repository, detail: ImageDetail): Promise<Image> {
  const image = plain(repository, detail);
  const several = /manifest\.list|image\.index/.test(detail.imageManifestMediaType ?? "");
  return several ? { ...image, digests: [...image.digests, ...(await childrenOf(repository, detail.imageDigest ?? ""))] } : image;
}

/** Of an image for several processors. https://github.com/opencontainers/image-spec/blob/main/image-index.md */
async function childrenOf(repository: Repository, imageDigest: string): Promise<readonly string[]> {
  const { images = [] } = await repository.ecr.send(new BatchGetImageCommand({ repositoryName: repository.name, ...registry(repository), imageIds: [{ imageDigest }] }));
  const index = JSON.parse(images[0]?.imageManifest ?? "{}") as { readonly manifests?: readonly { readonly digest?: string }[] };
  return index.manifests?.flatMap(({ digest }) => digest ?? []) ?? [];
}

/** What an image is called by people; where it is in no repository that we can ask, the beginning of its digest. */
export async function nameOf(repository: Repository, reference: string): Promise<string> {
  const [uri, digest = ""] = reference.split("@");
  const found = uri === repository.uri ? await describeImage(repository, { imageDigest: digest }) : null;
  return found?.name ?? shortDigest(digest);
}
