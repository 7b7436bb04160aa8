import type { Place } from "./place.ts";
import { quoted, text, type Reader } from "./read.ts";

interface Form {
  readonly what: string;
  readonly is: RegExp;
  readonly example: string;
  /** How to find out. */
  readonly ask: string;
}

/** How AWS calls what can be taken over. */
const FORMS = {
  /** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ids.html */
  vpc: { what: "VPC", is: /^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, example: "vpc-0123456789abcdef0", ask: "aws ec2 describe-vpcs" },
  /** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
  database: { what: "instance of RDS", is: /^(?=.{1,63}$)[a-z](-?[a-z0-9])*$/, example: "orders-prod", ask: "aws rds describe-db-instances" },
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
  bucket: { what: "bucket", is: /^(?=.{3,63}$)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]*[a-z0-9]$/, example: "orders-site", ask: "aws s3 ls" },
} as const satisfies Readonly<Record<string, Form>>;

/** By what AWS finds something that is there already. */
export const existing = (kind: keyof typeof FORMS): Reader<string> => (value, at) => {
  const form: Form = FORMS[kind];
  const written = text(value, at);
  if (written === undefined || form.is.test(written)) return written;
  const meant = /^(?:arn:.*[:/]|s3:\/\/)?([^:/]+)\/?$/.exec(written)?.[1]?.toLowerCase() ?? "";
  const fix = form.is.test(meant) ? `did you mean "${meant}"?` : `write it as it is, such as "${form.example}"; ${form.ask} tells it`;
  return at.error("bad-identifier", `${quoted(written)} is no ${form.what}`, fix);
};

/** A database cannot leave its network: one that is taken over needs the network in which it is. */
export function checkExisting(databases: readonly { readonly name: string; readonly existing?: string | null }[], network: { readonly existing: string | null }, at: Place): void {
  if (network.existing !== null) return;
  for (const { name, existing: taken } of databases) {
    if (typeof taken === "string") at.field("databases").field(name).field("existing").error("needs-network", "it is in a network of its own, which a database of RDS does not leave", 'take its VPC over as well: network: { existing: "vpc-..." }');
  }
}
