import { resource, text, type Block, type Resource, type Text } from "../terraform.ts";
import { bucketPolicy, privateBucket, type Bucket } from "./bucket.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";

/** Who connected to whom, and who was refused, in a bucket: CloudWatch takes 0.76 USD for a gigabyte in Seoul. None where none are kept. */
export function renderFlowLogs(place: Place, vpc: Resource<"aws_vpc">): readonly Block[] {
  const days = place.environment.network.flowLogDays;
  if (days === 0) return [];
  const account = place.environment.account ?? place.account.of("account_id");
  const { bucket, blocks } = privateBucket("flow_logs", text`${physicalName("bucket", place.prefix, "flow-logs")}-${account}`, { expireDays: days, oldDays: 1 });
  const policy = bucketPolicy("flow_logs", bucket, delivered(place, bucket, account));
  const records = resource(
    "aws_flow_log", "main",
    {
      vpc_id: vpc.of("id"),
      traffic_type: "ALL",
      log_destination_type: "s3",
      log_destination: bucket.of("arn"),
      max_aggregation_interval: 600,
      tags: { Name: place.prefix },
    },
    // Where the policy is not yet there, AWS writes one of its own.
    { depends_on: [policy] },
  );
  return [...blocks, policy, records];
}

/** Named as AWS names them, who would add its own beside others. https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html */
function delivered(place: Place, bucket: Bucket, account: Text): readonly object[] {
  const Principal = { Service: "delivery.logs.amazonaws.com" };
  const source = { StringEquals: { "aws:SourceAccount": account }, ArnLike: { "aws:SourceArn": text`arn:aws:logs:${place.shared.region}:${account}:*` } };
  const owned = { ...source, StringEquals: { ...source.StringEquals, "s3:x-amz-acl": "bucket-owner-full-control" } };
  return [
    { Sid: "AWSLogDeliveryWrite", Effect: "Allow", Principal, Action: "s3:PutObject", Resource: text`${bucket.of("arn")}/AWSLogs/${account}/*`, Condition: owned },
    { Sid: "AWSLogDeliveryAclCheck", Effect: "Allow", Principal, Action: ["s3:GetBucketAcl", "s3:ListBucket"], Resource: bucket.of("arn"), Condition: source },
  ];
}
