import { describe, expect, test } from "vitest";
import { diagnosticsOf } from "../../src/aws/run/terraform-diagnostic.ts";
import { terraformFailure } from "../../src/aws/run/terraform-failure.ts";
import { lockHolderIn } from "../../src/aws/run/terraform-lock.ts";

const attempt = { failed: "prod cannot be planned", program: "tofu -chdir=terraform/prod", again: "./dailyge plan", bootstrap: "./dailyge bootstrap" };
const told = (summary: string, detail = "", more: object = {}) => JSON.stringify({ "@level": "error", type: "diagnostic", diagnostic: { severity: "error", summary, detail, ...more } });
const failureOf = (out: string, errors = "") => terraformFailure(diagnosticsOf({ out, errors }), attempt);
/** As the SDK for Go quotes AWS. */
const quoted = (answer: string, operation = "RDS: CreateDBInstance") => `operation error ${operation}, https response error StatusCode: 400, RequestID: 1-2, ${answer}`;

const LOCK = `Error message: operation error S3: PutObject, https response error StatusCode: 412, RequestID: x, HostID: y, api error PreconditionFailed: At least one of the pre-conditions you specified did not hold
Lock Info:
  ID:        63c82996-9b5d-2819-27c5-5f7b1e74cfa2
  Path:      dailyge-terraform-111122223333/dailyge/prod.tfstate
  Operation: OperationTypeApply
  Who:       ana@laptop
  Version:   1.11.4
  Created:   2026-11-22 23:28:06.624874015 +0000 UTC
  Info:      


Terraform acquires a state lock to protect the state from being written
by multiple users at the same time.`;

describe("how Terraform, its provider and AWS refuse", () => {
  test.each<readonly [name: string, out: string, code: string, message: string]>([
    ["expired", told("creating", quoted("api error ExpiredToken: The security token included in the request is expired")), "credentials-expired", "the AWS credentials have expired"],
    ["not accepted", told("configuring", quoted("api error InvalidClientTokenId: The security token is invalid", "STS: GetCallerIdentity")), "credentials-missing", "AWS does not accept the credentials"],
    ["none", told("No valid credential sources found", "Error: failed to refresh cached credentials, no EC2 IMDS role found"), "credentials-missing", "there are no AWS credentials"],
    ["too often", told("creating", quoted("api error ThrottlingException: Rate exceeded", "ECS: RegisterTaskDefinition")), "throttled", "AWS is asked too often at the moment (RegisterTaskDefinition)"],
    ["too often, in the old words", told("creating", quoted("api error RequestLimitExceeded: Request limit exceeded.", "EC2: RunInstances")), "throttled", "AWS is asked too often at the moment (RunInstances)"],
    ["too many addresses", told("creating EC2 EIP", quoted("api error AddressLimitExceeded: The maximum number of addresses has been reached.", "EC2: AllocateAddress")), "quota-exceeded", "a quota of the account is used up (AllocateAddress): The maximum number of addresses has been reached."],
    ["an error that the SDK knows by type", told("creating RDS", quoted("StorageQuotaExceededFault: too much")), "quota-exceeded", "a quota of the account is used up (CreateDBInstance): too much"],
    ["not allowed", told("creating", quoted("api error AccessDeniedException: User is not authorized", "ECR: CreateRepository")), "access-denied", "the credentials may not do it (CreateRepository): User is not authorized"],
    ["another account", told("AWS account ID not allowed: 999999999999"), "account-wrong", "the credentials are another account's than the definition's"],
    ["no bucket", told("Error", 'S3 bucket "dailyge-terraform-111122223333" does not exist.'), "state-missing", "the bucket for the state is not there"],
    ["a database that AWS protects", told("deleting RDS DB Instance (x)", quoted("api error InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection and try again.", "RDS: DeleteDBInstance")), "data-guarded", "AWS itself keeps it from being deleted"],
    ["an old plan", told("Saved plan is stale", "The given plan file can no longer be applied because the state was changed by another operation after the plan was created."), "state-busy", "something was applied since the plan was made"],
    ["a state elsewhere", told("Backend configuration changed", "A change in the backend configuration has been detected"), "state-foreign", "the state is still in another place"],
    ["nobody there", told("configuring", 'dial tcp: lookup sts.ap-northeast-2.amazonaws.com: no such host'), "network", "AWS cannot be reached"],
    ["anything else", told("Invalid value for variable", "x", { address: "aws_vpc.main" }), "terraform-failed", "aws_vpc.main: Invalid value for variable"],
    ["the first that is known leads", [told("creating EC2 VPC", "no reason"), told("creating", quoted("api error VpcLimitExceeded: no more", "EC2: CreateVpc"))].join("\n"), "quota-exceeded", "a quota of the account is used up (CreateVpc): no more"],
    ["nothing at all", "", "terraform-failed", "it ended without saying why"],
  ])("%s", (_name, out, code, message) => {
    expect(failureOf(out)).toMatchObject({ code, message: `prod cannot be planned: ${message}` });
  });

  test("every problem is in the details, warnings are not", () => {
    const { details } = failureOf([told("first", "one\n\ntwo"), told("a warning", "", { severity: "warning" }), told("second", "", { address: "aws_vpc.main" })].join("\n"));
    expect(details).toEqual(["first", "one", "two", "aws_vpc.main: second"]);
  });

  test("text for people, in a frame and broken into lines, says the same", () => {
    const framed = `╷
│ Error: No valid credential sources found
│ 
│ Please see https://developer.hashicorp.com/terraform/language/backend/s3
│ for more information about providing credentials.
╵
╷
│ Warning: Deprecated
╵
`;
    expect(diagnosticsOf({ out: "Initializing the backend...", errors: framed })).toMatchObject([
      { severity: "error", summary: "No valid credential sources found", detail: expect.stringContaining("about providing credentials.") },
      { severity: "warning", summary: "Deprecated" },
    ]);
    const broken = "Error: creating\n\noperation error S3: CreateBucket, https response error StatusCode: 400,\nRequestID: 1, HostID: 2, api error\nTooManyBuckets: You have\ntoo many\n";
    expect(failureOf("", broken)).toMatchObject({ code: "quota-exceeded", message: expect.stringContaining("(CreateBucket): You have too many") });
  });

  test("a lock names its holder and how to take it from him", () => {
    expect(lockHolderIn(LOCK)).toEqual({ id: "63c82996-9b5d-2819-27c5-5f7b1e74cfa2", who: "ana@laptop", operation: "apply", since: "2026-11-22T23:28:06Z" });
    expect(failureOf(told("Error acquiring the state lock", LOCK))).toMatchObject({
      code: "state-locked",
      message: "prod cannot be planned: ana@laptop holds its lock since 2026-11-22T23:28:06Z (apply)",
      hint: "wait, then: ./dailyge plan; only if nobody is at it any more: tofu -chdir=terraform/prod force-unlock 63c82996-9b5d-2819-27c5-5f7b1e74cfa2",
    });
    expect(lockHolderIn("LocalState not locked")).toBeNull();
  });
});
