import type { EC2Client } from "@aws-sdk/client-ec2";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { Database } from "../../model/database.ts";
import type { Environment, Shared } from "../../model/model.ts";
import { instanceIdentifier } from "../render/database-identifier.ts";
import { place as placeOf } from "../render/place.ts";
import { snapshotsOf } from "../render/stored-care.ts";
import { asFailure, type AwsSettings } from "./clients.ts";

/** Something that a database can be restored from. */
export interface Backup {
  readonly database: string;
  /** Id of a snapshot; null for RDS's backups, which go back to any time. */
  readonly id: string | null;
  /** When it was made; for any time, the earliest. ISO 8601; null where AWS does not say. */
  readonly from: string | null;
  /** The latest, for any time. */
  readonly to: string | null;
}

export interface BackupsOptions {
  readonly shared: Shared;
  readonly environment: Environment;
  readonly databases: readonly Database[];
  readonly settings: AwsSettings;
}

/** All that these databases can be restored from, the newest first. Of one that is not there yet, nothing. @throws Failure where AWS does not answer */
export async function listBackups({ shared, environment, databases, settings }: BackupsOptions): Promise<readonly Backup[]> {
  const place = placeOf(shared, environment);
  const [managed, installed] = [databases.filter(({ engine }) => engine === "mysql"), databases.filter(({ engine }) => engine !== "mysql")];
  const found: Backup[] = [];
  try {
    if (managed.length > 0) {
      const { RDSClient } = await import("@aws-sdk/client-rds");
      const rds = new RDSClient(settings);
      for (const database of managed) found.push(...(await ofInstance(rds, database.name, instanceIdentifier(place.prefix, database))));
      rds.destroy();
    }
    if (installed.length > 0) {
      const { EC2Client } = await import("@aws-sdk/client-ec2");
      const ec2 = new EC2Client(settings);
      for (const { name, deployedAs } of installed) found.push(...(await ofVolume(ec2, name, snapshotsOf(place, deployedAs))));
      ec2.destroy();
    }
  } catch (error) {
    throw asFailure(error, { failed: "the backups cannot be listed", again: `./dailyge snapshots --target aws --environment ${environment.name}` });
  }
  return found;
}

async function ofInstance(rds: RDSClient, database: string, identifier: string): Promise<readonly Backup[]> {
  const { DescribeDBSnapshotsCommand } = await import("@aws-sdk/client-rds");
  const { findInstance, windowOf } = await import("./restore-instance.ts");
  const present = await findInstance(rds, identifier);
  const { DBSnapshots: snapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ DBInstanceIdentifier: identifier }));
  const kept = snapshots.filter(({ Status: status }) => status === "available")
    .map(({ DBSnapshotIdentifier: id = "", SnapshotCreateTime: made }): Backup => ({ database, id, from: made?.toISOString() ?? null, to: null }))
    .toSorted(newestFirst);
  if (present === undefined || present.BackupRetentionPeriod === 0) return kept;
  const { earliest, latest } = await windowOf(rds, present);
  return [{ database, id: null, from: earliest?.toISOString() ?? null, to: latest?.toISOString() ?? null }, ...kept];
}

async function ofVolume(ec2: EC2Client, database: string, tag: string): Promise<readonly Backup[]> {
  const { keptSnapshots } = await import("./restore-volume.ts");
  const snapshots = await keptSnapshots(ec2, tag);
  return snapshots.map(({ SnapshotId: id = "", StartTime: made }) => ({ database, id, from: made?.toISOString() ?? null, to: null }));
}

const newestFirst = (one: Backup, other: Backup): number => (other.from ?? "").localeCompare(one.from ?? "");
