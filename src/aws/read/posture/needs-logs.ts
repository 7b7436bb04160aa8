import { addressesIn, asBody, asList, ofType, type Body, type Configuration } from "../configuration.ts";
import { allows } from "../policy.ts";
import { policiesOf, principalsOf } from "../policies.ts";
import type { Rule, Violation } from "./rule.ts";

export const LOGS: readonly Rule[] = [
  { name: "alarm-topics", controls: [], says: "who is to tell of an alarm may", about: ["aws_cloudwatch_metric_alarm"], find: alarms },
  {
    name: "bucket-writers", controls: ["ELB.5", "CloudFront.5", "EC2.6"], says: "a bucket takes the logs that are sent to it",
    about: ["aws_lb", "aws_flow_log", "aws_cloudwatch_log_delivery_destination"], find: writers,
  },
];

/** Statements of the policy of one topic or bucket. */
function statementsAbout(configuration: Configuration, argument: "arn" | "bucket", address: string): readonly Body[] {
  const documents = policiesOf(configuration).filter(({ block }) => addressesIn(block.body[argument]).includes(address));
  return documents.flatMap(({ statements }) => statements ?? []);
}

function alarms(configuration: Configuration): readonly Violation[] {
  const told = ofType(configuration, "aws_cloudwatch_metric_alarm").flatMap(({ body }) => addressesIn([body["alarm_actions"], body["ok_actions"]]));
  return [...new Set(told.filter((address) => address.startsWith("aws_sns_topic.")))].flatMap((topic) => {
    const allowed = statementsAbout(configuration, "arn", topic).some(
      (statement) => allows(statement, "sns:Publish") && principalsOf(statement, "Service").includes("cloudwatch.amazonaws.com"),
    );
    return allowed ? [] : [{ at: topic, message: "no alarm may publish to it" }];
  });
}

interface Writer {
  readonly service: string;
  readonly actions: readonly string[];
  readonly bucket: string;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html */
const balancer = (bucket: string): Writer => ({ service: "logdelivery.elasticloadbalancing.amazonaws.com", actions: ["s3:PutObject"], bucket });

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html */
const delivery = (bucket: string): Writer => ({ service: "delivery.logs.amazonaws.com", actions: ["s3:PutObject", "s3:GetBucketAcl", "s3:ListBucket"], bucket });

function writers(configuration: Configuration): readonly Violation[] {
  const balancers = ofType(configuration, "aws_lb").flatMap(({ body }) => asList(body["access_logs"]).flatMap((logs) => addressesIn(asBody(logs)["bucket"])));
  const delivered = [
    ...ofType(configuration, "aws_cloudwatch_log_delivery_destination").flatMap(({ body }) => addressesIn(body["delivery_destination_configuration"])),
    ...ofType(configuration, "aws_flow_log").flatMap(({ body }) => addressesIn(body["log_destination"])),
  ];
  const isBucket = (address: string): boolean => address.startsWith("aws_s3_bucket.");
  return [...balancers.map(balancer), ...delivered.filter(isBucket).map(delivery)].flatMap(({ service, actions, bucket }) => {
    const statements = statementsAbout(configuration, "bucket", bucket).filter((statement) => principalsOf(statement, "Service").includes(service));
    const lacking = actions.filter((action) => !statements.some((statement) => allows(statement, action) && addressesIn(statement["Resource"]).includes(bucket)));
    return lacking.length === 0 ? [] : [{ at: bucket, message: `${service} may not ${lacking.join(" ")}` }];
  });
}
