import { ACCEPTED_OF_CHECKOV } from "./accepted-checkov.ts";

/** A check that what we render fails on purpose. */
export interface Accepted {
  /** A control of AWS's Foundational Security Best Practices, a rule of our own, or a check of Checkov's: `S3.9`, `CKV_AWS_18`. */
  readonly check: string;
  /** Addresses, in which `*` stands for any text: `aws_s3_bucket.site_*`. */
  readonly on: string;
  /** Directories, in the same way: `bootstrap-*`. @default all */
  readonly in?: string;
  readonly why: string;
}

/** All of them. One that nothing fails any longer fails the tests. */
export const ACCEPTED: readonly Accepted[] = [
  {
    check: "policy-caller",
    on: "aws_s3_bucket_policy.access_logs",
    why: "the one who writes load balancers' logs sends no condition to ask for; what keeps others out is the account's number in the path, as AWS documents it",
  },
  {
    check: "all-resources", on: "aws_iam_role_policy.database_*.policy[SendFigures]",
    why: "figures belong to a namespace, which the condition names; the resource that AWS's list has for it is of another protocol",
  },
  {
    check: "sns-topic.kms_master_key_id",
    on: "aws_sns_topic.uptime",
    why: "AWS's own key for SNS does not let alarms in, and one of ours costs more a month than what is said, which host does not answer, is worth hiding",
  },
  ...["aws_iam_role_policy.*", "aws_iam_policy.*"].flatMap((on) => ["policy-actions", "policy-resources"].map((check): Accepted => ({
    check, on, in: "bootstrap-*",
    why: "who builds a platform makes, changes and takes away all of its kinds of things; names bound it where AWS lets them, and a boundary keeps the roles that it makes from more",
  }))),
  {
    check: "policy-bounds", on: "aws_iam_policy.*_boundary", in: "bootstrap-*",
    why: "a boundary allows nothing by itself; the policies within it say to whom a role is handed",
  },
  ...ACCEPTED_OF_CHECKOV,
];

/** Why something may fail a check; undefined where it may not. */
export function acceptedFor(check: string, address: string, directory = ""): Accepted | undefined {
  return ACCEPTED.find((each) => each.check === check && matches(each.on, address) && matches(each.in ?? "*", directory));
}

const matches = (pattern: string, address: string): boolean =>
  new RegExp(`^${pattern.split("*").map((part) => part.replaceAll(/[^\w]/g, "\\$&")).join(".*")}$`).test(address);
