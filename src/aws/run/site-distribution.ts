import { CloudFrontClient, ListDistributionsCommand, type DistributionSummary } from "@aws-sdk/client-cloudfront";
import type { AwsSettings } from "./clients.ts";

/** The distribution that answers at a host name; null where there is none yet. CloudFront knows no region. */
export async function findDistribution(settings: AwsSettings, host: string): Promise<DistributionSummary | null> {
  const client = new CloudFrontClient(settings);
  let marker: string | undefined;
  do {
    const { DistributionList: page } = await client.send(new ListDistributionsCommand(marker === undefined ? {} : { Marker: marker }));
    const found = page?.Items?.find(({ Aliases }) => Aliases?.Items?.includes(host));
    if (found !== undefined) return found;
    marker = page?.IsTruncated === true ? page.NextMarker : undefined;
  } while (marker !== undefined);
  return null;
}
