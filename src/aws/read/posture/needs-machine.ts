import { addressesIn, ofType, texts, type Body, type Configuration, type WrittenBlock } from "../configuration.ts";
import { allows } from "../policy.ts";
import { comparisonsOf } from "../policies.ts";
import { managedOf, may, missing, statementsIn } from "./role.ts";
import type { Rule, Violation } from "./rule.ts";

/** The channels through which people get a shell. */
export const SHELL = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"];
const SHELL_POLICY = /\/AmazonSSMManagedInstanceCore$/;

/** What the ECS agent calls. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-awsmanpol.html */
const AGENT = [
  "ecs:DiscoverPollEndpoint", "ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance", "ecs:Poll", "ecs:StartTelemetrySession",
  "ecs:SubmitTaskStateChange", "ecs:SubmitContainerStateChange", "ecs:SubmitAttachmentStateChanges", "ecs:UpdateContainerInstancesState",
];
const AGENT_POLICY = /\/AmazonEC2ContainerServiceforEC2Role$/;

/** https://docs.aws.amazon.com/ebs/latest/userguide/service-role.html */
const SNAPSHOTS = ["ec2:CreateSnapshot", "ec2:CreateTags", "ec2:DeleteSnapshot", "ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeSnapshots"];
const SNAPSHOT_POLICY = /\/AWSDataLifecycleManagerServiceRole$/;

export const MACHINES: readonly Rule[] = [
  {
    name: "role-machine", controls: ["SSM.1"], says: "a machine may do what its agents must", about: ["aws_instance", "aws_launch_template"],
    find: (configuration) => ["aws_launch_template", "aws_instance"].flatMap((type) => ofType(configuration, type)).flatMap((machine) => machineNeeds(configuration, machine)),
  },
  { name: "role-backup", controls: [], says: "who makes snapshots may", about: ["aws_dlm_lifecycle_policy"], find: snapshots },
];

/** Machines of a launch template are hosts of services. */
function machineNeeds(configuration: Configuration, { address, type, body }: WrittenBlock): readonly Violation[] {
  const [profile] = addressesIn(body["iam_instance_profile"]);
  const [role] = addressesIn(configuration.blocks.get(profile ?? "")?.body["role"]);
  if (role === undefined) return [{ at: address, message: "it has no role" }];
  const managed = managedOf(configuration, role);
  const shell = managed.some((policy) => SHELL_POLICY.test(policy)) ? [] : [...SHELL, "ssm:UpdateInstanceInformation"];
  const agent = type === "aws_instance" || managed.some((policy) => AGENT_POLICY.test(policy)) ? [] : AGENT;
  const read = type === "aws_instance" ? bootNeeds(configuration, role, body["user_data"]) : [];
  return [...missing(configuration, { role, actions: [...shell, ...agent], of: null }), ...read];
}

/** What a boot script names, it reads: the certificate, and secrets and parameters below the paths that it is told. */
function bootNeeds(configuration: Configuration, role: string, boot: unknown): readonly Violation[] {
  const told = texts(boot).flatMap((text) => [...text.matchAll(/^(PARAMETERS|SECRETS)='([^']+)'$/gm)]);
  const below = (type: string, kind: string): readonly string[] => {
    const paths = told.filter(([, each]) => each === kind).map(([, , path = ""]) => `${path}/`);
    return ofType(configuration, type).filter(({ body }) => texts(body["name"]).some((name) => paths.some((path) => name.startsWith(path)))).map(({ address }) => address);
  };
  const needs = [
    ...addressesIn(boot).filter((address) => address.startsWith("aws_acm_certificate_validation.")).map((of) => ["acm:ExportCertificate", of] as const),
    ...below("aws_ssm_parameter", "PARAMETERS").filter((address) => /_(configuration|users)$/.test(address)).map((of) => ["ssm:GetParameter", of] as const),
    ...below("aws_secretsmanager_secret", "SECRETS").map((of) => ["secretsmanager:GetSecretValue", of] as const),
  ];
  return needs.flatMap(([action, of]) => missing(configuration, { role, actions: [action], of }));
}

function snapshots(configuration: Configuration): readonly Violation[] {
  return ofType(configuration, "aws_dlm_lifecycle_policy").flatMap(({ address, body }) => {
    const [role] = addressesIn(body["execution_role_arn"]);
    if (role === undefined) return [{ at: address, message: "it has no role" }];
    const managed = managedOf(configuration, role).some((policy) => SNAPSHOT_POLICY.test(policy));
    const own = SNAPSHOTS.every((action) => may(configuration, role, action, null)) && makesSnapshots(statementsIn(configuration, role));
    return managed || own ? [] : [{ at: address, message: "its role may not make snapshots" }];
  });
}

/** To make one takes both: the volume that it is of, which is one that says so, and the snapshot that comes to be. */
function makesSnapshots(statements: readonly Body[]): boolean {
  const made = statements.filter((statement) => allows(statement, "ec2:CreateSnapshot"));
  const of = (kind: string) => made.filter((statement) => texts(statement["Resource"]).some((resource) => resource.includes(`:${kind}/`)));
  const bound = of("volume").every((statement) => comparisonsOf(statement).some(({ key }) => key.startsWith("aws:ResourceTag/")));
  return of("snapshot").length > 0 && of("volume").length > 0 && bound;
}
