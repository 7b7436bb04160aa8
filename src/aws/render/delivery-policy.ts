import type { Shared } from "../../model/model.ts";
import type { DataArguments } from "../schema/types.ts";
import { applyRoleName, boundaryName, planRoleName } from "./delivery-name.ts";
import { PULL_ACTIONS } from "./registry.ts";
import type { Statement } from "./role.ts";
import { CLOUDFRONT_REGION } from "./place.ts";
import { sharedRoleName } from "./shared-role.ts";
import { statePlace } from "./state-bucket.ts";

/** A directory that a branch applies, and where. */
export interface Delivered {
  readonly shared: Shared;
  /** `shared`, or an environment. */
  readonly directory: string;
  readonly account: string;
  /** Buckets that it took over, whose names are not ours. */
  readonly buckets: readonly string[];
}

/** Services whose resources have no name that we choose, or whose calls take none: all of them, in the platform's region and CloudFront's. */
const BUILT = [
  "acm", "application-autoscaling", "autoscaling", "backup", "backup-storage", "cloudfront", "cloudwatch", "dlm", "ec2", "ecs",
  "elasticloadbalancing", "events", "logs", "rds", "scheduler", "wafv2",
];

/** Services that run what we make, and take a role on for it. */
const PASSED_TO = [
  "backup", "dlm", "ec2", "ecs", "ecs-tasks", "events", "lambda", "monitoring.rds", "scheduler", "vpc-flow-logs",
].map((service) => `${service}.amazonaws.com`);

/**
 * What an environment's branch may do: all with what bears its name; with what bears none, everything in the services that we
 * use, in its two regions. Roles it makes only within the boundary, so that it cannot give away more than it has; its own role
 * and the boundary are not its to change.
 */
export function environmentPolicy(delivered: Delivered): readonly Statement[] {
  const { shared: { name, region }, directory, account, buckets } = delivered;
  const named = `${name}-${directory}-*`;
  const path = `${name}/${directory}/*`;
  return [
    ...statePolicy(delivered, "write"),
    { Sid: "Build", Action: BUILT.map((service) => `${service}:*`), Resource: "*", Condition: { StringEquals: { "aws:RequestedRegion": [region, CLOUDFRONT_REGION] } } },
    { Sid: "Buckets", Action: ["s3:*"], Resource: [named, ...buckets].flatMap((bucket) => [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`]) },
    // Reading what a secret's version is called is reading the secret: the provider has no other way.
    { Sid: "Secrets", Action: ["secretsmanager:*"], Resource: `arn:aws:secretsmanager:${region}:${account}:secret:/${path}` },
    { Sid: "Keys", Action: ["kms:DescribeKey", "kms:ListAliases"], Resource: "*" },
    // RDS makes the administrator's password in our name.
    { Sid: "DatabaseSecrets", Action: ["secretsmanager:CreateSecret", "secretsmanager:TagResource"], Resource: `arn:aws:secretsmanager:${region}:${account}:secret:rds!*` },
    { Sid: "Passwords", Action: ["secretsmanager:GetRandomPassword"], Resource: "*" },
    { Sid: "Parameters", Action: ["ssm:*"], Resource: `arn:aws:ssm:${region}:${account}:parameter/${path}` },
    { Sid: "ListParameters", Action: ["ssm:DescribeParameters"], Resource: "*" },
    { Sid: "Images", Action: ["ssm:GetParameter", "ssm:GetParameters"], Resource: `arn:aws:ssm:${region}::parameter/aws/service/*` },
    { Sid: "Topics", Action: ["sns:*"], Resource: `arn:aws:sns:*:${account}:${named}` },
    { Sid: "Queues", Action: ["sqs:*"], Resource: `arn:aws:sqs:${region}:${account}:${named}` },
    { Sid: "Budgets", Action: ["budgets:*"], Resource: `arn:aws:budgets::${account}:budget/${name}-${directory}*` },
    ...zonePolicy(delivered),
    ...rolePolicy(delivered),
    ...(delivered.shared.account === account ? registryPolicy(delivered.shared, account, "write") : otherAccount(delivered, "write")),
  ];
}

/** Roles and instance profiles of the environment; the conditions keep them within the boundary. */
function rolePolicy({ shared: { name }, directory, account }: Delivered): readonly Statement[] {
  const arn = (kind: string, own: string) => `arn:aws:iam::${account}:${kind}/${own}`;
  const named = [arn("role", `${name}-${directory}-*`), arn("instance-profile", `${name}-${directory}-*`)];
  return [
    {
      Sid: "RolesWithinBoundary",
      Action: ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary"],
      Resource: arn("role", `${name}-${directory}-*`),
      Condition: { StringEquals: { "iam:PermissionsBoundary": arn("policy", boundaryName(name, directory)) } },
    },
    {
      Sid: "Roles",
      Action: [
        "iam:Get*", "iam:List*", "iam:DeleteRole", "iam:UpdateRole", "iam:UpdateRoleDescription", "iam:UpdateAssumeRolePolicy", "iam:TagRole", "iam:UntagRole",
        "iam:*InstanceProfile",
      ],
      Resource: named,
    },
    { Sid: "PassRoles", Action: ["iam:PassRole"], Resource: arn("role", `${name}-${directory}-*`), Condition: { StringEquals: { "iam:PassedToService": PASSED_TO } } },
    // AWS's services make these for themselves, once in an account, in the name of whoever uses them first.
    { Sid: "ServiceRoles", Action: ["iam:CreateServiceLinkedRole"], Resource: arn("role", "aws-service-role/*") },
    { Sid: "Identity", Action: ["iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion"], Resource: [arn("oidc-provider", "*"), arn("policy", "*"), "arn:aws:iam::aws:policy/*"] },
  ];
}

/** What no statement above gives back: the roles of deliveries, their boundary, and the roles for other accounts. */
export function keptFrom({ shared: { name }, directory, account }: Delivered): Statement {
  const own = [applyRoleName(name, directory), planRoleName(name), sharedRoleName(name, directory, "write"), sharedRoleName(name, directory, "read")];
  return {
    Sid: "NotItself",
    Action: [
      "iam:AttachRolePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
      "iam:PassRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
    ],
    Resource: [...own.map((role) => `arn:aws:iam::${account}:role/${role}`), `arn:aws:iam::${account}:policy/${boundaryName(name, directory)}`],
  };
}

/** What roles of an environment may do at most, whatever their policies say: nothing with identities and other accounts. */
export function boundaryPolicy({ shared: { name, region }, directory, account }: Delivered): readonly Statement[] {
  const path = `${name}/${directory}/*`;
  return [
    // A boundary gives nothing: each role's own policy names what it is about.
    {
      Sid: "Most",
      Action: [
        ...BUILT.filter((service) => service !== "cloudfront"), "ec2messages", "ecr", "sns", "sqs", "ssmmessages", "xray",
      ].map((service) => `${service}:*`),
      Resource: "*",
    },
    { Sid: "Keys", Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:CreateGrant"], Resource: "*" },
    { Sid: "Instances", Action: ["ssm:UpdateInstanceInformation", "ssm:List*", "ssm:Describe*", "ssm:GetDocument", "ssm:GetDeployablePatchSnapshotForInstance", "ssm:GetManifest", "ssm:PutInventory", "ssm:PutComplianceItems", "ssm:PutConfigurePackageResult", "ssm:UpdateInstanceAssociationStatus"], Resource: "*" },
    { Sid: "Parameters", Action: ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:PutParameter"], Resource: [`arn:aws:ssm:${region}:${account}:parameter/${path}`, `arn:aws:ssm:${region}::parameter/aws/service/*`] },
    { Sid: "Secrets", Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], Resource: [`arn:aws:secretsmanager:${region}:${account}:secret:/${path}`, `arn:aws:secretsmanager:${region}:${account}:secret:rds!*`] },
    // Packages of Amazon Linux and of the agent, and the platform's own buckets; not Terraform's state.
    { Sid: "Buckets", Action: ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetEncryptionConfiguration"], Resource: [`arn:aws:s3:::${name}-${directory}-*`, "arn:aws:s3:::al2023-repos-*", "arn:aws:s3:::aws-ssm-*", "arn:aws:s3:::amazon-ssm-*"] },
    { Sid: "PassRoles", Action: ["iam:PassRole"], Resource: `arn:aws:iam::${account}:role/${name}-${directory}-*` },
  ];
}

/** What the branch of `shared` may do: the zone, the registry, and their state. */
export function sharedPolicy(delivered: Delivered): readonly Statement[] {
  const { shared: { name, region }, account } = delivered;
  return [
    ...statePolicy(delivered, "write"),
    { Sid: "Registry", Action: ["ecr:*"], Resource: `arn:aws:ecr:${region}:${account}:repository/${name}/*` },
    { Sid: "SignIn", Action: ["ecr:GetAuthorizationToken"], Resource: "*" },
    ...zonePolicy(delivered),
  ];
}

/** What an environment of another account may do in that of the zone and the registry. */
export function guestPolicy(shared: Shared, account: string, may: "write" | "read"): readonly Statement[] {
  return [
    { Sid: "FindZone", Action: ["route53:ListHostedZones", "route53:ListHostedZonesByName"], Resource: "*" },
    { Sid: "ReadZone", Action: ["route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"], Resource: "arn:aws:route53:::hostedzone/*" },
    ...(may === "read" ? [] : [records(shared), { Sid: "Changes", Action: ["route53:GetChange"], Resource: "arn:aws:route53:::change/*" }]),
    ...registryPolicy(shared, account, may),
  ];
}

/** Images: to find them, and to add one. */
function registryPolicy(shared: Shared, account: string, may: "write" | "read"): readonly Statement[] {
  const repositories = `arn:aws:ecr:${shared.region}:${account}:repository/${shared.name}/*`;
  return [
    { Sid: "ReadRegistry", Action: ["ecr:DescribeRepositories", "ecr:DescribeImages", "ecr:ListTagsForResource"], Resource: repositories },
    ...(may === "read" ? [] : [
      { Sid: "Push", Action: [...PULL_ACTIONS, "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"], Resource: repositories },
      { Sid: "SignIn", Action: ["ecr:GetAuthorizationToken"], Resource: "*" },
    ]),
  ];
}

/** Records of the domain and what is below it, whatever zone they are in; no other name. */
const records = ({ domain }: Shared): Statement => ({
  Sid: "Records",
  Action: ["route53:ChangeResourceRecordSets"],
  Resource: "arn:aws:route53:::hostedzone/*",
  Condition: { "ForAllValues:StringLike": { "route53:ChangeResourceRecordSetsNormalizedRecordNames": [domain, `*.${domain}`] } },
});

function zonePolicy({ shared }: Delivered): readonly Statement[] {
  return [
    records(shared),
    {
      Sid: "Zones",
      Action: [
        "route53:AssociateVPCWithHostedZone", "route53:ChangeTagsForResource", "route53:CreateHealthCheck", "route53:CreateHostedZone", "route53:DeleteHealthCheck", "route53:DeleteHostedZone",
        "route53:DisassociateVPCFromHostedZone", "route53:Get*", "route53:List*", "route53:UpdateHealthCheck", "route53:UpdateHostedZoneComment",
      ],
      Resource: "*", // Zones and health checks have numbers that are known once they are made.
    },
  ];
}

/** The state of one directory, and its lock. */
function statePolicy({ shared, directory, account }: Delivered, may: "write" | "read"): readonly Statement[] {
  const { bucket, key } = statePlace(shared, account, directory);
  const object = `arn:aws:s3:::${bucket}/${key}`;
  const list: Statement = { Sid: "ListStates", Action: ["s3:ListBucket"], Resource: `arn:aws:s3:::${bucket}` };
  if (may === "read") return [list, { Sid: "State", Action: ["s3:GetObject"], Resource: object }];
  return [
    list,
    { Sid: "State", Action: ["s3:GetObject", "s3:PutObject"], Resource: object },
    { Sid: "Lock", Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource: `${object}.tflock` },
  ];
}

function otherAccount({ shared, directory, account }: Delivered, may: "write" | "read"): readonly Statement[] {
  if (directory === "shared" || shared.account === null || shared.account === account) return [];
  return [{ Sid: "Shared", Action: ["sts:AssumeRole"], Resource: `arn:aws:iam::${shared.account}:role/${sharedRoleName(shared.name, directory, may)}` }];
}

/** What a pull request may do in an account: read the states, and what our data sources look up. It plans with `-refresh=false -lock=false`: reading what is there would read secrets. */
export function planPolicy(shared: Shared, account: string, directories: readonly string[]): readonly Statement[] {
  const states = directories.map((directory) => statePlace(shared, account, directory));
  const bucket = `arn:aws:s3:::${states[0]?.bucket ?? ""}`;
  const guests = directories.flatMap((directory) => otherAccount({ shared, directory, account, buckets: [] }, "read")).map(({ Resource }) => Resource);
  const looked = [...new Set(Object.values(LOOKED_UP).flat())].sort();
  return [
    { Sid: "ListStates", Action: ["s3:ListBucket"], Resource: bucket },
    { Sid: "States", Action: ["s3:GetObject"], Resource: states.map(({ key }) => `${bucket}/${key}`) },
    { Sid: "LookUp", Action: looked, Resource: "*" },
    { Sid: "Parameters", Action: ["ssm:GetParameter"], Resource: [`arn:aws:ssm:${shared.region}:${account}:parameter/${shared.name}/*`, `arn:aws:ssm:${shared.region}::parameter/aws/service/*`] },
    { Sid: "Passwords", Action: ["secretsmanager:GetRandomPassword"], Resource: "*" }, // Made up and thrown away again by each plan.
    ...(guests.length === 0 ? [] : [{ Sid: "Shared", Action: ["sts:AssumeRole"], Resource: guests.flat() }]),
  ];
}

/** What looking up needs, by type of data source; a new one does not compile until it is here. None of it reads what somebody keeps. */
const LOOKED_UP: Readonly<Record<keyof DataArguments, readonly string[]>> = {
  aws_availability_zones: ["ec2:DescribeAvailabilityZones"],
  aws_caller_identity: [],
  aws_cloudfront_cache_policy: ["cloudfront:GetCachePolicy", "cloudfront:ListCachePolicies"],
  aws_ecr_repository: ["ecr:DescribeRepositories", "ecr:ListTagsForResource"],
  aws_internet_gateway: ["ec2:DescribeInternetGateways"],
  aws_route53_zone: ["route53:GetHostedZone", "route53:ListHostedZones", "route53:ListHostedZonesByName", "route53:ListResourceRecordSets", "route53:ListTagsForResource"],
  aws_ssm_parameter: [],
};
