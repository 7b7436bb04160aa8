import type { PlannedChange } from "./plan.ts";

/** What is gone for good with a resource of this type, unless a backup brings it back. */
const HOLDS: Readonly<Record<string, string>> = {
  aws_backup_vault: "its backups",
  aws_cloudwatch_log_group: "its logs",
  aws_db_cluster_snapshot: "the snapshot",
  aws_db_instance: "the database with all its data",
  aws_db_snapshot: "the snapshot",
  aws_docdb_cluster: "the database with all its data",
  aws_dynamodb_table: "the table with all its data",
  aws_ebs_snapshot: "the snapshot",
  aws_ebs_volume: "the volume with all its data",
  aws_ecr_repository: "its images, with which releases can be gone back to",
  aws_efs_file_system: "the file system with all its data",
  aws_elasticache_cluster: "the cache with all its data",
  aws_elasticache_replication_group: "the cache with all its data",
  aws_kinesis_stream: "its records",
  aws_kms_key: "the key, and with it everything that it encrypts",
  aws_rds_cluster: "the database with all its data",
  aws_route53_zone: "the zone with its name servers, which the registrar knows",
  aws_s3_bucket: "the bucket with all its objects",
  aws_secretsmanager_secret: "the secret with its value",
  aws_sqs_queue: "its waiting messages",
};

/** What goes with a resource of this type; null when it holds nothing that a new one would not have. */
export const holds = (type: string): string | null => HOLDS[type] ?? null;

/** A change that destroys what holds data. */
export interface Loss {
  readonly address: string;
  readonly action: "replace" | "destroy";
  readonly what: string;
  readonly forcedBy: readonly string[];
}

/** What a plan would lose. */
export function lossesOf(changes: readonly PlannedChange[]): readonly Loss[] {
  return changes.flatMap(({ address, type, action, forcedBy }) => {
    const what = holds(type);
    return what !== null && (action === "replace" || action === "destroy") ? [{ address, action, what, forcedBy }] : [];
  });
}
