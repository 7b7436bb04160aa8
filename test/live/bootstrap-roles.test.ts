import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderBootstrap } from "../../src/aws/render/bootstrap.ts";
import { exampleModel } from "../aws/platforms.ts";
import { bodies } from "../aws/rendered.ts";
import { findEmulator, startEmulator, type ClientSettings, type RunningEmulator } from "./emulator.ts";

/** The policies of roles for workflows, judged by somebody else's reading of IAM. It knows no boundaries of roles: what asks for one is denied there, and is judged in test/aws alone. */
const found = await findEmulator("ministack");

interface Hands {
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
  readonly parameters: SSMClient;
  readonly iam: IAMClient;
}

const STATES = "dailyge-terraform-123456789012";
const get = (Bucket: string, Key: string) => ({ s3 }: Hands) => s3.send(new GetObjectCommand({ Bucket, Key }));
const put = (Bucket: string, Key: string) => ({ s3 }: Hands) => s3.send(new PutObjectCommand({ Bucket, Key, Body: "{}" }));
const secret = (SecretId: string) => ({ secrets }: Hands) => secrets.send(new GetSecretValueCommand({ SecretId }));

/** What is tried, and which of the two roles may. */
const TRIES: readonly (readonly [what: string, may: readonly ("plan" | "prod")[], act: (hands: Hands) => Promise<unknown>])[] = [
  ["read the environment's state", ["plan", "prod"], get(STATES, "dailyge/prod.tfstate")],
  ["list states", ["plan", "prod"], ({ s3 }) => s3.send(new ListObjectsV2Command({ Bucket: STATES }))],
  ["write the environment's state", ["prod"], put(STATES, "dailyge/prod.tfstate")],
  ["lock the environment's state", ["prod"], put(STATES, "dailyge/prod.tfstate.tflock")],
  ["release the lock", ["prod"], ({ s3 }) => s3.send(new DeleteObjectCommand({ Bucket: STATES, Key: "dailyge/prod.tfstate.tflock" }))],
  ["delete the environment's state", [], ({ s3 }) => s3.send(new DeleteObjectCommand({ Bucket: STATES, Key: "dailyge/prod.tfstate" }))],
  ["read another environment's state", ["plan"], get(STATES, "dailyge/dev.tfstate")],
  ["write another environment's state", [], put(STATES, "dailyge/dev.tfstate")],
  ["read the state of bootstrap", [], get(STATES, "dailyge/bootstrap-123456789012.tfstate")],
  ["write the state of bootstrap", [], put(STATES, "dailyge/bootstrap-123456789012.tfstate")],
  ["read a bucket of the environment", ["prod"], get("dailyge-prod-data", "one")],
  ["write into a bucket of another environment", [], put("dailyge-dev-data", "one")],
  ["read a secret of the environment", ["prod"], secret("/dailyge/prod/services/api/KEY")],
  ["read a secret of another environment", [], secret("/dailyge/dev/services/api/KEY")],
  ["read which image runs", ["plan", "prod"], ({ parameters }) => parameters.send(new GetParameterCommand({ Name: "/dailyge/prod/services/api/release" }))],
  ["say which image runs", ["prod"], ({ parameters }) => parameters.send(new PutParameterCommand({ Name: "/dailyge/prod/services/api/release", Value: "two", Overwrite: true }))],
  ["make a role without a boundary", [], ({ iam }) => iam.send(new CreateRoleCommand({ RoleName: "dailyge-prod-new", AssumeRolePolicyDocument: "{}" }))],
  ["make a role of another name", [], ({ iam }) => iam.send(new CreateRoleCommand({ RoleName: "admin", AssumeRolePolicyDocument: "{}", PermissionsBoundary: "arn:aws:iam::123456789012:policy/dailyge-prod-boundary" }))],
  ["give itself more", [], ({ iam }) => iam.send(new PutRolePolicyCommand({ RoleName: "dailyge-prod-apply", PolicyName: "more", PolicyDocument: "{}" }))],
];

describe.skipIf(found === null)("a workflow", () => {
  let emulator: RunningEmulator;
  const hands = new Map<string, Hands>();

  beforeAll(async () => {
    if (found === null) return;
    emulator = await startEmulator(found);
    const { account } = emulator;
    const example = await exampleModel("dailyge");
    const environments = example.environments.map((environment) => ({ ...environment, account }));
    const body = bodies(renderBootstrap({ shared: { ...example.shared, account }, environments }, account));
    await furnish(handsOf(emulator.client));
    const policy = (address: string): string => (body(address)["policy"] as string | undefined) ?? "";
    for (const role of ["plan", "prod"]) {
      const policies = [policy(`aws_iam_role_policy.${role}`), ...(role === "prod" ? [policy("aws_iam_role_policy.prod_kept")] : [])];
      hands.set(role, await assume(emulator, role === "plan" ? "dailyge-plan" : "dailyge-prod-apply", policies));
    }
  });
  afterAll(async () => {
    await emulator.stop();
  });

  test.each(TRIES.flatMap(([what, may, act]) => (["plan", "prod"] as const).map((role) => ({ role, what, may: may.includes(role), act }))))("$role may $what: $may", async ({ role, may, act }) => {
    const own = hands.get(role);
    if (!own) throw new Error(`nobody is ${role}`);
    const outcome = await act(own).then(() => "allowed", (error: unknown) => (error instanceof Error ? error.name : "refused"));
    expect(outcome).toEqual(may ? "allowed" : expect.stringMatching(/^AccessDenied/));
  });
});

const handsOf = (settings: ClientSettings): Hands => ({ s3: new S3Client(settings), secrets: new SecretsManagerClient(settings), parameters: new SSMClient(settings), iam: new IAMClient(settings) });

/** What there is in the account, so that only a refusal keeps anybody from it. */
async function furnish({ s3, secrets, parameters }: Hands): Promise<void> {
  const LocationConstraint = "ap-northeast-2";
  for (const Bucket of [STATES, "dailyge-prod-data", "dailyge-dev-data"]) await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
  for (const name of ["prod", "dev", "bootstrap-123456789012"]) await s3.send(new PutObjectCommand({ Bucket: STATES, Key: `dailyge/${name}.tfstate`, Body: "{}" }));
  await s3.send(new PutObjectCommand({ Bucket: "dailyge-prod-data", Key: "one", Body: "{}" }));
  for (const name of ["prod", "dev"]) await secrets.send(new CreateSecretCommand({ Name: `/dailyge/${name}/services/api/KEY`, SecretString: "value" }));
  await parameters.send(new PutParameterCommand({ Name: "/dailyge/prod/services/api/release", Value: "one", Type: "String" }));
}

/** Makes a role with these policies and takes it on. Who may take it on is not judged here. */
async function assume({ account, client }: RunningEmulator, name: string, policies: readonly string[]): Promise<Hands> {
  const { iam } = handsOf(client);
  const trust = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" }] };
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  for (const [index, PolicyDocument] of policies.entries()) await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: `policy-${index}`, PolicyDocument }));
  const { Credentials: given } = await new STSClient(client).send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/${name}`, RoleSessionName: "workflow" }));
  if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined || given.SessionToken === undefined) throw new Error("there are no credentials");
  const credentials = { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken };
  return handsOf({ ...client, credentials });
}
