import { CopyObjectCommand, GetBucketVersioningCommand, ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
import { GetParameterHistoryCommand, SSMClient } from "@aws-sdk/client-ssm";
import { Failure } from "../../kit/failure.ts";
import { siteReleaseParameter, turnParameter } from "../render/deployed-names.ts";
import { fullHost, place as placeOf } from "../render/place.ts";
import { isNamed } from "./clients.ts";
import { notThere } from "./deploy-ground.ts";
import { endTurn, takeTurn } from "./deploy-lock.ts";
import { findDistribution } from "./site-distribution.ts";
import { atOnce, counting, interrupted, keep, order, recordSiteRelease, retire, siteBucket, TERRAFORMS, type Bucket, type DeployedSite, type SiteRelease } from "./site-deploy.ts";
import { invalidate, invalidationPaths } from "./site-invalidation.ts";

/** A release that a site served. */
export interface ServedSite {
  readonly release: string;
  /** When its files were all there, for more than a second; the next release had not begun yet. */
  readonly at: Date;
}

/** Overwritten files are kept this long; src/aws/render/site.ts. */
const KEPT_DAYS = 30;

/** What a site served, newest first. */
export async function servedReleases(ssm: SSMClient, name: string): Promise<readonly ServedSite[]> {
  const served: ServedSite[] = [];
  let next: string | undefined;
  try {
    do {
      const { Parameters = [], NextToken } = await ssm.send(new GetParameterHistoryCommand({ Name: name, ...(next !== undefined && { NextToken: next }) }));
      for (const { Value, LastModifiedDate } of Parameters) if (Value !== undefined && LastModifiedDate !== undefined) served.push({ release: Value, at: LastModifiedDate });
      next = NextToken;
    } while (next !== undefined);
  } catch (error) {
    if (!isNamed(error, "ParameterNotFound")) throw error;
  }
  return served.toReversed();
}

/**
 * Returns a site to the release before: its bucket keeps what was overwritten, so every file becomes again what it was when
 * that release was complete. Files that never change come first, pages last, as in a release.
 * @throws Failure `nothing-to-roll-back`, `not-running`, `state-busy`, `cancelled`
 */
export async function rollBackSite(wanted: Omit<SiteRelease, "build" | "previous">, now = Date.now): Promise<DeployedSite> {
  const { shared, environment, site, settings } = wanted;
  const place = placeOf(shared, environment);
  const ssm = new SSMClient(settings);
  const parameter = siteReleaseParameter(place, site.deployedAs);
  const bucket = siteBucket(place, wanted);
  const distribution = await findDistribution(settings, fullHost(place, site.host));
  if (distribution?.Id === undefined) throw notThere(site.name, environment.name);
  const turn = await takeTurn(ssm, turnParameter(place, "sites", site.deployedAs), { by: wanted.by, what: "rollback", part: site.name });
  try {
    const served = await servedReleases(ssm, parameter);
    const before = served.find(({ release }) => release !== served[0]?.release);
    if (before === undefined) throw new Failure("nothing-to-roll-back", `${site.name} has served ${served.length === 0 ? "nothing" : "one release"} in ${environment.name}: there is nothing to return to`);
    if (now() - before.at.getTime() > KEPT_DAYS * 86_400_000) throw new Failure("nothing-to-roll-back", `the files of ${before.release} are gone: what is overwritten is kept for ${KEPT_DAYS} days`, { hint: `release its sources: ./dailyge deploy ${site.name} --from DIRECTORY --target aws` });
    await requireVersions(bucket, site.name);
    const { written, changed, kept } = await restore(bucket, before.at, wanted);
    await recordSiteRelease(ssm, parameter, before.release);
    await invalidate(settings, distribution.Id, invalidationPaths(changed), wanted);
    return { name: site.name, release: before.release, previous: served[0]?.release ?? null, written, kept };
  } finally {
    await endTurn(turn, { report: wanted.report, service: site });
  }
}

/** Where nothing that is overwritten is kept, going back would only delete. */
async function requireVersions({ s3, name }: Bucket, site: string): Promise<void> {
  const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket: name }));
  if (Status === "Enabled") return;
  throw new Failure("nothing-to-roll-back", `the bucket ${name} keeps nothing of what is overwritten`, { hint: `release earlier sources: ./dailyge deploy ${site} --from DIRECTORY --target aws` });
}

interface Version {
  readonly key: string;
  /** Null: it was deleted. */
  readonly id: string | null;
  readonly etag: string;
  readonly since: number;
  readonly latest: boolean;
}

async function listVersions(s3: S3Client, name: string): Promise<readonly Version[]> {
  const found: Version[] = [];
  let next: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = {};
  for (let more = true; more; ) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket: name, ...next }));
    for (const { Key = "", VersionId = null, ETag = "", LastModified, IsLatest } of page.Versions ?? []) found.push({ key: Key, id: VersionId, etag: ETag, since: LastModified?.getTime() ?? 0, latest: IsLatest === true });
    for (const { Key = "", LastModified, IsLatest } of page.DeleteMarkers ?? []) found.push({ key: Key, id: null, etag: "", since: LastModified?.getTime() ?? 0, latest: IsLatest === true });
    more = page.IsTruncated === true;
    next = { ...(page.NextKeyMarker !== undefined && { KeyMarker: page.NextKeyMarker }), ...(page.NextVersionIdMarker !== undefined && { VersionIdMarker: page.NextVersionIdMarker }) };
  }
  return found;
}

interface Difference {
  readonly back: readonly Version[];
  readonly gone: readonly string[];
  readonly kept: readonly string[];
}

/** For each file what it was before the second of a time, where it is something else now. */
export function versionsAt(versions: readonly Version[], at: number): Difference {
  const back: Version[] = [];
  const gone: string[] = [];
  const kept: string[] = [];
  const second = Math.floor(at / 1000) * 1000;
  for (const [key, all] of Map.groupBy(versions.filter(({ key: one }) => one !== TERRAFORMS), (version) => version.key)) {
    const newest = all.find(({ latest }) => latest);
    const then = all.filter(({ since }) => since < second).toSorted((one, other) => other.since - one.since)[0];
    const isThere = newest !== undefined && newest.id !== null;
    if (then === undefined || then.id === null) {
      if (isThere) gone.push(key);
    } else if (isThere && newest.etag === then.etag) kept.push(key);
    else back.push(then);
  }
  return { back, gone, kept };
}

async function restore(bucket: Bucket, at: Date, { site, report }: Pick<SiteRelease, "site" | "report">): Promise<{ readonly written: number; readonly changed: readonly string[]; readonly kept: number }> {
  const { back, gone, kept } = versionsAt(await listVersions(bucket.s3, bucket.name), at.getTime());
  const count = counting(back.length, (step) => report({ part: site.name, state: "working", step: `bringing back ${step}` }));
  for (const kind of [0, 1, 2, 3]) {
    if (bucket.signal.aborted) throw interrupted(site.name, kind > 2);
    await atOnce(back.filter((version) => order(version) === kind), async ({ key, id }) => {
      const source = `${bucket.name}/${key.split("/").map(encodeURIComponent).join("/")}?versionId=${id}`;
      await bucket.s3.send(new CopyObjectCommand({ Bucket: bucket.name, Key: key, CopySource: source, MetadataDirective: "COPY", TaggingDirective: "REPLACE" }));
      count();
    });
  }
  const removed = await retire(bucket, gone);
  await keep(bucket, kept);
  return { written: back.length, changed: [...back.map(({ key }) => key).filter((key) => order({ key }) > 0), ...removed], kept: kept.length };
}
