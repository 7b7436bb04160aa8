import { addressesIn, ofType, type WrittenBlock } from "../configuration.ts";
import { each, type Rule } from "./rule.ts";

interface Companion {
  readonly of: string;
  readonly when?: (block: WrittenBlock) => boolean;
  /** Type of what has to be there, and the argument that names what it belongs to. */
  readonly needs: readonly [type: string, argument: string];
  /** Which of those do. */
  readonly counts?: (block: WrittenBlock) => boolean;
  readonly controls: readonly string[];
  readonly says: string;
}

const isPublic = ({ body }: WrittenBlock): boolean => body["internal"] !== true;

/** What is right only together with something else. */
const COMPANIONS: readonly Companion[] = [
  { of: "aws_s3_bucket", needs: ["aws_s3_bucket_public_access_block", "bucket"], controls: ["S3.8"], says: "a bucket is not public" },
  { of: "aws_s3_bucket", needs: ["aws_s3_bucket_versioning", "bucket"], controls: ["S3.14"], says: "what is overwritten can be taken back" },
  { of: "aws_s3_bucket", needs: ["aws_s3_bucket_server_side_encryption_configuration", "bucket"], controls: [], says: "files are encrypted" },
  { of: "aws_s3_bucket", needs: ["aws_s3_bucket_ownership_controls", "bucket"], controls: ["S3.12"], says: "a bucket's owner owns what is in it" },
  { of: "aws_s3_bucket", needs: ["aws_s3_bucket_lifecycle_configuration", "bucket"], controls: ["S3.13"], says: "what is old goes" },
  { of: "aws_s3_bucket", needs: ["aws_s3_bucket_policy", "bucket"], controls: ["S3.5"], says: "a bucket is used over TLS alone" },
  { of: "aws_ecr_repository", needs: ["aws_ecr_lifecycle_policy", "repository"], controls: ["ECR.3"], says: "old images go" },
  { of: "aws_sqs_queue", needs: ["aws_sqs_queue_policy", "queue_url"], controls: [], says: "a queue is used over TLS alone" },
  { of: "aws_sns_topic", needs: ["aws_sns_topic_policy", "arn"], controls: [], says: "a topic is used over TLS alone" },
  { of: "aws_lb", when: isPublic, needs: ["aws_wafv2_web_acl_association", "resource_arn"], controls: ["ELB.16"], says: "a firewall stands before what everyone can call" },
  { of: "aws_wafv2_web_acl", needs: ["aws_wafv2_web_acl_logging_configuration", "resource_arn"], controls: ["WAF.11"], says: "what a firewall decides is written down" },
  { of: "aws_vpc", needs: ["aws_flow_log", "vpc_id"], controls: ["EC2.6"], says: "who talks to whom is written down" },
  { of: "aws_vpc", needs: ["aws_default_security_group", "vpc_id"], controls: ["EC2.2"], says: "the network's own security group is empty" },
  { of: "aws_route53_zone", when: ({ body }) => body["vpc"] === undefined, needs: ["aws_route53_record", "zone_id"], counts: ({ body }) => body["type"] === "CAA", controls: [], says: "a domain says who may make certificates for it" },
  { of: "aws_cloudwatch_log_delivery_source", needs: ["aws_cloudwatch_log_delivery", "delivery_source_name"], controls: ["CloudFront.5"], says: "a log that is made is sent somewhere" },
  { of: "aws_route53_health_check", needs: ["aws_cloudwatch_metric_alarm", "dimensions"], controls: [], says: "what is asked whether it answers has somebody who hears that it does not" },
  { of: "aws_acm_certificate", needs: ["aws_acm_certificate_validation", "certificate_arn"], controls: [], says: "a certificate is proved before it is used" },
];

export const TOGETHER: readonly Rule[] = COMPANIONS.map(({ of, when, needs: [type, argument], counts, controls, says }) =>
  each(of, { name: `${of.replace("aws_", "").replaceAll("_", "-")}+${type.replace("aws_", "").replaceAll("_", "-")}`, controls, says }, (block, configuration) => {
    if (when?.(block) === false) return undefined;
    const there = ofType(configuration, type).some((each) => addressesIn(each.body[argument]).includes(block.address) && counts?.(each) !== false);
    return there ? undefined : `it has no ${type} for that`;
  }),
);
