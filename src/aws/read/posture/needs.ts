import { addressesIn, asBody, asList, ofType, texts, type Body, type Configuration, type WrittenBlock } from "../configuration.ts";
import { allows, statementsOf } from "../policy.ts";
import { comparisonsOf, policiesOf, principalsOf } from "../policies.ts";
import { containersOf } from "../service.ts";
import type { Rule, Violation } from "./rule.ts";

/** Something that a role must be allowed, for what it is given to work. A resource is an address; null: whichever. */
interface Need {
  readonly role: unknown;
  readonly actions: readonly string[];
  readonly of: string | null;
}

/** Actions that are of use only together. Who may do one of them is to do them all. */
const TOGETHER: readonly (readonly string[])[] = [
  ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetAuthorizationToken"],
  ["logs:CreateLogStream", "logs:PutLogEvents"],
  ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
  ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"],
];
const PULL = TOGETHER[0] ?? [];
const WRITE_LOGS = TOGETHER[1] ?? [];
const SHELL = TOGETHER[3] ?? [];
/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging */
const KEEP_SESSIONS = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];

/** What the ECS agent calls. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-awsmanpol.html */
const AGENT = [
  "ecs:DiscoverPollEndpoint", "ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance", "ecs:Poll", "ecs:StartTelemetrySession",
  "ecs:SubmitTaskStateChange", "ecs:SubmitContainerStateChange", "ecs:SubmitAttachmentStateChanges", "ecs:UpdateContainerInstancesState",
];
const AGENT_POLICY = /\/AmazonEC2ContainerServiceforEC2Role$/;
const SHELL_POLICY = /\/AmazonSSMManagedInstanceCore$/;

export const NEEDS: readonly Rule[] = [
  { name: "role-needs", controls: [], says: "what runs may do what it must", about: ["aws_iam_role_policy", "aws_ecs_task_definition", "aws_scheduler_schedule"], find: (configuration) => needsOf(configuration).flatMap((need) => missing(configuration, need)) },
  { name: "role-together", controls: [], says: "actions that are of use only together are allowed together", about: ["aws_iam_role_policy"], find: (configuration) => rolesOf(configuration).flatMap((role) => halves(configuration, role)) },
  { name: "role-machine", controls: ["SSM.1"], says: "a machine may do what its agents must", about: ["aws_instance", "aws_launch_template"], find: machines },
  { name: "role-backup", controls: [], says: "who makes snapshots may", about: ["aws_dlm_lifecycle_policy"], find: snapshots },
  { name: "alarm-topics", controls: [], says: "who is to tell of an alarm may", about: ["aws_cloudwatch_metric_alarm"], find: alarms },
  { name: "bucket-writers", controls: ["ELB.5", "CloudFront.5", "EC2.6"], says: "a bucket takes the logs that are sent to it", about: ["aws_lb", "aws_flow_log", "aws_cloudwatch_log_delivery_destination"], find: writers },
];

function needsOf(configuration: Configuration): readonly Need[] {
  const tasks = ofType(configuration, "aws_ecs_task_definition").flatMap((task): readonly Need[] => {
    const { execution_role_arn: execution } = task.body;
    const own = containersOf(task).some(({ image }) => addressesIn(image).length > 0);
    return [
      ...(own ? [{ role: execution, actions: PULL, of: null }] : []),
      ...containersOf(task).flatMap(({ secrets, logConfiguration }): readonly Need[] => [
        ...asList(secrets).flatMap((secret) => addressesIn(asBody(secret)["valueFrom"])).map((of) => ({ role: execution, actions: ["secretsmanager:GetSecretValue"], of })),
        ...addressesIn(asBody(asBody(logConfiguration)["options"])["awslogs-group"]).map((of) => ({ role: execution, actions: WRITE_LOGS, of })),
      ]),
    ];
  });
  const services = ofType(configuration, "aws_ecs_service").filter(({ body }) => body["enable_execute_command"] === true);
  const shells = services.flatMap(({ body }) => addressesIn(body["task_definition"])).map((task) => ({ role: configuration.blocks.get(task)?.body["task_role_arn"], actions: SHELL, of: null }));
  const logs = ofType(configuration, "aws_ecs_cluster").flatMap(({ body }) => addressesIn(body["configuration"])).filter((address) => address.startsWith("aws_cloudwatch_log_group."));
  const sessions = shells.flatMap(({ role }) => logs.flatMap((of) => [{ role, actions: KEEP_SESSIONS, of }, { role, actions: ["logs:DescribeLogGroups"], of: null }]));
  const schedules = ofType(configuration, "aws_scheduler_schedule").flatMap(({ body }) => asList(body["target"]).map(asBody)).flatMap((target): readonly Need[] =>
    asList(target["ecs_parameters"]).map(asBody).flatMap((parameters) => addressesIn(parameters["task_definition_arn"]).flatMap((task): readonly Need[] => {
      const { task_role_arn, execution_role_arn } = configuration.blocks.get(task)?.body ?? {};
      return [
        { role: target["role_arn"], actions: ["ecs:RunTask"], of: task },
        ...(parameters["propagate_tags"] === undefined ? [] : [{ role: target["role_arn"], actions: ["ecs:TagResource"], of: null }]),
        ...addressesIn([task_role_arn, execution_role_arn]).map((of) => ({ role: target["role_arn"], actions: ["iam:PassRole"], of })),
      ];
    })));
  return [...tasks, ...shells, ...sessions, ...schedules];
}

function missing(configuration: Configuration, { role, actions, of }: Need): readonly Violation[] {
  const [holder] = addressesIn(role);
  if (holder === undefined) return [{ at: of ?? "a task", message: `nobody may ${actions.join(" ")}` }];
  return actions.filter((action) => !may(configuration, holder, action, of)).map((action) => ({ at: holder, message: `it may not ${action}${of === null ? "" : ` of ${of}`}` }));
}

const known = new WeakMap<Configuration, ReadonlyMap<string, readonly Body[]>>();

/** What a role's own policies say. */
function statementsIn(configuration: Configuration, role: string): readonly Body[] {
  const found = known.get(configuration) ?? statementsByRole(configuration);
  known.set(configuration, found);
  return found.get(role) ?? [];
}

function statementsByRole(configuration: Configuration): ReadonlyMap<string, readonly Body[]> {
  const found = new Map<string, readonly Body[]>();
  for (const { body } of ofType(configuration, "aws_iam_role_policy")) {
    for (const role of addressesIn(body["role"])) found.set(role, [...(found.get(role) ?? []), ...statementsOf(body["policy"])]);
  }
  return found;
}

function may(configuration: Configuration, role: string, action: string, of: string | null): boolean {
  return statementsIn(configuration, role).some((statement) =>
    allows(statement, action) && (of === null || asList(statement["Resource"]).includes("*") || addressesIn(statement["Resource"]).includes(of)));
}

const rolesOf = (configuration: Configuration): readonly WrittenBlock[] => ofType(configuration, "aws_iam_role");

function halves(configuration: Configuration, { address }: WrittenBlock): readonly Violation[] {
  return TOGETHER.flatMap((set) => {
    const lacking = set.filter((action) => !may(configuration, address, action, null));
    return lacking.length === 0 || lacking.length === set.length ? [] : [{ at: address, message: `it may not ${lacking.join(" ")}, as the others of its kind` }];
  });
}

/** Managed policies that a role has. */
const attached = (configuration: Configuration, role: string): readonly string[] =>
  ofType(configuration, "aws_iam_role_policy_attachment").filter(({ body }) => addressesIn(body["role"]).includes(role)).flatMap(({ body }) => texts(body["policy_arn"]));

function machines(configuration: Configuration): readonly Violation[] {
  return ["aws_launch_template", "aws_instance"].flatMap((type) => ofType(configuration, type)).flatMap(({ address, type, body }): readonly Violation[] => {
    const [profile] = addressesIn(body["iam_instance_profile"]);
    const [role] = addressesIn(configuration.blocks.get(profile ?? "")?.body["role"]);
    if (role === undefined) return [{ at: address, message: "it has no role" }];
    const managed = attached(configuration, role);
    const shell = managed.some((policy) => SHELL_POLICY.test(policy)) ? [] : [...SHELL, "ssm:UpdateInstanceInformation"];
    const agent = type === "aws_instance" || managed.some((policy) => AGENT_POLICY.test(policy)) ? [] : AGENT;
    return [...missing(configuration, { role: `\${${role}.arn}`, actions: [...shell, ...agent], of: null }), ...(type === "aws_instance" ? bootNeeds(configuration, role, body["user_data"]) : [])];
  });
}

/** What a boot script names, it reads: the certificate, and secrets and parameters below the paths that it is told. */
function bootNeeds(configuration: Configuration, role: string, boot: unknown): readonly Violation[] {
  const certificates = addressesIn(boot).filter((address) => address.startsWith("aws_acm_certificate_validation."));
  const paths = texts(boot).flatMap((text) => [...text.matchAll(/^(PARAMETERS|SECRETS)='([^']+)'$/gm)]).map(([, kind, path = ""]) => ({ kind, path }));
  const below = (type: string, kind: string) =>
    ofType(configuration, type).filter(({ body }) => paths.some((each) => each.kind === kind && texts(body["name"]).some((name) => name.startsWith(`${each.path}/`)))).map(({ address }) => address);
  const direct = below("aws_ssm_parameter", "PARAMETERS").filter((address) => /_(configuration|users)$/.test(address));
  return [
    ...certificates.flatMap((of) => missing(configuration, { role: `\${${role}.arn}`, actions: ["acm:ExportCertificate"], of })),
    ...direct.flatMap((of) => missing(configuration, { role: `\${${role}.arn}`, actions: ["ssm:GetParameter"], of })),
    ...below("aws_secretsmanager_secret", "SECRETS").flatMap((of) => missing(configuration, { role: `\${${role}.arn}`, actions: ["secretsmanager:GetSecretValue"], of })),
    ...watched(configuration, role, boot),
  ];
}

/** What its CloudWatch agent is told to send, it may send. */
function watched(configuration: Configuration, role: string, boot: unknown): readonly Violation[] {
  const names = texts(boot).flatMap((text) => [...text.matchAll(/"log_group_name":"([^"]+)"/g)].map(([, name]) => name));
  const groups = ofType(configuration, "aws_cloudwatch_log_group").filter(({ body }) => names.includes(texts(body["name"])[0])).map(({ address }) => address);
  const figures = texts(boot).some((text) => text.includes('"metrics_collected"'));
  return [
    ...groups.flatMap((of) => missing(configuration, { role: `\${${role}.arn}`, actions: WRITE_LOGS, of })),
    ...(figures ? missing(configuration, { role: `\${${role}.arn}`, actions: ["cloudwatch:PutMetricData"], of: null }) : []),
  ];
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/service-role.html */
const SNAPSHOTS = ["ec2:CreateSnapshot", "ec2:CreateTags", "ec2:DeleteSnapshot", "ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeSnapshots"];

/** To make one takes both: the volume that it is of, which is one that says so, and the snapshot that comes to be. */
function makesSnapshots(statements: readonly Body[]): boolean {
  const made = statements.filter((statement) => allows(statement, "ec2:CreateSnapshot"));
  const of = (kind: string) => made.filter((statement) => texts(statement["Resource"]).some((resource) => resource.includes(`:${kind}/`)));
  return of("snapshot").length > 0 && of("volume").length > 0 && of("volume").every((statement) => comparisonsOf(statement).some(({ key }) => key.startsWith("aws:ResourceTag/")));
}

function snapshots(configuration: Configuration): readonly Violation[] {
  return ofType(configuration, "aws_dlm_lifecycle_policy").flatMap(({ address, body }) => {
    const [role] = addressesIn(body["execution_role_arn"]);
    const allowed = role !== undefined && (attached(configuration, role).some((policy) => policy.includes("AWSDataLifecycleManagerServiceRole")) || (SNAPSHOTS.every((action) => may(configuration, role, action, null)) && makesSnapshots(statementsIn(configuration, role))));
    return allowed ? [] : [{ at: address, message: "its role may not make snapshots" }];
  });
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html */
function writers(configuration: Configuration): readonly Violation[] {
  const delivered = [...ofType(configuration, "aws_cloudwatch_log_delivery_destination"), ...ofType(configuration, "aws_flow_log")].flatMap(({ body }) => addressesIn(body["delivery_destination_configuration"] ?? body["log_destination"]));
  const wanted = [
    ...ofType(configuration, "aws_lb").flatMap(({ body }) => addressesIn(asList(body["access_logs"]).map((logs) => asBody(logs)["bucket"]))).map((bucket) => ["logdelivery.elasticloadbalancing.amazonaws.com", bucket, ["s3:PutObject"]] as const),
    ...delivered.filter((address) => address.startsWith("aws_s3_bucket.")).map((bucket) => ["delivery.logs.amazonaws.com", bucket, ["s3:PutObject", "s3:GetBucketAcl", "s3:ListBucket"]] as const),
  ];
  return wanted.flatMap(([service, bucket, actions]) => {
    const statements = policiesOf(configuration).filter(({ block }) => addressesIn(block.body["bucket"]).includes(bucket)).flatMap((document) => document.statements ?? []);
    const lacking = actions.filter((action) => !statements.some((statement) => allows(statement, action) && principalsOf(statement, "Service").includes(service) && addressesIn(statement["Resource"]).includes(bucket)));
    return lacking.length === 0 ? [] : [{ at: bucket, message: `${service} may not ${lacking.join(" ")}` }];
  });
}

function alarms(configuration: Configuration): readonly Violation[] {
  const topics = ofType(configuration, "aws_cloudwatch_metric_alarm").flatMap(({ body }) => addressesIn([body["alarm_actions"], body["ok_actions"]])).filter((address) => address.startsWith("aws_sns_topic."));
  return [...new Set(topics)].flatMap((topic) => {
    const statements = policiesOf(configuration).filter(({ block }) => block.type === "aws_sns_topic_policy" && addressesIn(block.body["arn"]).includes(topic)).flatMap((document) => document.statements ?? []);
    const told = statements.some((statement) => allows(statement, "sns:Publish") && principalsOf(statement, "Service").includes("cloudwatch.amazonaws.com"));
    return told ? [] : [{ at: topic, message: "no alarm may publish to it" }];
  });
}
