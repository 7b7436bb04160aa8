import type { Site } from "../../model/site.ts";
import { data, json, resource, text, type Block, type Data, type Resource, type Text } from "../terraform.ts";
import { publicUrl, siteHosts } from "./address.ts";
import { renderCertificate, type Certificate } from "./certificate.ts";
import { siteBucketStem } from "./deployed-names.ts";
import type { Noun } from "./directory.ts";
import { physicalName } from "./names.ts";
import { CLOUDFRONT_REGION, SHARED_PROVIDER, type Place } from "./place.ts";
import { viewerRequest } from "./site-function.ts";

type Bucket = Resource<"aws_s3_bucket">;
type Distribution = Resource<"aws_cloudfront_distribution">;

/** What all sites have in common. */
export interface SiteGround {
  readonly noun: Noun;
  readonly caching: Data<"aws_cloudfront_cache_policy">;
  readonly headers: Resource<"aws_cloudfront_response_headers_policy">;
}

const YEAR_SECONDS = 31_536_000;

export function renderSiteGround(place: Place): SiteGround {
  const caching = data("aws_cloudfront_cache_policy", "sites", { name: "Managed-CachingOptimized" });
  const headers = resource("aws_cloudfront_response_headers_policy", "sites", {
    name: `${place.prefix}-sites`,
    security_headers_config: {
      strict_transport_security: { access_control_max_age_sec: YEAR_SECONDS, include_subdomains: false, override: true },
      content_type_options: { override: true },
      frame_options: { frame_option: "DENY", override: false },
      referrer_policy: { referrer_policy: "strict-origin-when-cross-origin", override: false },
    },
  });
  return { noun: { name: "sites", blocks: [caching, headers] }, caching, headers };
}

/** A site: files in a bucket that only its own distribution may read. */
export function renderSite(place: Place, ground: SiteGround, site: Site): Noun {
  const name = `site_${site.name}`;
  const hosts = siteHosts(place, site);
  const certificate = renderCertificate(place, name, hosts, { region: CLOUDFRONT_REGION });
  const account = place.environment.account ?? place.account.of("account_id");
  const bucket = resource("aws_s3_bucket", name, {
    bucket: text`${siteBucketStem(place, site.name)}-${account}`,
  });
  const distribution = renderDistribution(place, ground, site, bucket, certificate, hosts);
  const blocks = [
    ...certificate.blocks, bucket, ...closed(name, bucket), ...distribution.blocks,
    access(place, name, bucket, distribution.distribution), ...values(place, name, site, bucket),
    ...hosts.flatMap((host, index) => records(place, `${name}${index === 0 ? "" : "_apex"}`, host, distribution.distribution)),
  ];
  return { name: `site-${site.name}`, blocks };
}

/** Nothing of the bucket is public, whatever a later policy says; what is overwritten can be taken back for a month. */
function closed(name: string, bucket: Bucket): readonly Block[] {
  const of = { bucket: bucket.of("id") };
  const versions = resource("aws_s3_bucket_versioning", name, { ...of, versioning_configuration: { status: "Enabled" } });
  return [
    resource("aws_s3_bucket_public_access_block", name, {
      ...of, block_public_acls: true, block_public_policy: true, ignore_public_acls: true, restrict_public_buckets: true,
    }),
    resource("aws_s3_bucket_ownership_controls", name, { ...of, rule: { object_ownership: "BucketOwnerEnforced" } }),
    resource("aws_s3_bucket_server_side_encryption_configuration", name, {
      ...of, rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }],
    }),
    versions,
    resource(
      "aws_s3_bucket_lifecycle_configuration", name,
      {
        ...of,
        rule: [{
          id: "old", status: "Enabled", filter: [{ prefix: "" }],
          noncurrent_version_expiration: [{ noncurrent_days: 30 }], abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
        }],
      },
      { depends_on: [versions] },
    ),
  ];
}

function renderDistribution(
  place: Place, ground: SiteGround, site: Site, bucket: Bucket, certificate: Certificate, hosts: readonly string[],
): { distribution: Distribution; blocks: readonly Block[] } {
  const name = `site_${site.name}`;
  const physical = physicalName("function", place.prefix, site.name);
  const identity = resource("aws_cloudfront_origin_access_control", name, {
    name: physical, origin_access_control_origin_type: "s3", signing_behavior: "always", signing_protocol: "sigv4",
  });
  const before = resource("aws_cloudfront_function", name, {
    name: physical, runtime: "cloudfront-js-2.0", publish: true, code: viewerRequest(site, hosts),
  });
  const distribution = resource("aws_cloudfront_distribution", name, {
    enabled: true,
    is_ipv6_enabled: true,
    http_version: "http2and3",
    price_class: "PriceClass_200",
    aliases: hosts,
    default_root_object: "index.html",
    origin: [{ origin_id: "files", domain_name: bucket.of("bucket_regional_domain_name"), origin_access_control_id: identity.of("id") }],
    default_cache_behavior: {
      target_origin_id: "files",
      viewer_protocol_policy: "redirect-to-https",
      allowed_methods: ["GET", "HEAD", "OPTIONS"],
      cached_methods: ["GET", "HEAD"],
      compress: true,
      cache_policy_id: ground.caching.of("id"),
      response_headers_policy_id: ground.headers.of("id"),
      function_association: [{ event_type: "viewer-request", function_arn: before.of("arn") }],
    },
    // A site's own page for what is not there; the status stays, and a file that comes later is seen soon.
    custom_error_response: [{ error_code: 404, response_code: 404, response_page_path: "/404.html", error_caching_min_ttl: 10 }],
    restrictions: { geo_restriction: { restriction_type: "none" } },
    viewer_certificate: {
      acm_certificate_arn: certificate.valid.of("certificate_arn"),
      ssl_support_method: "sni-only",
      minimum_protocol_version: "TLSv1.2_2021",
    },
    tags: { part: `site:${site.name}` },
  });
  return { distribution, blocks: [identity, before, distribution] };
}

/** The distribution may read and list: without listing, a file that is not there would be 403 instead of 404. */
function access(place: Place, name: string, bucket: Bucket, distribution: Distribution): Block {
  const Condition = { StringEquals: { "AWS:SourceArn": distribution.of("arn"), "AWS:SourceAccount": place.account.of("account_id") } };
  const Principal = { Service: "cloudfront.amazonaws.com" };
  const objects = text`${bucket.of("arn")}/*`;
  return resource("aws_s3_bucket_policy", name, {
    bucket: bucket.of("id"),
    policy: json({
      Version: "2012-10-17",
      Statement: [
        { Sid: "Read", Effect: "Allow", Principal, Action: "s3:GetObject", Resource: objects, Condition },
        { Sid: "List", Effect: "Allow", Principal, Action: "s3:ListBucket", Resource: bucket.of("arn"), Condition },
        {
          Sid: "EncryptedConnectionsOnly", Effect: "Deny", Principal: "*", Action: "s3:*",
          Resource: [bucket.of("arn"), objects], Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    }),
  });
}

/** The values that the site's pages read, beside the files that a deployment brings. */
function values(place: Place, name: string, site: Site, bucket: Bucket): readonly Block[] {
  const text = (pieces: Site["environment"][number]["value"]): Text =>
    pieces.map((piece) => (typeof piece === "string" ? piece : (publicUrl(place, piece.part) ?? ""))).join("");
  return [
    resource("aws_s3_object", `${name}_environment`, {
      bucket: bucket.of("id"),
      key: "environment.json",
      content: JSON.stringify(Object.fromEntries(site.environment.map(({ name: key, value }) => [key, text(value)]))),
      content_type: "application/json",
      cache_control: "no-cache",
    }),
  ];
}

function records(place: Place, name: string, host: string, distribution: Distribution): readonly Block[] {
  return (["A", "AAAA"] as const).map((type) =>
    resource(
      "aws_route53_record", type === "A" ? name : `${name}_ipv6`,
      {
        zone_id: place.zone.of("zone_id"),
        name: host,
        type,
        alias: { name: distribution.of("domain_name"), zone_id: distribution.of("hosted_zone_id"), evaluate_target_health: false },
      },
      { provider: SHARED_PROVIDER },
    ),
  );
}
