import { resource, text, type Block, type Resource, type Text } from "../terraform.ts";
import { bucketPolicy, privateBucket, type Bucket } from "./bucket.ts";
import type { Noun } from "./directory.ts";
import { physicalName } from "./names.ts";
import { CLOUDFRONT_REGION, type Place } from "./place.ts";

/** Every request to load balancers and sites, with the address that it came from. */
export interface AccessLogs {
  readonly noun: Noun;
  readonly bucket: Bucket;
  /** What lets their writers write; a load balancer tries when it is told where to. */
  readonly policy: Block;
  /** Where CloudFront's go; null where there are no sites. */
  readonly destination: Resource<"aws_cloudwatch_log_delivery_destination"> | null;
}

const KEPT_DAYS = 90;

/** Null where nobody calls anything. */
export function renderAccessLogs(place: Place): AccessLogs | null {
  const { sites, services } = place.environment;
  const called = services.some(({ endpoint }) => endpoint !== null);
  if (!called && sites.length === 0) return null;
  const account = place.environment.account ?? place.account.of("account_id");
  const { bucket, blocks } = privateBucket("access_logs", text`${physicalName("bucket", place.prefix, "access-logs")}-${account}`, { expireDays: KEPT_DAYS, oldDays: 1 });
  const objects = text`${bucket.of("arn")}/AWSLogs/${account}/*`;
  const policy = bucketPolicy("access_logs", bucket, [...(called ? [loadBalancers(objects)] : []), ...(sites.length > 0 ? distributions(bucket, objects, account) : [])]);
  const destination = sites.length === 0 ? null : resource(
    "aws_cloudwatch_log_delivery_destination", "access_logs",
    {
      region: CLOUDFRONT_REGION,
      name: `${place.prefix}-access-logs`,
      output_format: "json",
      delivery_destination_configuration: [{ destination_resource_arn: bucket.of("arn") }],
    },
    { depends_on: [policy] },
  );
  return { noun: { name: "access-logs", blocks: [...blocks, policy, ...(destination ? [destination] : [])] }, bucket, policy, destination };
}

/**
 * The same in every region, also in those where an account of AWS's own once wrote them.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
const loadBalancers = (objects: Text) => ({
  Sid: "LoadBalancers", Effect: "Allow", Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" }, Action: "s3:PutObject", Resource: objects,
});

/** As AWS names and words it, which otherwise adds its own. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html */
function distributions(bucket: Bucket, objects: Text, account: Text): readonly object[] {
  const Principal = { Service: "delivery.logs.amazonaws.com" };
  const source = { StringEquals: { "aws:SourceAccount": account }, ArnLike: { "aws:SourceArn": text`arn:aws:logs:${CLOUDFRONT_REGION}:${account}:delivery-source:*` } };
  const owned = { ...source, StringEquals: { ...source.StringEquals, "s3:x-amz-acl": "bucket-owner-full-control" } };
  return [
    { Sid: "AWSLogDeliveryWrite", Effect: "Allow", Principal, Action: "s3:PutObject", Resource: objects, Condition: owned },
    { Sid: "AWSLogDeliveryAclCheck", Effect: "Allow", Principal, Action: ["s3:GetBucketAcl", "s3:ListBucket"], Resource: bucket.of("arn"), Condition: source },
  ];
}

/** What sends a distribution's log on its way. */
export function distributionLog(
  place: Place, name: string, site: string, distribution: Resource<"aws_cloudfront_distribution">, destination: Resource<"aws_cloudwatch_log_delivery_destination">,
): readonly Block[] {
  const where = { region: CLOUDFRONT_REGION };
  const source = resource("aws_cloudwatch_log_delivery_source", name, {
    ...where, name: physicalName("delivery", place.prefix, site), log_type: "ACCESS_LOGS", resource_arn: distribution.of("arn"),
  });
  const delivery = resource("aws_cloudwatch_log_delivery", name, {
    ...where, delivery_source_name: source.of("name"), delivery_destination_arn: destination.of("arn"),
  });
  return [source, delivery];
}
