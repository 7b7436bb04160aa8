import { addressesIn, asBody, asList, blocksIn, ofType, parsed, texts, type Configuration, type WrittenBlock } from "./configuration.ts";
import { letsThrough } from "./firewall.ts";
import type { Outsider } from "./security-groups.ts";

/** How an outsider reaches a site: a distribution that is on, has a name in DNS, may read its files, and has no web ACL that refuses all. */
export function opensSite(configuration: Configuration, distribution: WrittenBlock, outsider: Outsider): string | undefined {
  const { body, address } = distribution;
  const names = texts(body["aliases"]);
  const firewalls = blocksIn(configuration, body["web_acl_id"]);
  if (firewalls.some((firewall) => !letsThrough(configuration, firewall, { outsider, hosts: names, paths: undefined }))) return undefined;
  const record = ofType(configuration, "aws_route53_record").find(
    (each) => names.includes(String(each.body["name"])) && addressesIn(asBody(each.body["alias"])["name"]).includes(address),
  );
  const buckets = asList(body["origin"]).flatMap((origin) => blocksIn(configuration, asBody(origin)["domain_name"]));
  const policy = ofType(configuration, "aws_s3_bucket_policy").find(
    (each) => buckets.some((bucket) => addressesIn(each.body["bucket"]).includes(bucket.address)) && admits(each, address),
  );
  if (body["enabled"] !== true || !record || !policy) return undefined;
  return `${record.address} names ${address}, which ${policy.address} lets read the files`;
}

function admits(policy: WrittenBlock, distribution: string): boolean {
  const statements = asList(asBody(parsed(policy.body["policy"]))["Statement"]).map(asBody);
  return statements.some(
    ({ Effect, Action, Condition }) => Effect === "Allow" && asList(Action).includes("s3:GetObject") && addressesIn(Condition).includes(distribution),
  );
}
