import { addressesIn, asBody, asList, ofType, texts, type Body, type Configuration } from "../configuration.ts";
import { comparisonsOf, policiesOf, principalsOf, type PolicyDocument } from "../policies.ts";
import type { Rule, Violation } from "./rule.ts";

type Test = (statement: Body, document: PolicyDocument) => string | undefined;

/** What has a policy in AWS's language. */
const POLICIES = [
  "aws_iam_role", "aws_iam_role_policy", "aws_iam_policy", "aws_s3_bucket_policy", "aws_sns_topic_policy", "aws_sqs_queue_policy", "aws_ecr_repository_policy",
  "aws_kms_key", "aws_secretsmanager_secret_policy", "aws_cloudwatch_log_resource_policy",
];

/** A rule about each statement of every policy. */
const everyStatement = (about: Pick<Rule, "name" | "controls" | "says">, test: Test): Rule => ({
  ...about,
  about: POLICIES,
  find: (configuration) =>
    policiesOf(configuration).flatMap((document) =>
      (document.statements ?? []).flatMap((statement): readonly Violation[] => {
        const message = test(statement, document);
        return message === undefined ? [] : [{ at: document.block.address, message: `${texts(statement["Sid"])[0] ?? "a statement"}: ${message}` }];
      }),
    ),
});

const isAllowed = ({ Effect }: Body): boolean => Effect !== "Deny";

/** Who somebody is, asked for with an equality. A condition on a connection, or one with `IfExists`, leaves others in. */
const WHO = /^aws:(Source|Principal)(Arn|Account|OrgID|OrgPaths)$|:sub$|^aws:CalledVia/i;
const namesCaller = (statement: Body): boolean =>
  comparisonsOf(statement).some(({ operator, key, value }) =>
    /^(String|Arn)(Equals|Like)$/.test(operator) && WHO.test(key) && texts(value).length > 0 && texts(value).every((each) => !/^\*+$|:\*:\*$/.test(each)));

/** A machine takes its own account's roles on, and EC2 does not say for whom it asks. https://github.com/prowler-cloud/prowler/issues/2810 */
const DIRECT = ["ec2.amazonaws.com"];

/** What a service says of whom it acts for; all of it is asked for. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  "ecs-tasks.amazonaws.com": ["aws:sourceaccount", "aws:sourcearn"],
  "scheduler.amazonaws.com": ["aws:sourceaccount", "aws:sourcearn"],
  "cloudfront.amazonaws.com": ["aws:sourceaccount", "aws:sourcearn"],
  "delivery.logs.amazonaws.com": ["aws:sourceaccount", "aws:sourcearn"],
  "sns.amazonaws.com": ["aws:sourcearn"],
  "dlm.amazonaws.com": ["aws:sourceaccount"],
};

export const ACCESS: readonly Rule[] = [
  everyStatement({ name: "policy-actions", controls: ["IAM.1", "IAM.21"], says: "no policy allows all actions of a service" }, (statement) => {
    const wide = texts(statement["Action"]).find((action) => action.includes("*"));
    return isAllowed(statement) && (wide !== undefined || statement["NotAction"] !== undefined) ? `it allows ${wide ?? "all but some"}` : undefined;
  }),
  everyStatement({
    name: "policy-resources", controls: ["KMS.2"], says: "a policy names its resources, or is about actions that take no other",
  }, (statement, { kind }) => {
    if (!isAllowed(statement) || kind === "trust") return undefined;
    const all = texts(statement["Resource"]).some((resource) => /^\*$|^arn:aws:[\w-]+:[^:]*:[^:]*:\*$/.test(resource));
    const alone = texts(statement["Action"]).every((action) => TAKES_ALL.includes(action));
    return statement["NotResource"] !== undefined || (all && !alone && !(kind === "resource")) ? "it is about every resource" : undefined;
  }),
  everyStatement({ name: "policy-principal", controls: ["SNS.4", "SQS.3", "S3.2", "S3.3", "Lambda.1"], says: "nothing is allowed to everyone" }, (statement) => {
    const everyone = (["AWS", "Service", "Federated"] as const).some((kind) => principalsOf(statement, kind).includes("*")) || statement["NotPrincipal"] !== undefined;
    return isAllowed(statement) && everyone ? "everyone is let in" : undefined;
  }),
  everyStatement({ name: "policy-effect", controls: [], says: "a statement allows or denies" }, ({ Effect }) =>
    Effect === "Allow" || Effect === "Deny" ? undefined : "it does neither"),
  everyStatement({ name: "policy-caller", controls: [], says: "a service of AWS acts for us alone, not for whoever asks it to" }, (statement, { kind }) => {
    const services = [...principalsOf(statement, "Service"), ...principalsOf(statement, "Federated")].filter((service) => kind !== "trust" || !DIRECT.includes(service));
    if (!isAllowed(statement) || services.length === 0) return undefined;
    if (!namesCaller(statement)) return `${services.join(" ")} may act for anybody`;
    const asked = comparisonsOf(statement).map(({ key }) => key.toLowerCase());
    const writes = services.includes("delivery.logs.amazonaws.com") && texts(statement["Action"]).includes("s3:PutObject");
    if (writes && !asked.includes("s3:x-amz-acl")) return "what it writes is not ours";
    const silent = services.flatMap((service) => TOLD[service] ?? []).find((key) => !asked.includes(key));
    return silent === undefined ? undefined : `it does not ask ${services.join(" ")} for ${silent}`;
  }),
  everyStatement({ name: "policy-bounds", controls: [], says: "what takes a condition to be about something of ours has it" }, (statement) => {
    const keys = comparisonsOf(statement).map(({ key }) => key.toLowerCase());
    const free = texts(statement["Action"]).find((action) => BOUND[action] !== undefined && !keys.includes(BOUND[action]));
    return isAllowed(statement) && free !== undefined ? `${free} is allowed whatever ${BOUND[free] ?? ""} is` : undefined;
  }),
  everyStatement({ name: "policy-run-task", controls: [], says: "a schedule runs the newest revision, whichever it is" }, (statement) => {
    const resources = texts(statement["Resource"]);
    const runs = isAllowed(statement) && texts(statement["Action"]).includes("ecs:RunTask");
    const both = resources.some((each) => each.endsWith(":*")) && resources.some((each) => !each.endsWith(":*"));
    return runs && !both ? "it is not about the task with and without a revision" : undefined;
  }),
  everyStatement({ name: "policy-denial", controls: [], says: "a denial is for everyone" }, (statement, { kind }) => {
    const everyone = (["AWS", "Service"] as const).some((each) => principalsOf(statement, each).includes("*"));
    return statement["Effect"] === "Deny" && kind === "resource" && !everyone ? "it denies to some" : undefined;
  }),
  {
    name: "tls-only", controls: ["S3.5"], says: "buckets, topics and queues are used over TLS alone",
    about: ["aws_s3_bucket", "aws_sqs_queue", "aws_sns_topic"], find: plainConnections,
  },
  {
    name: "role-policies", controls: ["IAM.1"], says: "of AWS's own policies a role has those that its purpose needs",
    about: ["aws_iam_role_policy_attachment"], find: strangePolicies,
  },
  { name: "role-trust", controls: [], says: "a role is taken on by one kind of machine or service", about: ["aws_iam_role"], find: strangeTrust },
];

/** What an action is to be asked about. */
const BOUND: Readonly<Record<string, string>> = {
  "ecs:RunTask": "ecs:cluster", "ecs:Poll": "ecs:cluster", "ecs:StartTelemetrySession": "ecs:cluster", "ecs:UpdateContainerInstancesState": "ecs:cluster",
  "ecs:TagResource": "ecs:createaction", "iam:PassRole": "iam:passedtoservice",
  "cloudwatch:PutMetricData": "cloudwatch:namespace", "ec2:DeleteSnapshot": "aws:resourcetag/snapshots",
};

/** Actions that know no resources. test/aws/policy.test.ts asks AWS's list. */
export const TAKES_ALL = [
  "ecr:GetAuthorizationToken", "ecs:DiscoverPollEndpoint", "logs:DescribeLogGroups",
  "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
  "ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeSnapshots", "cloudwatch:PutMetricData",
  "sts:GetCallerIdentity", "ec2:DescribeTags", "ec2:DescribeNetworkInterfaces",
];

const TLS_ONLY: readonly (readonly [type: string, argument: string, of: string])[] = [
  ["aws_s3_bucket_policy", "bucket", "aws_s3_bucket"], ["aws_sqs_queue_policy", "queue_url", "aws_sqs_queue"], ["aws_sns_topic_policy", "arn", "aws_sns_topic"],
];

function plainConnections(configuration: Configuration): readonly Violation[] {
  return TLS_ONLY.flatMap(([type, argument, of]) =>
    ofType(configuration, of).flatMap(({ address }): readonly Violation[] => {
      const documents = policiesOf(configuration).filter(({ block }) => block.type === type && addressesIn(block.body[argument]).includes(address));
      const refused = documents.flatMap(({ statements }) => statements ?? []).some((statement) => deniesPlain(statement, of, address));
      return refused ? [] : [{ at: address, message: "its policy does not refuse what comes without TLS" }];
    }),
  );
}

function deniesPlain(statement: Body, of: string, address: string): boolean {
  const { Effect, Principal, Condition } = statement;
  const asked = Object.keys(asBody(Condition)).length === 1 && String(asBody(asBody(Condition)["Bool"])["aws:SecureTransport"]) === "false";
  const resources = texts(statement["Resource"]);
  // A bucket, and what is in it.
  const whole = of !== "aws_s3_bucket" || (resources.some((each) => each.endsWith("/*")) && resources.some((each) => each.endsWith("}")));
  const actions = texts(statement["Action"]);
  const every = of === "aws_sns_topic" ? actions.includes("sns:Publish") : actions.includes(of === "aws_s3_bucket" ? "s3:*" : "sqs:*");
  return Effect === "Deny" && (Principal === "*" || asBody(Principal)["AWS"] === "*") && asked && whole && every && addressesIn(resources).includes(address);
}

/** What people need to get a shell of a machine. https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSSMManagedInstanceCore.html */
const MANAGED = ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"];

function strangePolicies(configuration: Configuration): readonly Violation[] {
  return ofType(configuration, "aws_iam_role_policy_attachment").flatMap(({ address, body }): readonly Violation[] => {
    const policies = asList(body["policy_arn"]).map(String);
    const strange = policies.find((policy) => addressesIn(policy).length === 0 && !MANAGED.includes(policy));
    return strange === undefined ? [] : [{ at: address, message: `${strange} is not one that we know` }];
  });
}

function strangeTrust(configuration: Configuration): readonly Violation[] {
  return policiesOf(configuration).filter(({ kind }) => kind === "trust").flatMap(({ block, statements = [] }): readonly Violation[] => {
    if (!statements.some(isAllowed)) return [{ at: block.address, message: "nobody takes it on" }];
    const wrong = statements.some((statement) => (["AWS", "Service", "Federated"] as const).flatMap((kind) => principalsOf(statement, kind)).length !== 1);
    return wrong ? [{ at: block.address, message: "a statement is not about one principal" }] : [];
  });
}
