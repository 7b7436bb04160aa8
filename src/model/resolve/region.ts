import { suggest } from "../../kit/suggest.ts";
import { didYouMean, quoted, text, type Reader } from "./read.ts";

/** https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html; without China and GovCloud, whose ARNs differ. */
const REGIONS: readonly string[] = [
  "us-east-1", "us-east-2", "us-west-1", "us-west-2", "af-south-1",
  "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
  "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
  "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
  "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1",
];

export const region: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || REGIONS.includes(written)) return written;
  return at.error("unknown-region", `there is no AWS region ${quoted(written)}`, didYouMean(written, REGIONS, "the regions are"));
};

/** A name of the IANA time zone database, in its own spelling: files and databases tell capitals apart. */
export const timezone: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || written === "UTC") return written;
  // Asking for a zone by name loads the data of all: 15 ms that no known name needs.
  const known = Intl.supportedValuesOf("timeZone").includes(written) ? written : zoneOf(written);
  // An alias is answered with the zone's newer or older name; only a difference in capitals alone is a mistake.
  const spelt = known === written || known?.toLowerCase() !== written.toLowerCase();
  if (known !== undefined && spelt && /^[A-Z][\w+-]*(\/[A-Z][\w+-]*)+$/.test(written)) return written;
  const near = known ?? suggest(written, ["UTC", ...Intl.supportedValuesOf("timeZone")]);
  return at.error("bad-timezone", `${quoted(written)} is no IANA time zone`, near?.includes("/") ? `did you mean "${near}"?` : 'write one such as "Asia/Seoul" or "UTC"');
};

function zoneOf(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
