import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";

/** Who AWS takes us for. */
export interface Identity {
  readonly account: string;
  /** `arn:aws:sts::111122223333:assumed-role/admin/ana` */
  readonly arn: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

const NAMED = ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];

/** Whether there may be credentials for AWS, found without asking anybody: in the variables, in a file, or because this is an instance of EC2. */
export function mayHaveCredentials(environment: Variables): boolean {
  if (NAMED.some((name) => (environment[name] ?? "") !== "")) return true;
  const home = environment["HOME"] ?? homedir();
  const files = [environment["AWS_SHARED_CREDENTIALS_FILE"] ?? join(home, ".aws/credentials"), environment["AWS_CONFIG_FILE"] ?? join(home, ".aws/config")];
  return files.some((file) => existsSync(file)) || isInstance();
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html */
function isInstance(): boolean {
  try {
    return readFileSync("/sys/devices/virtual/dmi/id/sys_vendor", "utf8").trim() === "Amazon EC2";
  } catch {
    return false;
  }
}

/** Asks AWS who we are, with the credentials that its own tools would take. @throws Failure `credentials-missing`, `credentials-expired`, `throttled`, `access-denied`, `network` */
export async function identify(region: string): Promise<Identity> {
  // Loaded only here: it takes longer than all that works without AWS.
  const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const client = new STSClient({ region, maxAttempts: 3 });
  try {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    if (Account === undefined || Arn === undefined) throw new Failure("credentials-missing", "AWS does not say whose the credentials are", { hint: "aws sts get-caller-identity" });
    return { account: Account, arn: Arn };
  } catch (error) {
    throw asFailure(error);
  } finally {
    client.destroy();
  }
}

/** Refuses credentials of another account than the definition's, before anything else happens. */
export function requireAccount({ account, arn }: Identity, wanted: string | null, directory: string): void {
  if (wanted === null || wanted === account) return;
  throw new Failure("account-wrong", `${directory} is in account ${wanted}, and the credentials are of ${account} (${arn})`, {
    hint: "take those of the other: AWS_PROFILE=NAME ./dailyge …",
  });
}

/** How the SDK refuses: names of errors, in https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and of the SDK itself. */
function asFailure(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const { name, message } = error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const made = (kind: Failure["code"], text: string, hint: string): Failure => new Failure(kind, text, { hint, cause: error });
  if (/Expired/.test(name) || /expired/i.test(message)) return made("credentials-expired", "the AWS credentials have expired", "sign in anew: aws sso login, or set AWS_PROFILE");
  if (name === "CredentialsProviderError" || name === "TokenProviderError") return made("credentials-missing", `there are no AWS credentials: ${firstLine(message)}`, "set AWS_PROFILE, or: aws configure sso");
  if (/^(InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|InvalidAccessKeyId)/.test(name)) {
    return made("credentials-missing", `AWS does not accept the credentials: ${firstLine(message)}`, "set AWS_PROFILE, or: aws configure sso");
  }
  if (/Throttl|TooManyRequests|SlowDown/.test(name)) return made("throttled", "AWS is asked too often at the moment", "try again in a few minutes");
  if (/^AccessDenied/.test(name)) return made("access-denied", `AWS does not say who we are: ${firstLine(message)}`, "aws sts get-caller-identity");
  if (name === "TimeoutError" || /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(code)) {
    return made("network", `AWS cannot be reached: ${code || name}`, "see whether this machine is online, then try again");
  }
  return error;
}

const firstLine = (text: string): string => text.split("\n")[0] ?? "";
