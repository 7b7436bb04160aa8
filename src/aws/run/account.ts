import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import { asFailure, type AwsSettings, type Try } from "./clients.ts";

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
  return files.some((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) || isInstance();
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
export async function identify(settings: AwsSettings, trying: Try): Promise<Identity> {
  // Loaded only here: it takes longer than all that works without AWS.
  const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const client = new STSClient({ ...settings, maxAttempts: 3 });
  try {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    if (Account !== undefined && Arn !== undefined) return { account: Account, arn: Arn };
    throw new Failure("credentials-missing", `${trying.failed}: AWS does not say whose the credentials are`, { hint: "aws sts get-caller-identity" });
  } catch (error) {
    throw asFailure(error, trying);
  } finally {
    client.destroy();
  }
}

/** Refuses credentials of another account than the definition's, before anything else happens. */
export function requireAccount({ account, arn }: Identity, wanted: string | null, directory: string, again: string): void {
  if (wanted === null || wanted === account) return;
  throw new Failure("account-wrong", `${directory} is in account ${wanted}, and the credentials are of ${account} (${arn})`, {
    hint: `take those of the other account: AWS_PROFILE=NAME ${again}`,
  });
}
