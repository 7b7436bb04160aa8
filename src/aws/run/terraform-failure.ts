import { Failure, type FailureCode } from "../../kit/failure.ts";
import type { Diagnostic, Refusal } from "./terraform-diagnostic.ts";
import { lockHolderIn } from "./terraform-lock.ts";

/** What was tried, for whoever reads that it failed. */
export interface Attempt {
  /** `prod cannot be planned` */
  readonly failed: string;
  /** Command line that runs the same program in the same directory by hand: `tofu -chdir=terraform/prod`. */
  readonly program: string;
  /** Command line of ours that tries again: `./dailyge apply --environment prod`. */
  readonly again: string;
  /** Command line that makes the bucket for states. */
  readonly bootstrap: string;
}

export interface Kind {
  readonly code: FailureCode;
  readonly why: (refusal: Refusal) => string;
  readonly hint: (attempt: Attempt) => string;
}

/** How AWS refuses, by its error's name; the first that fits. https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html */
export const REFUSALS: readonly (readonly [name: RegExp, kind: Kind])[] = [
  [/^(ExpiredToken|RequestExpired|ExpiredTokenException|TokenRefreshRequired)/, {
    code: "credentials-expired", why: () => "the AWS credentials have expired", hint: ({ again }) => `sign in anew (aws sso login), then: ${again}`,
  }],
  [/^(InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|AuthFailure|InvalidAccessKeyId|IncompleteSignature|MissingAuthenticationToken)/, {
    code: "credentials-missing", why: () => "AWS does not accept the credentials", hint: () => "aws sts get-caller-identity",
  }],
  [/Throttl|TooManyRequests|RequestLimitExceeded|^SlowDown|PriorRequestNotComplete|BandwidthLimitExceeded|^LimitExceededException: Rate/, {
    code: "throttled", why: ({ operation }) => `AWS is asked too often at the moment${operation === null ? "" : ` (${operation})`}`, hint: ({ again }) => `in a few minutes, ${again}`,
  }],
  [/Quota|LimitExceeded|^TooMany|ResourceLimit|InsufficientInstanceCapacity/, {
    code: "quota-exceeded",
    why: ({ operation, message }) => `a quota of the account is used up${operation === null ? "" : ` (${operation})`}: ${message}`,
    hint: ({ again }) => `ask for more: https://console.aws.amazon.com/servicequotas; then: ${again}`,
  }],
  [/^(AccessDenied|UnauthorizedOperation|AuthorizationError|Forbidden|NotAuthorized|UnauthorizedAccess)/, {
    code: "access-denied", why: ({ operation, message }) => `the credentials may not do it${operation === null ? "" : ` (${operation})`}: ${message}`, hint: () => "aws sts get-caller-identity",
  }],
];

/** Problems that Terraform or its provider finds itself, by the words of theirs that say so. */
const SAYINGS: readonly (readonly [says: RegExp, code: FailureCode, why: string, hint: (attempt: Attempt) => string])[] = [
  [/S3 bucket "[^"]*" does not exist|NoSuchBucket/, "state-missing", "the bucket for the state is not there", ({ bootstrap }) => bootstrap],
  [/No valid credential sources found|no EC2 IMDS role found|failed to refresh cached credentials/, "credentials-missing", "there are no AWS credentials", ({ again }) => `AWS_PROFILE=NAME ${again}`],
  [/SSO (session|token)|token has expired|refresh cached SSO token failed/i, "credentials-expired", "the AWS credentials have expired", ({ again }) => `sign in anew (aws sso login), then: ${again}`],
  [/AWS account ID not allowed|is not in the list of allowed|account ID not (in|allowed)/i, "account-wrong", "the credentials are another account's than the definition's", () => "aws sts get-caller-identity"],
  [/deletion protection|protected DB Instance/i, "data-guarded", "AWS itself keeps it from being deleted", ({ again }) => `turn its deletion protection off (aws rds modify-db-instance --no-deletion-protection, or in the console), then: ${again}`],
  [/Saved plan is stale/, "state-busy", "something was applied since the plan was made", ({ again }) => again],
  [/Backend (configuration|type) changed|Backend initialization required|Migrating state/i, "state-foreign", "the state is still in another place", ({ program }) => `${program} init -migrate-state`],
  [/Unsupported Terraform Core version|Unsupported OpenTofu Core version/i, "terraform-old", "the program is too old for these files", () => "install a newer one"],
  [/Failed to query available provider packages|Failed to install provider|could not connect to registry/i, "network", "the AWS provider cannot be fetched", ({ again }) => again],
  [/no such host|connection refused|i\/o timeout|dial tcp|network is unreachable/i, "network", "AWS cannot be reached", ({ again }) => again],
];

/**
 * One failure for what a run had to say. The first cause that is known leads; every problem is in the details, in 80 columns. Never
 * carries values of resources: Terraform masks what is sensitive, and AWS's answers name things.
 */
export function terraformFailure(diagnostics: readonly Diagnostic[], attempt: Attempt): Failure {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const details = errors.flatMap(({ address, summary, detail }) => [`${address === null ? "" : `${address}: `}${summary}`, ...detail.split("\n").filter((line) => line.trim() !== "").slice(0, 12)]);
  for (const { summary, detail } of errors) {
    const locked = lockFailure(`${summary}\n${detail}`, attempt);
    if (locked !== null) return locked;
  }
  const known = errors.map((each) => knownFailure(each, attempt)).find((each) => each !== null);
  if (known) return new Failure(known.code, `${attempt.failed}: ${known.why}`, { hint: known.hint, details });
  const [first] = errors;
  const why = first === undefined ? "it ended without saying why" : `${first.address === null ? "" : `${first.address}: `}${first.summary}`;
  return new Failure("terraform-failed", `${attempt.failed}: ${why}`, { hint: `correct it, then: ${attempt.again}`, details });
}

function knownFailure({ summary, detail, refusal }: Diagnostic, attempt: Attempt): { readonly code: FailureCode; readonly why: string; readonly hint: string } | null {
  const text = `${summary}\n${detail}`.replaceAll(/\s+/g, " ");
  const said = SAYINGS.find(([says]) => says.test(text));
  if (said) return { code: said[1], why: said[2], hint: said[3](attempt) };
  const kind = refusal && REFUSALS.find(([name]) => name.test(refusal.code))?.[1];
  return kind && refusal ? { code: kind.code, why: kind.why(refusal), hint: kind.hint(attempt) } : null;
}

function lockFailure(text: string, { failed, program, again }: Attempt): Failure | null {
  if (!/acquiring the state lock|state lock/i.test(text)) return null;
  const holder = lockHolderIn(text);
  if (holder === null) return null;
  return new Failure("state-locked", `${failed}: ${holder.who} holds its lock since ${holder.since} (${holder.operation})`, {
    hint: `wait, then: ${again}; only if nobody is at it any more: ${program} force-unlock ${holder.id}`,
  });
}
