import { asBody, blocksOf, type WrittenFile } from "../../../src/aws/read/configuration.ts";

/** What is installed for it. */
export const CDK_PACKAGES = ["aws-cdk-lib@2.276.0", "constructs@10.5.0"] as const;

type Twin = readonly [module: string, name: string, needed: Readonly<Record<string, unknown>>];

/** The construct of the lowest level that makes the same kind of thing, and what it does not do without. Kinds that CloudFormation knows as a part of another are missing. */
const TWINS: Readonly<Record<string, Twin>> = {
  aws_acm_certificate: ["aws_certificatemanager", "CfnCertificate", { domainName: "x" }],
  aws_appautoscaling_policy: ["aws_applicationautoscaling", "CfnScalingPolicy", { policyName: "x", policyType: "TargetTrackingScaling" }],
  aws_appautoscaling_target: ["aws_applicationautoscaling", "CfnScalableTarget", { maxCapacity: 2, minCapacity: 1, resourceId: "x", scalableDimension: "x", serviceNamespace: "ecs" }],
  aws_autoscaling_group: ["aws_autoscaling", "CfnAutoScalingGroup", { minSize: "1", maxSize: "2" }],
  aws_cloudfront_distribution: ["aws_cloudfront", "CfnDistribution", { distributionConfig: { enabled: true, defaultCacheBehavior: { targetOriginId: "x", viewerProtocolPolicy: "redirect-to-https" } } }],
  aws_cloudfront_function: ["aws_cloudfront", "CfnFunction", { name: "x", functionCode: "x", functionConfig: { comment: "x", runtime: "cloudfront-js-2.0" } }],
  aws_cloudfront_origin_access_control: ["aws_cloudfront", "CfnOriginAccessControl", { originAccessControlConfig: { name: "x", originAccessControlOriginType: "s3", signingBehavior: "always", signingProtocol: "sigv4" } }],
  aws_cloudwatch_log_group: ["aws_logs", "CfnLogGroup", { retentionInDays: 30 }],
  aws_cloudwatch_metric_alarm: ["aws_cloudwatch", "CfnAlarm", { comparisonOperator: "GreaterThanThreshold", evaluationPeriods: 1 }],
  aws_db_instance: ["aws_rds", "CfnDBInstance", {}],
  aws_db_parameter_group: ["aws_rds", "CfnDBParameterGroup", { description: "x", family: "mysql8.4" }],
  aws_db_subnet_group: ["aws_rds", "CfnDBSubnetGroup", { dbSubnetGroupDescription: "x", subnetIds: ["x"] }],
  aws_dlm_lifecycle_policy: ["aws_dlm", "CfnLifecyclePolicy", {}],
  aws_ebs_volume: ["aws_ec2", "CfnVolume", { availabilityZone: "x" }],
  aws_ecs_capacity_provider: ["aws_ecs", "CfnCapacityProvider", { autoScalingGroupProvider: { autoScalingGroupArn: "x" } }],
  aws_ecs_cluster: ["aws_ecs", "CfnCluster", {}],
  aws_ecs_service: ["aws_ecs", "CfnService", {}],
  aws_ecs_task_definition: ["aws_ecs", "CfnTaskDefinition", { family: "x", containerDefinitions: [{ name: "x", image: "x", memory: 256 }] }],
  aws_eip: ["aws_ec2", "CfnEIP", {}],
  aws_flow_log: ["aws_ec2", "CfnFlowLog", { resourceId: "x", resourceType: "VPC" }],
  aws_iam_instance_profile: ["aws_iam", "CfnInstanceProfile", { roles: ["x"] }],
  aws_iam_role: ["aws_iam", "CfnRole", { assumeRolePolicyDocument: {} }],
  aws_iam_role_policy: ["aws_iam", "CfnRolePolicy", { policyName: "x", roleName: "x", policyDocument: {} }],
  aws_instance: ["aws_ec2", "CfnInstance", {}],
  aws_internet_gateway: ["aws_ec2", "CfnInternetGateway", {}],
  aws_launch_template: ["aws_ec2", "CfnLaunchTemplate", { launchTemplateData: {} }],
  aws_lb: ["aws_elasticloadbalancingv2", "CfnLoadBalancer", {}],
  aws_lb_listener: ["aws_elasticloadbalancingv2", "CfnListener", { loadBalancerArn: "x", defaultActions: [{ type: "forward" }] }],
  aws_lb_listener_certificate: ["aws_elasticloadbalancingv2", "CfnListenerCertificate", { listenerArn: "x", certificates: [{ certificateArn: "x" }] }],
  aws_lb_listener_rule: ["aws_elasticloadbalancingv2", "CfnListenerRule", { actions: [{ type: "forward" }], conditions: [{ field: "path-pattern", values: ["/x"] }], priority: 1 }],
  aws_lb_target_group: ["aws_elasticloadbalancingv2", "CfnTargetGroup", {}],
  aws_nat_gateway: ["aws_ec2", "CfnNatGateway", { subnetId: "x" }],
  aws_route: ["aws_ec2", "CfnRoute", { routeTableId: "x" }],
  aws_route53_health_check: ["aws_route53", "CfnHealthCheck", { healthCheckConfig: { type: "HTTPS" } }],
  aws_route53_record: ["aws_route53", "CfnRecordSet", { name: "x", type: "A" }],
  aws_route53_zone: ["aws_route53", "CfnHostedZone", {}],
  aws_route_table: ["aws_ec2", "CfnRouteTable", { vpcId: "x" }],
  aws_route_table_association: ["aws_ec2", "CfnSubnetRouteTableAssociation", { routeTableId: "x", subnetId: "x" }],
  aws_s3_bucket: ["aws_s3", "CfnBucket", {}],
  aws_s3_bucket_policy: ["aws_s3", "CfnBucketPolicy", { bucket: "x", policyDocument: {} }],
  aws_scheduler_schedule: ["aws_scheduler", "CfnSchedule", { flexibleTimeWindow: { mode: "OFF" }, scheduleExpression: "x", target: { arn: "x", roleArn: "x" } }],
  aws_scheduler_schedule_group: ["aws_scheduler", "CfnScheduleGroup", {}],
  aws_secretsmanager_secret: ["aws_secretsmanager", "CfnSecret", {}],
  aws_security_group: ["aws_ec2", "CfnSecurityGroup", { groupDescription: "x" }],
  aws_sns_topic: ["aws_sns", "CfnTopic", {}],
  aws_sns_topic_policy: ["aws_sns", "CfnTopicPolicy", { topics: ["x"], policyDocument: {} }],
  aws_sns_topic_subscription: ["aws_sns", "CfnSubscription", { protocol: "sqs", topicArn: "x" }],
  aws_sqs_queue: ["aws_sqs", "CfnQueue", {}],
  aws_sqs_queue_policy: ["aws_sqs", "CfnQueuePolicy", { queues: ["x"], policyDocument: {} }],
  aws_ssm_parameter: ["aws_ssm", "CfnParameter", { type: "String", value: "x" }],
  aws_subnet: ["aws_ec2", "CfnSubnet", { vpcId: "x" }],
  aws_volume_attachment: ["aws_ec2", "CfnVolumeAttachment", { instanceId: "x", volumeId: "x" }],
  aws_vpc: ["aws_ec2", "CfnVPC", {}],
  aws_vpc_endpoint: ["aws_ec2", "CfnVPCEndpoint", { serviceName: "x", vpcId: "x" }],
  aws_vpc_security_group_egress_rule: ["aws_ec2", "CfnSecurityGroupEgress", { groupId: "x", ipProtocol: "tcp" }],
  aws_vpc_security_group_ingress_rule: ["aws_ec2", "CfnSecurityGroupIngress", { ipProtocol: "tcp" }],
  aws_wafv2_ip_set: ["aws_wafv2", "CfnIPSet", { addresses: [], ipAddressVersion: "IPV4", scope: "REGIONAL" }],
  aws_wafv2_web_acl: ["aws_wafv2", "CfnWebACL", { defaultAction: { allow: {} }, scope: "REGIONAL", visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: "x", sampledRequestsEnabled: true } }],
  aws_wafv2_web_acl_association: ["aws_wafv2", "CfnWebACLAssociation", { resourceArn: "x", webAclArn: "x" }],
  aws_wafv2_web_acl_logging_configuration: ["aws_wafv2", "CfnLoggingConfiguration", { logDestinationConfigs: ["x"], resourceArn: "x" }],
};

/** A program for aws-cdk-lib with as many resources of the same kinds, each with no more than it needs; and how many those are. */
export function cdkProgram(files: readonly WrittenFile[]): { readonly program: string; readonly resources: number } {
  const twins = files.flatMap(({ content }) => blocksOf(asBody(JSON.parse(content)))).flatMap(({ mode, type, name }) => {
    const twin = mode === "resource" ? TWINS[type] : undefined;
    return twin === undefined ? [] : [{ twin, id: `${type}.${name}` }];
  });
  const modules = [...new Set(twins.map(({ twin: [module] }) => module))];
  const program = [
    'const { App, Stack } = require("aws-cdk-lib");',
    ...modules.map((module) => `const ${module} = require("aws-cdk-lib/${module.replaceAll("_", "-")}");`),
    "const app = new App({ outdir: process.argv[2], analyticsReporting: false });",
    'const stack = new Stack(app, "prod");',
    ...twins.map(({ twin: [module, name, needed], id }) => `new ${module}.${name}(stack, ${JSON.stringify(id)}, ${JSON.stringify(needed)});`),
    "app.synth();",
    "",
  ].join("\n");
  return { program, resources: twins.length };
}
