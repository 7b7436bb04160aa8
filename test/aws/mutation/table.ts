import { addressSet, firewall, listenerRule, widened } from "./edge-mutators.ts";
import type { Mutable, Mutant, Mutator } from "./mutant.ts";
import { added, becomes, flipped, policies, removed, shortened, swapped, unprotected, without } from "./mutators.ts";
import { container } from "./task-mutators.ts";

const MACHINE: readonly Mutator[] = [
  removed, flipped("update_default_version", "user_data_replace_on_change", "network_interfaces.delete_on_termination", "monitoring", "ebs_optimized"), becomes("metadata_options.http_tokens", "optional"), becomes("metadata_options.http_put_response_hop_limit", 2),
  becomes("metadata_options.http_endpoint", "disabled"), without("metadata_options"), added("key_name", "me"), swapped("vpc_security_group_ids"), swapped("iam_instance_profile"),
];
const RULE: readonly Mutator[] = [removed, widened];
const POLICY: readonly Mutator[] = [removed, policies];

/** How the blocks of each type are changed for the worse. */
export const MUTATORS: Readonly<Record<string, readonly Mutator[]>> = {
  aws_vpc_security_group_ingress_rule: RULE,
  aws_vpc_security_group_egress_rule: RULE,
  aws_security_group: [removed, added("ingress", [{ from_port: 0, to_port: 0, protocol: "-1", cidr_blocks: ["0.0.0.0/0"] }]), added("egress", [{ from_port: 0, to_port: 0, protocol: "-1", cidr_blocks: ["0.0.0.0/0"] }])],
  aws_default_security_group: [removed, added("ingress", [{ from_port: 0, to_port: 0, protocol: "-1", self: true }])],
  aws_vpc: [removed, flipped()],
  aws_subnet: [removed, flipped(), becomes("map_public_ip_on_launch", true)],
  aws_route: [removed, swapped("route_table_id"), ({ address, body }) => {
    const { gateway_id, nat_gateway_id, ...rest } = body;
    const other = gateway_id === undefined ? { gateway_id: "${aws_internet_gateway.main.id}" } : { nat_gateway_id: "${aws_nat_gateway.main.id}" };
    return gateway_id === undefined && nat_gateway_id === undefined ? [] : [
      { at: address, what: "leads by the other gateway", body: { ...rest, ...other } }, { at: address, what: "leads by both gateways", body: { ...body, ...other } },
    ];
  }],
  aws_route_table_association: [removed, swapped("route_table_id")],
  aws_route_table: [removed],
  aws_internet_gateway: [removed],
  aws_nat_gateway: [removed, (block, all) => swapped("subnet_id", 6)(block, all).filter(({ what }) => !what.includes("public"))],
  aws_vpc_endpoint: [removed, becomes("route_table_ids", [])],
  aws_flow_log: [removed, becomes("traffic_type", "ACCEPT")],
  aws_iam_role: POLICY,
  aws_iam_role_policy: [...POLICY, swapped("role")],
  aws_iam_policy: POLICY,
  aws_iam_role_policy_attachment: [removed, becomes("policy_arn", "arn:aws:iam::aws:policy/AdministratorAccess"), swapped("role")],
  aws_iam_instance_profile: [removed, swapped("role")],
  aws_s3_bucket_policy: POLICY,
  aws_sns_topic_policy: POLICY,
  aws_sqs_queue_policy: POLICY,
  aws_ecr_repository_policy: POLICY,
  aws_secretsmanager_secret_policy: POLICY,
  aws_cloudwatch_log_resource_policy: POLICY,
  aws_kms_key: [...POLICY, flipped()],
  aws_lb: [removed, flipped(), becomes("desync_mitigation_mode", "monitor"), without("access_logs"), swapped("security_groups"), becomes("security_groups", []), swapped("subnets", 6)],
  aws_lb_listener: [
    removed, becomes("protocol", "HTTP"), becomes("ssl_policy", "ELBSecurityPolicy-2016-08"), becomes("port", 8_443), without("certificate_arn"),
    becomes("default_action", [{ type: "forward", target_group_arn: "${aws_lb_target_group.service_api.arn}" }]), swapped("load_balancer_arn"),
  ],
  aws_lb_listener_rule: [removed, listenerRule, swapped("target_group_arn", 2), swapped("listener_arn", 1)],
  aws_lb_listener_certificate: [removed],
  aws_lb_target_group: [removed, without("health_check")],
  aws_wafv2_web_acl: [removed, flipped("visibility_config.sampled_requests_enabled", "rule.visibility_config.sampled_requests_enabled"), firewall],
  aws_wafv2_web_acl_association: [removed],
  aws_wafv2_web_acl_logging_configuration: [removed, without("redacted_fields")],
  aws_wafv2_ip_set: [removed, addressSet],
  aws_cloudfront_distribution: [
    removed, flipped("default_cache_behavior.compress", "is_ipv6_enabled"), becomes("default_cache_behavior.viewer_protocol_policy", "allow-all"), without("origin.origin_access_control_id"), without("web_acl_id"),
    becomes("viewer_certificate.minimum_protocol_version", "TLSv1"), becomes("viewer_certificate.ssl_support_method", "vip"), without("viewer_certificate.acm_certificate_arn"), without("default_root_object"), without("default_cache_behavior.response_headers_policy_id"), shortened("aliases"),
  ],
  aws_cloudfront_origin_access_control: [removed, becomes("signing_behavior", "never")],
  aws_cloudfront_response_headers_policy: [
    removed, becomes("security_headers_config.strict_transport_security.access_control_max_age_sec", 60), without("security_headers_config.content_type_options"), without("security_headers_config.frame_options"), without("security_headers_config.strict_transport_security"),
  ],
  aws_s3_bucket: [removed, added("force_destroy", true)],
  aws_s3_bucket_public_access_block: [removed, flipped()],
  aws_s3_bucket_versioning: [removed, becomes("versioning_configuration.status", "Suspended")],
  aws_s3_bucket_ownership_controls: [removed, becomes("rule.object_ownership", "ObjectWriter")],
  aws_s3_bucket_server_side_encryption_configuration: [removed, becomes("rule.apply_server_side_encryption_by_default.sse_algorithm", "none")],
  aws_s3_bucket_lifecycle_configuration: [removed],
  aws_ecr_repository: [removed, flipped(), becomes("image_tag_mutability", "MUTABLE"), without("image_scanning_configuration"), added("force_delete", true), without("encryption_configuration")],
  aws_ecr_lifecycle_policy: [removed],
  aws_launch_template: [...MACHINE, without("block_device_mappings"), added("network_interfaces", [{ associate_public_ip_address: "true" }])],
  aws_instance: [...MACHINE, swapped("subnet_id", 6), becomes("associate_public_ip_address", true)],
  aws_ecs_capacity_provider: [removed, becomes("auto_scaling_group_provider.managed_draining", "DISABLED"), becomes("auto_scaling_group_provider.managed_termination_protection", "DISABLED")],
  aws_autoscaling_group: [removed, without("launch_template"), swapped("vpc_zone_identifier", 6), shortened("vpc_zone_identifier")],
  aws_ebs_volume: [removed, flipped(), unprotected],
  aws_volume_attachment: [removed],
  aws_db_instance: [
    removed, flipped("performance_insights_enabled", "apply_immediately", "iam_database_authentication_enabled", "allow_major_version_upgrade"), unprotected, becomes("backup_retention_period", 0), without("enabled_cloudwatch_logs_exports"), shortened("enabled_cloudwatch_logs_exports"),
    swapped("vpc_security_group_ids"), becomes("username", "admin"), without("manage_master_user_password"), without("parameter_group_name"), without("db_subnet_group_name"), without("final_snapshot_identifier"),
  ],
  aws_db_subnet_group: [removed, swapped("subnet_ids", 6), shortened("subnet_ids")],
  aws_db_parameter_group: [removed, ({ address, body }) => [
    { at: address, what: "TLS is not asked for", body: JSON.parse(JSON.stringify(body).replace('"require_secure_transport","value":"1"', '"require_secure_transport","value":"0"')) as typeof body },
    { at: address, what: "no parameters", body: { ...body, parameter: [] } },
  ]],
  aws_secretsmanager_secret: [removed, becomes("recovery_window_in_days", 0)],
  aws_secretsmanager_secret_version: [removed, added("secret_string", "hunter2")],
  aws_sns_topic: [removed, without("kms_master_key_id")],
  aws_sns_topic_subscription: [removed, becomes("protocol", "http"), swapped("topic_arn", 2), swapped("endpoint", 2)],
  aws_sqs_queue: [removed, flipped(), without("sqs_managed_sse_enabled"), without("redrive_policy")],
  aws_sqs_queue_redrive_allow_policy: [removed],
  aws_cloudwatch_log_group: [removed, without("retention_in_days")],
  aws_ecs_service: [removed, flipped("enable_ecs_managed_tags", "enable_execute_command", "wait_for_steady_state", "force_new_deployment"), swapped("task_definition", 2), shortened("load_balancer"), without("load_balancer"), swapped("target_group_arn", 2)],
  aws_ecs_task_definition: [removed, container, becomes("network_mode", "host"), added("pid_mode", "host"), without("execution_role_arn"), swapped("execution_role_arn", 2), swapped("task_role_arn", 2), added("volume", [{ name: "host", host_path: "/" }])],
  aws_scheduler_schedule: [removed, swapped("role_arn", 2)],
  aws_route53_zone: [removed, unprotected],
  aws_route53_record: [removed],
  aws_acm_certificate: [removed],
  aws_acm_certificate_validation: [removed],
  aws_dlm_lifecycle_policy: [removed],
  aws_backup_plan: [removed],
  aws_backup_selection: [removed],
  aws_backup_vault: [removed, unprotected],
  aws_ssm_parameter: [removed, added("value", "hunter2")],
  aws_cloudwatch_log_delivery_source: [removed],
  aws_cloudwatch_log_delivery: [removed],
  aws_cloudwatch_metric_alarm: [removed],
};

/** Every mutant of a directory, in the order of its files. */
export const mutantsOf = ({ blocks }: Mutable): readonly Mutant[] =>
  blocks.filter(({ mode }) => mode === "resource").flatMap((block) => (MUTATORS[block.type] ?? []).flatMap((mutate) => mutate(block, blocks)));
