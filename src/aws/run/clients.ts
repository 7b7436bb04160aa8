import type { ECSClientConfig } from "@aws-sdk/client-ecs";
import { Failure } from "../../kit/failure.ts";
import type { Environment, Shared } from "../../model/model.ts";
import { sharedRoleArn } from "../render/shared-role.ts";
import { REFUSALS } from "./terraform-failure.ts";

/** What every client of AWS's SDK is made with; what is not said comes from the environment, as for AWS's own tools. */
export interface AwsSettings extends Pick<ECSClientConfig, "endpoint" | "credentials" | "requestHandler" | "maxAttempts"> {
  readonly region: string;
  /** Of S3: an endpoint of one's own has no host name for each bucket. */
  readonly forcePathStyle?: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Six tries, each later than the one before: AWS refuses who asks too often, and takes it back after seconds. */
export function awsSettings(region: string, variables: Variables): AwsSettings {
  const own = variables["AWS_ENDPOINT_URL_S3"] ?? variables["AWS_ENDPOINT_URL"];
  return { region, maxAttempts: 6, ...(own !== undefined && { forcePathStyle: true }) };
}

/** The same for the account of the images, where it is another one: by the role that `bootstrap` made there. */
export function registrySettings(settings: AwsSettings, shared: Shared, environment: Environment): AwsSettings {
  const role = shared.account === environment.account ? null : sharedRoleArn(shared, environment.name);
  return role === null ? settings : { ...settings, credentials: () => assume(settings, role) };
}

async function assume(settings: AwsSettings, role: string) {
  const { AssumeRoleCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient(settings);
  try {
    const { Credentials: given } = await client.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "dailyge-deploy" }));
    if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined) throw new Failure("credentials-missing", `AWS gives no credentials for ${role}`);
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      ...(given.SessionToken !== undefined && { sessionToken: given.SessionToken }),
      ...(given.Expiration !== undefined && { expiration: given.Expiration }),
    };
  } finally {
    client.destroy();
  }
}

/** What was tried, for whoever reads that it failed. */
export interface Try {
  /** `api cannot be released` */
  readonly failed: string;
  /** `./dailyge deploy api --target aws --environment prod` */
  readonly again: string;
}

/** An error of AWS's SDK in our words, whatever was asked; errors that say something of one request alone stay as they are. */
export function asFailure(error: unknown, { failed, again }: Try): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const made = (code: Failure["code"], why: string, hint: string): Failure => new Failure(code, `${failed}: ${why}`, { hint, cause: error });
  if (isCancelled(error)) return made("cancelled", "it was interrupted", again);
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(error.name)) {
    if (/expired/i.test(error.message)) return made("credentials-expired", "the AWS credentials have expired", `sign in anew (aws sso login), then: ${again}`);
    const profile = process.env["AWS_PROFILE"] ?? "";
    return profile === ""
      ? made("credentials-missing", `there are no AWS credentials: ${firstLine(error.message)}`, `AWS_PROFILE=NAME ${again}`)
      : made("credentials-missing", `the profile ${profile} of AWS_PROFILE gives no credentials: ${firstLine(error.message)}`, `see which there are: aws configure list-profiles; then: AWS_PROFILE=NAME ${again}`);
  }
  if (error.message === "Region is missing") return made("usage", "no region is said", "write it in the definition: region");
  const kind = REFUSALS.find(([name]) => name.test(error.name))?.[1];
  if (kind !== undefined) return made(kind.code, kind.why({ code: error.name, operation: null, message: firstLine(error.message) }), kind.hint({ failed, again, program: "", bootstrap: "" }));
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return UNREACHABLE.test(code) ? made("network", `AWS cannot be reached: ${code}`, `see whether this machine is online, then: ${again}`) : error;
}

const UNREACHABLE = /^(TimeoutError|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE)$/;

const firstLine = (text: string): string => text.split("\n")[0] ?? "";

/** The SDK and the timers call it so. */
export const isCancelled = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

/** Whether AWS refused with one of these errors. */
export const isNamed = (error: unknown, ...names: readonly string[]): boolean => error instanceof Error && names.includes(error.name);
