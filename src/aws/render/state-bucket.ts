import type { Model, Shared } from "../../model/model.ts";
import { json, resource, text, type Block, type Resource } from "../terraform.ts";
import type { Noun } from "./directory.ts";

/** Where the state of a directory is. */
export interface StatePlace {
  readonly account: string;
  readonly bucket: string;
  /** `dailyge/prod.tfstate` */
  readonly key: string;
  readonly region: string;
}

/** The one bucket for Terraform's state in an account: at most 20 characters, 11 of ours and 12 digits of 63. */
export const stateBucketName = (platform: string, account: string): string => `${platform}-terraform-${account}`;

/** Where the state of a directory in this account is. */
export function statePlace({ name, region }: Shared, account: string, directory: string): StatePlace {
  return { account, bucket: stateBucketName(name, account), key: `${name}/${directory}.tfstate`, region };
}

/** The same of one of the platform's directories, `shared` or an environment; null where the definition names no account, and the state stays beside the files. */
export function stateBucketOf({ shared, environments }: Model, directory: string): StatePlace | null {
  const account = directory === "shared" ? shared.account : (environments.find(({ name }) => name === directory)?.account ?? null);
  return account === null ? null : statePlace(shared, account, directory);
}

/** A directory's `terraform` block as far as it says where its state is. Locks are objects beside it. https://developer.hashicorp.com/terraform/language/backend/s3 */
export function backend(shared: Shared, account: string | null, directory: string): Readonly<Record<string, unknown>> {
  if (account === null) return { "//": NO_BACKEND };
  const { bucket, key, region } = statePlace(shared, account, directory);
  return { backend: { s3: { bucket, key, region, encrypt: true, use_lockfile: true, allowed_account_ids: [account] } } };
}

const NO_BACKEND = "No backend is set, because the definition names no account: state stays beside these files. Name one, or add a file of your own, backend.tf, before more than one person applies them.";

/** Older states are kept this long: to go back to after an apply that went wrong. */
const OLD_STATE_DAYS = 180;

/** The bucket itself. `bootstrap` makes it by a call before Terraform first runs, for its own state is in it; from then on it is Terraform's. */
export function renderStateBucket({ name }: Shared, account: string): Noun {
  const bucket = resource("aws_s3_bucket", "state", { bucket: stateBucketName(name, account) }, { lifecycle: { prevent_destroy: true } });
  const of = { bucket: bucket.of("id") };
  const versions = resource("aws_s3_bucket_versioning", "state", { ...of, versioning_configuration: { status: "Enabled" } }, { lifecycle: { prevent_destroy: true } });
  const blocks = [
    bucket, versions,
    resource("aws_s3_bucket_public_access_block", "state", {
      ...of, block_public_acls: true, block_public_policy: true, ignore_public_acls: true, restrict_public_buckets: true,
    }),
    resource("aws_s3_bucket_ownership_controls", "state", { ...of, rule: { object_ownership: "BucketOwnerEnforced" } }),
    resource("aws_s3_bucket_server_side_encryption_configuration", "state", {
      ...of, rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }],
    }),
    resource(
      "aws_s3_bucket_lifecycle_configuration", "state",
      {
        ...of,
        rule: [{
          id: "old", status: "Enabled", filter: [{ prefix: "" }],
          noncurrent_version_expiration: [{ noncurrent_days: OLD_STATE_DAYS }], abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
        }],
      },
      { depends_on: [versions] },
    ),
    encryptedOnly(bucket),
  ];
  return { name: "state-bucket", blocks, settings: { import: [{ to: bucket.address, id: stateBucketName(name, account) }] } };
}

function encryptedOnly(bucket: Resource<"aws_s3_bucket">): Block {
  return resource("aws_s3_bucket_policy", "state", {
    bucket: bucket.of("id"),
    policy: json({
      Version: "2012-10-17",
      Statement: [{
        Sid: "EncryptedConnectionsOnly", Effect: "Deny", Principal: "*", Action: "s3:*",
        Resource: [bucket.of("arn"), text`${bucket.of("arn")}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } },
      }],
    }),
  });
}
