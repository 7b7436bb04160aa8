import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteObjectCommand, DeleteObjectTaggingCommand, GetObjectTaggingCommand, ListObjectsV2Command, PutObjectCommand, PutObjectTaggingCommand, S3Client, type _Object,
} from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { Failure } from "../../kit/failure.ts";
import type { Environment, Shared } from "../../model/model.ts";
import { ASK_AGAIN, cacheControl, contentType } from "../../model/site-files.ts";
import type { Site } from "../../model/site.ts";
import { siteBucketStem, siteReleaseParameter, turnParameter } from "../render/deployed-names.ts";
import { fullHost, place as placeOf, type Place } from "../render/place.ts";
import type { AwsSettings } from "./clients.ts";
import { notThere, type Ground } from "./deploy-ground.ts";
import { endTurn, takeTurn } from "./deploy-lock.ts";
import { findDistribution } from "./site-distribution.ts";
import { invalidate, invalidationPaths } from "./site-invalidation.ts";

/** What a site's release led to. */
export interface DeployedSite {
  readonly name: string;
  readonly release: string;
  readonly previous: string | null;
  /** Files that were written, and that were there already with the same content. */
  readonly written: number;
  readonly kept: number;
}

export interface SiteRelease {
  readonly shared: Shared;
  readonly environment: Environment;
  readonly site: Site;
  readonly account: string;
  readonly settings: AwsSettings;
  readonly by: string;
  /** Whether to wait until no edge of CloudFront has an old page any more. */
  readonly waits: boolean;
  readonly signal: AbortSignal;
  readonly report: Ground["report"];
  /** Builds what is to be served, once it is our turn. */
  readonly build: () => Promise<BuiltSite>;
  readonly previous: string | null;
}

export interface BuiltSite {
  readonly release: string;
  /** Directory of the files that are served. */
  readonly directory: string;
}

/** Terraform writes it, from the definition. */
export const TERRAFORMS = "environment.json";
/** What a file that belongs to no release any more is marked with; it goes with the next one. */
const RETIRED = "retired";

/**
 * Releases a site's files: new ones first that no page names yet, then the pages, then CloudFront forgets the old pages. Files of
 * the release before stay for one more, so that a page that was loaded a moment ago still finds what belongs to it.
 * Interrupted, it is complete after the next deploy: until the pages are written, visitors have the old ones.
 * @throws Failure `not-running`, `state-busy`, `build-failed`, `cancelled`
 */
export async function releaseSite(release: SiteRelease): Promise<DeployedSite> {
  const { shared, environment, site, settings } = release;
  const place = placeOf(shared, environment);
  const ssm = new SSMClient(settings);
  const bucket = siteBucket(place, release);
  const distribution = await findDistribution(settings, fullHost(place, site.host));
  if (distribution?.Id === undefined) throw notThere(site.name, environment.name);
  const turn = await takeTurn(ssm, turnParameter(place, "sites", site.deployedAs), { by: release.by, what: "deploy", part: site.name });
  try {
    const built = await release.build();
    const files = await readFiles(built.directory);
    const outcome = await write(bucket, files, release);
    await recordSiteRelease(ssm, siteReleaseParameter(place, site.deployedAs), built.release);
    await invalidate(settings, distribution.Id, invalidationPaths(outcome.changed), release);
    return { name: site.name, release: built.release, previous: release.previous, written: outcome.written, kept: files.length - outcome.written };
  } finally {
    await endTurn(turn, { report: release.report, service: site });
  }
}

/** S3 tells times in whole seconds: between a release's last file and its record lies more than one, so that a way back can tell what belongs to it. */
const APART_MILLISECONDS = 1_100;

/** Writes down what is served from now on. */
export async function recordSiteRelease(ssm: SSMClient, name: string, release: string): Promise<void> {
  await sleep(APART_MILLISECONDS);
  await ssm.send(new PutParameterCommand({ Name: name, Value: release, Type: "String", Overwrite: true }));
}

/** Where a site's files are. */
export const siteBucket = (place: Place, { site, account, settings, signal }: Pick<SiteRelease, "site" | "account" | "settings" | "signal">): Bucket =>
  ({ s3: new S3Client(settings), name: site.existing ?? `${siteBucketStem(place, site.deployedAs)}-${account}`, signal });

export interface Bucket {
  readonly s3: S3Client;
  readonly name: string;
  readonly signal: AbortSignal;
}

/** A file of a release. */
export interface SiteFile {
  /** `assets/app.3f2a1bc9.js` */
  readonly key: string;
  readonly path: string;
  readonly bytes: number;
  /** As S3 tells it of what was written in one piece and is encrypted by S3's own keys. */
  readonly md5: string;
}

/** Everything below a directory but hidden files, which are not served here either; `.well-known` is no hidden one. */
export async function readFiles(directory: string): Promise<readonly SiteFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name));
  const keys = paths.map((path) => path.slice(directory.length + 1)).filter((key) => key !== TERRAFORMS && !key.split("/").some((piece) => piece.startsWith(".") && piece !== ".well-known"));
  const files: SiteFile[] = [];
  await atOnce(keys, async (key) => {
    const path = join(directory, key);
    const found = await stat(path);
    if (found.isFile()) files.push({ key, path, bytes: found.size, md5: await md5(path) });
  });
  return files.toSorted((one, other) => order(one) - order(other) || one.key.localeCompare(other.key));
}

/** What never changes comes first; then what pages name; pages last, and of those the one that leads to the others. */
export const order = ({ key }: Pick<SiteFile, "key">): number => (!/[.]html?$/.test(key) ? (cacheControl(`/${key}`) === ASK_AGAIN ? 1 : 0) : key === "index.html" ? 3 : 2);

async function md5(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function write(bucket: Bucket, files: readonly SiteFile[], { site, environment, report }: SiteRelease): Promise<{ readonly written: number; readonly changed: readonly string[] }> {
  const present = await listObjects(bucket).catch((error: unknown) => {
    if (error instanceof Error && error.name === "NoSuchBucket") throw notThere(site.name, environment.name);
    throw error;
  });
  const known = new Map(present.map((object) => [object.Key ?? "", object]));
  const fresh = files.filter(({ key, md5: hash }) => known.get(key)?.ETag?.replaceAll('"', "") !== hash);
  const count = counting(fresh.length, (step) => report({ part: site.name, state: "working", step: `writing ${step}` }));
  // One kind after the other: nothing is named by a page before it is there.
  for (const kind of [0, 1, 2, 3]) {
    if (bucket.signal.aborted) throw interrupted(site.name, kind > 2);
    await atOnce(fresh.filter((file) => order(file) === kind), async (file) => {
      await put(bucket, file);
      count();
    });
  }
  const names = new Set(files.map(({ key }) => key));
  const removed = await retire(bucket, present.flatMap(({ Key: key = "" }) => (names.has(key) || key === TERRAFORMS ? [] : [key])));
  await keep(bucket, files.filter(({ key }) => known.has(key) && !fresh.some((file) => file.key === key)).map(({ key }) => key));
  const replaced = fresh.filter(({ key }) => known.has(key) || order({ key }) > 0).map(({ key }) => key);
  return { written: fresh.length, changed: [...replaced, ...removed] };
}

export const interrupted = (site: string, inPages: boolean): Failure =>
  new Failure("cancelled", `the release of ${site} was interrupted: ${inPages ? "some of its pages are new and some are old" : "its pages are the old ones"}`, { hint: `complete it: ./dailyge deploy ${site} --target aws` });

async function put({ s3, name }: Bucket, { key, path, bytes, md5: hash }: SiteFile): Promise<void> {
  await s3.send(new PutObjectCommand({
    Bucket: name, Key: key, Body: createReadStream(path), ContentLength: bytes, ContentMD5: Buffer.from(hash, "hex").toString("base64"),
    ContentType: contentType(key), CacheControl: cacheControl(`/${key}`),
  }));
}

async function listObjects({ s3, name }: Bucket): Promise<readonly _Object[]> {
  const found: _Object[] = [];
  let next: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: name, ...(next !== undefined && { ContinuationToken: next }) }));
    found.push(...(page.Contents ?? []));
    next = page.NextContinuationToken;
  } while (next !== undefined);
  return found;
}

/** Marks what the new release has not; deletes what was marked by the one before. Pages go at once: nobody has them open by name. */
export async function retire({ s3, name }: Bucket, keys: readonly string[]): Promise<readonly string[]> {
  const gone: string[] = [];
  for (const key of keys) {
    const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket: name, Key: key }));
    if (TagSet.some(({ Key }) => Key === RETIRED) || order({ key }) > 1) {
      await s3.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
      gone.push(key);
    } else await s3.send(new PutObjectTaggingCommand({ Bucket: name, Key: key, Tagging: { TagSet: [{ Key: RETIRED, Value: "yes" }] } }));
  }
  return gone;
}

/** What was on its way out and belongs to the release again. */
export async function keep({ s3, name }: Bucket, keys: readonly string[]): Promise<void> {
  await atOnce(keys, async (key) => {
    const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket: name, Key: key }));
    if (TagSet.some(({ Key }) => Key === RETIRED)) await s3.send(new DeleteObjectTaggingCommand({ Bucket: name, Key: key }));
  });
}

/** Tells about every tenth part of a number, `40 of 100`: where nobody draws over them, these are lines. */
export function counting(total: number, tell: (text: string) => void): () => void {
  const each = Math.max(1, Math.ceil(total / 10));
  let done = 0;
  return () => {
    done += 1;
    if (done % each === 0 || done === total) tell(`${done} of ${total}`);
  };
}

const AT_ONCE = 8;

/** A few at a time; the first that fails ends it. */
export async function atOnce<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const item of rest) await act(item);
  }));
}
