import { json, resource, text, type Block, type Resource, type Text } from "../terraform.ts";

export type Bucket = Resource<"aws_s3_bucket">;

/** What becomes of objects, in days. */
export interface Keeping {
  /** Of an object; undefined: it stays. */
  readonly expireDays?: number;
  /** Of what was overwritten or deleted, which can be taken back until then. */
  readonly oldDays: number;
}

/** A bucket of which nothing is public, whatever a later policy says. `bucketName` is its name in the world. */
export function privateBucket(name: string, bucketName: Text, keeping: Keeping): { readonly bucket: Bucket; readonly blocks: readonly Block[] } {
  const bucket = resource("aws_s3_bucket", name, { bucket: bucketName });
  const of = { bucket: bucket.of("id") };
  const versions = resource("aws_s3_bucket_versioning", name, { ...of, versioning_configuration: { status: "Enabled" } });
  const blocks = [
    bucket,
    resource("aws_s3_bucket_public_access_block", name, {
      ...of, block_public_acls: true, block_public_policy: true, ignore_public_acls: true, restrict_public_buckets: true,
    }),
    resource("aws_s3_bucket_ownership_controls", name, { ...of, rule: { object_ownership: "BucketOwnerEnforced" } }),
    resource("aws_s3_bucket_server_side_encryption_configuration", name, {
      ...of, rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } }],
    }),
    versions,
    resource("aws_s3_bucket_lifecycle_configuration", name, { ...of, rule: [rule(keeping)] }, { depends_on: [versions] }),
  ];
  return { bucket, blocks };
}

const rule = ({ expireDays, oldDays }: Keeping) => ({
  id: "old",
  status: "Enabled",
  filter: [{ prefix: "" }],
  ...(expireDays !== undefined && { expiration: [{ days: expireDays }] }),
  noncurrent_version_expiration: [{ noncurrent_days: oldDays }],
  abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
});

/** A bucket's policy: these statements, and that nobody comes without encryption. */
export function bucketPolicy(name: string, bucket: Bucket, statements: readonly object[]): Resource<"aws_s3_bucket_policy"> {
  const encrypted = {
    Sid: "EncryptedConnectionsOnly", Effect: "Deny", Principal: "*", Action: "s3:*",
    Resource: [bucket.of("arn"), text`${bucket.of("arn")}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  return resource("aws_s3_bucket_policy", name, {
    bucket: bucket.of("id"),
    policy: json({ Version: "2012-10-17", Statement: [...statements, encrypted] }),
  });
}
