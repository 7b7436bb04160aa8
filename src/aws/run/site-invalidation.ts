import { setTimeout as sleep } from "node:timers/promises";
import { CloudFrontClient, CreateInvalidationCommand, GetInvalidationCommand } from "@aws-sdk/client-cloudfront";
import { Failure } from "../../kit/failure.ts";
import type { AwsSettings } from "./clients.ts";
import type { Ground } from "./deploy-ground.ts";

/** More than these are one: everything. A thousand a month cost nothing. https://aws.amazon.com/cloudfront/pricing */
const MOST_PATHS = 30;

/** What CloudFront is to forget: paths as its function leaves them, as they are in a URL. */
export function invalidationPaths(keys: readonly string[]): readonly string[] {
  if (keys.length > MOST_PATHS) return ["/*"];
  return keys.map((key) => `/${key.split("/").map(encodeURIComponent).join("/")}`);
}

interface Waiting {
  readonly waits: boolean;
  readonly site: { readonly name: string };
  readonly signal: AbortSignal;
  readonly report: Ground["report"];
}

/** How long an invalidation takes at most, by far. */
const MOST_SECONDS = 15 * 60;

/** Has CloudFront forget paths, and waits for it where that is wished. */
export async function invalidate(settings: AwsSettings, distribution: string, paths: readonly string[], { waits, site, signal, report }: Waiting, askMilliseconds = 5_000): Promise<void> {
  if (paths.length === 0) return;
  const client = new CloudFrontClient(settings);
  const batch = { CallerReference: `deploy-${Date.now()}`, Paths: { Quantity: paths.length, Items: [...paths] } };
  const { Invalidation } = await client.send(new CreateInvalidationCommand({ DistributionId: distribution, InvalidationBatch: batch }));
  const end = Date.now() + MOST_SECONDS * 1000;
  for (let status = Invalidation?.Status; waits && status !== "Completed"; ) {
    if (Date.now() > end) throw new Failure("deploy-failed", `${site.name} is released, and after ${MOST_SECONDS / 60} minutes CloudFront still has old pages`, { hint: "they are checked for changes with each visit: nothing has to be done" });
    report({ part: site.name, state: "working", step: "waiting until CloudFront has forgotten the old pages" });
    if (await sleep(askMilliseconds, false, { signal }).catch(() => true)) return report({ part: site.name, state: "note", step: "not waited for: CloudFront forgets the old pages within minutes" });
    status = (await client.send(new GetInvalidationCommand({ DistributionId: distribution, Id: Invalidation?.Id }))).Invalidation?.Status;
  }
}
