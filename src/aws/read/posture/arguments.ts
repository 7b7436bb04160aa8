import { asList } from "../configuration.ts";
import { each, valuesAt, type Rule } from "./rule.ts";

type Test = (value: unknown) => boolean;
type Line = readonly [type: string, path: string, test: Test | string | number | boolean, controls: readonly string[], says: string];

const atLeast = (least: number): Test => (value) => typeof value === "number" && value >= least;
const written: Test = (value) => value !== undefined && value !== "";
const never = (wrong: unknown): Test => (value) => value !== wrong && value !== String(wrong);
const oneOf = (...right: readonly unknown[]): Test => (value) => right.includes(value);
const holds = (...needed: readonly string[]): Test => (value) => needed.every((each) => asList(value).includes(each));

/** A volume's flag is text in a launch template. */
const on: Test = oneOf(true, "true");

/** Arguments that one look at one block judges. What is not written is not right: AWS's own defaults are older than its advice. */
const LINES: readonly Line[] = [
  ["aws_db_instance", "storage_encrypted", true, ["RDS.3"], "a database's storage is encrypted"],
  ["aws_db_instance", "publicly_accessible", false, ["RDS.2"], "a database has no public address"],
  ["aws_db_instance", "deletion_protection", true, ["RDS.8"], "a database is not deleted by mistake"],
  ["aws_db_instance", "skip_final_snapshot", never(true), [], "a database that is deleted leaves a snapshot"],
  ["aws_db_instance", "delete_automated_backups", false, [], "backups outlive their database"],
  ["aws_db_instance", "backup_retention_period", atLeast(1), ["RDS.11"], "a database has backups"],
  ["aws_db_instance", "auto_minor_version_upgrade", true, ["RDS.13"], "a database gets its patches"],
  ["aws_db_instance", "copy_tags_to_snapshot", true, ["RDS.17"], "a snapshot has the tags of its database"],
  ["aws_db_instance", "enabled_cloudwatch_logs_exports", holds("error", "slowquery"), ["RDS.9"], "a database's logs leave it"],
  ["aws_db_instance", "manage_master_user_password", true, [], "the administrator's password is AWS's to make and change"],
  ["aws_db_instance", "username", (value) => typeof value === "string" && !["admin", "root", "mysql", "administrator"].includes(value), ["RDS.25"], "the administrator has no name that one guesses"],
  ["aws_db_instance", "parameter_group_name", written, [], "a database has parameters of its own"],
  ["aws_db_instance", "db_subnet_group_name", written, ["RDS.46"], "a database has subnets of its own"],
  ["aws_ebs_volume", "encrypted", on, ["EC2.3"], "a volume is encrypted"],
  ["aws_ebs_volume", "final_snapshot", on, [], "a volume that goes leaves a snapshot"],
  ["aws_ebs_volume", "multi_attach_enabled", never(true), [], "a volume is of one machine"],
  ["aws_launch_template", "metadata_options.http_tokens", "required", ["EC2.170"], "a machine's credentials need a session of its metadata service"],
  ["aws_launch_template", "metadata_options.http_put_response_hop_limit", 1, [], "a container does not reach its host's credentials"],
  ["aws_launch_template", "metadata_options.http_endpoint", "enabled", [], "a machine has its role"],
  ["aws_launch_template", "block_device_mappings.ebs.encrypted", on, ["EC2.181"], "a machine's disk is encrypted"],
  ["aws_launch_template", "network_interfaces.associate_public_ip_address", never(true), ["EC2.25"], "a machine has no public address"],
  ["aws_launch_template", "key_name", (value) => value === undefined, ["EC2.13"], "nobody needs a key to a machine"],
  ["aws_instance", "metadata_options.http_tokens", "required", ["EC2.8"], "a machine's credentials need a session of its metadata service"],
  ["aws_instance", "metadata_options.http_put_response_hop_limit", 1, [], "a container does not reach its host's credentials"],
  ["aws_instance", "metadata_options.http_endpoint", "enabled", [], "a machine has its role"],
  ["aws_instance", "root_block_device.encrypted", on, ["EC2.3"], "a machine's disk is encrypted"],
  ["aws_instance", "root_block_device.delete_on_termination", true, [], "a machine's disk goes with it"],
  ["aws_launch_template", "block_device_mappings.ebs.delete_on_termination", on, [], "a machine's disk goes with it"],
  ["aws_instance", "associate_public_ip_address", false, ["EC2.9"], "a machine has no public address"],
  ["aws_instance", "source_dest_check", never(false), ["EC2.180"], "a machine takes what is for it, and nothing else"],
  ["aws_instance", "key_name", (value) => value === undefined, ["EC2.13"], "nobody needs a key to a machine"],
  ["aws_subnet", "map_public_ip_on_launch", never(true), ["EC2.15"], "a subnet gives no public addresses"],
  ["aws_vpc", "enable_dns_support", never(false), [], "names are found in the network"],
  ["aws_vpc", "enable_dns_hostnames", true, [], "private names are found in the network"],
  ["aws_lb", "drop_invalid_header_fields", true, ["ELB.4"], "a load balancer drops headers that no program should have sent"],
  ["aws_lb", "desync_mitigation_mode", oneOf("defensive", "strictest"), ["ELB.12"], "a load balancer refuses requests that are read in two ways"],
  ["aws_cloudfront_distribution", "default_root_object", written, ["CloudFront.1"], "a site's root is a page, not a list of files"],
  ["aws_cloudfront_distribution", "default_cache_behavior.viewer_protocol_policy", oneOf("redirect-to-https", "https-only"), ["CloudFront.3"], "a site is read over TLS"],
  ["aws_cloudfront_distribution", "default_cache_behavior.response_headers_policy_id", written, [], "a site's answers have security headers"],
  ["aws_cloudfront_distribution", "viewer_certificate.acm_certificate_arn", written, ["CloudFront.7"], "a site has a certificate of its own"],
  ["aws_cloudfront_distribution", "viewer_certificate.ssl_support_method", "sni-only", ["CloudFront.8"], "a site is told by its name"],
  ["aws_cloudfront_distribution", "viewer_certificate.minimum_protocol_version", oneOf("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"), ["CloudFront.15"], "a site needs TLS 1.2 with current ciphers"],
  ["aws_cloudfront_distribution", "origin.origin_access_control_id", written, ["CloudFront.13"], "files come only by way of the distribution"],
  ["aws_cloudfront_origin_access_control", "signing_behavior", "always", ["CloudFront.13"], "a distribution signs its requests"],
  ["aws_cloudfront_response_headers_policy", "security_headers_config.strict_transport_security.access_control_max_age_sec", atLeast(31_536_000), [], "a browser remembers for a year that a site is read over TLS"],
  ["aws_cloudfront_response_headers_policy", "security_headers_config.content_type_options.override", true, [], "a browser does not guess what a file is"],
  ["aws_cloudfront_response_headers_policy", "security_headers_config.frame_options.frame_option", oneOf("DENY", "SAMEORIGIN"), [], "a site is not shown within another"],
  ["aws_s3_bucket_public_access_block", "block_public_acls", true, ["S3.8"], "a bucket is not public"],
  ["aws_s3_bucket_public_access_block", "block_public_policy", true, ["S3.8"], "a bucket is not public"],
  ["aws_s3_bucket_public_access_block", "ignore_public_acls", true, ["S3.8"], "a bucket is not public"],
  ["aws_s3_bucket_public_access_block", "restrict_public_buckets", true, ["S3.8"], "a bucket is not public"],
  ["aws_s3_bucket_versioning", "versioning_configuration.status", "Enabled", ["S3.14"], "what is overwritten can be taken back"],
  ["aws_s3_bucket_ownership_controls", "rule.object_ownership", oneOf("BucketOwnerEnforced", "BucketOwnerPreferred"), ["S3.12"], "a bucket's owner owns what is in it"],
  ["aws_s3_bucket_server_side_encryption_configuration", "rule.apply_server_side_encryption_by_default.sse_algorithm", oneOf("AES256", "aws:kms", "aws:kms:dsse"), [], "files are encrypted"],
  ["aws_ecr_repository", "image_tag_mutability", "IMMUTABLE", ["ECR.2"], "a tag always means the same image"],
  ["aws_ecr_repository", "image_scanning_configuration.scan_on_push", true, ["ECR.1"], "images are scanned"],
  ["aws_ecr_repository", "encryption_configuration.encryption_type", oneOf("AES256", "KMS"), [], "images are encrypted"],
  ["aws_ecr_repository", "force_delete", never(true), [], "a repository with images is not deleted"],
  ["aws_sns_topic", "kms_master_key_id", written, ["SNS.1"], "messages of a topic are encrypted"],
  ["aws_sqs_queue", "sqs_managed_sse_enabled", (value) => value === true, ["SQS.1"], "messages of a queue are encrypted"],
  ["aws_sns_topic_subscription", "protocol", oneOf("sqs", "lambda", "https", "email", "firehose"), [], "messages are not sent in the open"],
  ["aws_cloudwatch_log_group", "retention_in_days", atLeast(1), [], "a log is not kept for ever"],
  ["aws_secretsmanager_secret", "recovery_window_in_days", atLeast(7), [], "a secret that was deleted can be taken back"],
  ["aws_secretsmanager_secret_version", "secret_string", (value) => value === undefined, [], "a secret's value is in no state"],
  ["aws_ecs_service", "deployment_circuit_breaker.rollback", true, [], "a release that does not start is taken back"],
  ["aws_ecs_service", "deployment_circuit_breaker.enable", true, [], "a release that does not start is taken back"],
  ["aws_ecs_service", "alarms.enable", oneOf(undefined, true), [], "a release that makes alarms go off ends"],
  ["aws_ecs_service", "alarms.rollback", oneOf(undefined, true), [], "a release that makes alarms go off is taken back"],
  ["aws_ecs_task_definition", "network_mode", oneOf("bridge", "awsvpc"), ["ECS.1"], "a container has ports of its own"],
  ["aws_ecs_task_definition", "pid_mode", (value) => value === undefined, ["ECS.3"], "a container does not see its host's processes"],
  ["aws_ecs_capacity_provider", "auto_scaling_group_provider.managed_draining", "ENABLED", [], "what runs on a host moves before the host goes"],
  ["aws_ecs_capacity_provider", "auto_scaling_group_provider.managed_termination_protection", "ENABLED", [], "a host that something runs on is not taken away"],
  ["aws_autoscaling_group", "launch_template.id", written, ["AutoScaling.9"], "hosts are made by a launch template"],
  ["aws_wafv2_web_acl", "visibility_config.cloudwatch_metrics_enabled", true, ["WAF.12"], "what a firewall does is counted"],
  ["aws_wafv2_web_acl", "rule.visibility_config.cloudwatch_metrics_enabled", true, ["WAF.12"], "what a firewall's rule does is counted"],
  ["aws_flow_log", "traffic_type", oneOf("ALL", "REJECT"), ["EC2.6"], "who was turned away is written down"],
  ["aws_ssm_parameter", "value", (value) => value === undefined, [], "a parameter's secret value is in no state"],
];

export const ARGUMENTS: readonly Rule[] = LINES.map(([type, path, wanted, controls, says]) =>
  each(type, { name: `${type.replace("aws_", "").replaceAll("_", "-")}.${path}`, controls, says }, ({ body }) => {
    const test: Test = typeof wanted === "function" ? wanted : (value) => value === wanted;
    const wrong = valuesAt(body, path).filter((value) => !test(value));
    if (wrong.length === 0) return undefined;
    return wrong[0] === undefined ? `${path} is not written` : `${path} is ${JSON.stringify(wrong[0])}`;
  }),
);
