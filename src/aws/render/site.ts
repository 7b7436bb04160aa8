import type { Site } from "../../model/site.ts";
import { data, resource, text, type Block, type Data, type Resource } from "../terraform.ts";
import { distributionLog, type AccessLogs } from "./access-logs.ts";
import { publicUrl, siteHosts } from "./address.ts";
import { bucketPolicy, privateBucket, type Bucket } from "./bucket.ts";
import { renderCertificate, type Certificate } from "./certificate.ts";
import { siteBucketStem } from "./deployed-names.ts";
import type { Noun } from "./directory.ts";
import { renderSiteFirewall } from "./firewall.ts";
import { physicalName } from "./names.ts";
import { CLOUDFRONT_REGION, SHARED_PROVIDER, type Place } from "./place.ts";
import { viewerRequest } from "./site-function.ts";

type Distribution = Resource<"aws_cloudfront_distribution">;

/** What all sites have in common. */
export interface SiteGround {
  readonly noun: Noun;
  readonly caching: Data<"aws_cloudfront_cache_policy">;
  readonly headers: Resource<"aws_cloudfront_response_headers_policy">;
  readonly firewall: Resource<"aws_wafv2_web_acl"> | null;
  readonly logs: AccessLogs["destination"];
}

const YEAR_SECONDS = 31_536_000;

/** Overwritten files can be taken back for so long. */
const OLD_DAYS = 30;

export function renderSiteGround(place: Place, logs: AccessLogs | null): SiteGround {
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
  const guard = renderSiteFirewall(place);
  const blocks = [caching, headers, ...(guard?.blocks ?? [])];
  return { noun: { name: "sites", blocks }, caching, headers, firewall: guard?.firewall ?? null, logs: logs?.destination ?? null };
}

/** A site: files in a bucket that only its own distribution may read. */
export function renderSite(place: Place, ground: SiteGround, site: Site): Noun {
  const name = `site_${site.name}`;
  const hosts = siteHosts(place, site);
  const certificate = renderCertificate(place, name, hosts, { region: CLOUDFRONT_REGION });
  const account = place.environment.account ?? place.account.of("account_id");
  const { bucket, blocks: closed } = privateBucket(name, text`${siteBucketStem(place, site.name)}-${account}`, { oldDays: OLD_DAYS });
  const distribution = renderDistribution(place, ground, site, bucket, certificate, hosts);
  const blocks = [
    ...certificate.blocks, ...closed, ...distribution.blocks,
    access(place, name, bucket, distribution.distribution), ...values(place, name, site, bucket),
    ...hosts.flatMap((host, index) => records(place, `${name}${index === 0 ? "" : "_apex"}`, host, distribution.distribution)),
    ...(ground.logs ? distributionLog(place, name, site.name, distribution.distribution, ground.logs) : []),
  ];
  return { name: `site-${site.name}`, blocks };
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
    ...(ground.firewall && { web_acl_id: ground.firewall.of("arn") }),
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
  return bucketPolicy(name, bucket, [
    { Sid: "Read", Effect: "Allow", Principal, Action: "s3:GetObject", Resource: text`${bucket.of("arn")}/*`, Condition },
    { Sid: "List", Effect: "Allow", Principal, Action: "s3:ListBucket", Resource: bucket.of("arn"), Condition },
  ]);
}

/** The values that a site's build and pages see. */
export function siteValues(place: Place, site: Site): Readonly<Record<string, string>> {
  const text = (pieces: Site["environment"][number]["value"]): string =>
    pieces.map((piece) => (typeof piece === "string" ? piece : (publicUrl(place, piece.part) ?? ""))).join("");
  return Object.fromEntries(site.environment.map(({ name, value }) => [name, text(value)]));
}

/** They are a file beside those that a deployment brings. */
function values(place: Place, name: string, site: Site, bucket: Bucket): readonly Block[] {
  return [
    resource("aws_s3_object", `${name}_environment`, {
      bucket: bucket.of("id"),
      key: "environment.json",
      content: JSON.stringify(siteValues(place, site)),
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
