import { Failure } from "../../kit/failure.ts";
import { asFailure, type AwsSettings, type Try } from "./clients.ts";

/** Who AWS takes us for. */
export interface Identity {
  readonly account: string;
  /** `arn:aws:sts::111122223333:assumed-role/admin/ana` */
  readonly arn: string;
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
