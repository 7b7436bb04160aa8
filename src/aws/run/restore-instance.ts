import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeDBInstanceAutomatedBackupsCommand, DescribeDBInstancesCommand, DescribeDBSnapshotsCommand, RDSClient, RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand, type DBInstance,
} from "@aws-sdk/client-rds";
import { Failure } from "../../kit/failure.ts";
import { instanceIdentifier } from "../render/database-identifier.ts";
import { physicalName } from "../render/names.ts";
import { isCancelled, isNamed } from "./clients.ts";
import { notThere } from "./deploy-ground.ts";
import { again, notKept, stamp, type Restored, type RestoreGround } from "./restore.ts";

/** A new instance of RDS beside the present one, set as that is, with what it held at a time or what a snapshot holds. */
export async function restoreInstance(ground: RestoreGround): Promise<Restored> {
  const { database, place, wanted, settings, now } = ground;
  const rds = new RDSClient(settings);
  try {
    const identifier = instanceIdentifier(place.prefix, database);
    const present = await findInstance(rds, identifier);
    if (present === undefined) throw notThere(`database ${database.name}`, place.environment.name);
    const id = physicalName("database", identifier, "restored", stamp(now));
    const holds = wanted !== "newest" && "from" in wanted ? await fromSnapshot(rds, ground, present, id, wanted.from) : await fromBackups(rds, ground, present, id);
    await untilAvailable(rds, ground, id);
    return { database: database.name, kind: "instance", id, beside: identifier, holds, next: steps(ground, identifier, id) };
  } finally {
    rds.destroy();
  }
}

/** The instance by its identifier; undefined where there is none. */
export async function findInstance(rds: RDSClient, identifier: string): Promise<DBInstance | undefined> {
  try {
    return (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }))).DBInstances?.[0];
  } catch (error) {
    if (isNamed(error, "DBInstanceNotFoundFault", "DBInstanceNotFound")) return undefined;
    throw error;
  }
}

/**
 * Everything of the new one that does not come with the data, as the present one has it. Without its parameter group it
 * would have RDS's own, in UTC and without TLS. Its logs are not sent anywhere: nobody has made groups for them.
 */
function likePresent(present: DBInstance) {
  return {
    ...(present.DBInstanceClass !== undefined && { DBInstanceClass: present.DBInstanceClass }),
    ...(present.DBSubnetGroup?.DBSubnetGroupName !== undefined && { DBSubnetGroupName: present.DBSubnetGroup.DBSubnetGroupName }),
    ...(present.DBParameterGroups?.[0]?.DBParameterGroupName !== undefined && { DBParameterGroupName: present.DBParameterGroups[0].DBParameterGroupName }),
    ...(present.StorageType !== undefined && { StorageType: present.StorageType }),
    ...(present.CACertificateIdentifier !== undefined && { CACertificateIdentifier: present.CACertificateIdentifier }),
    VpcSecurityGroupIds: (present.VpcSecurityGroups ?? []).flatMap(({ VpcSecurityGroupId: id }) => id ?? []),
    MultiAZ: present.MultiAZ === true,
    Tags: (present.TagList ?? []).filter(({ Key: key }) => !key?.startsWith("aws:")),
    PubliclyAccessible: false,
    AutoMinorVersionUpgrade: true,
    EnableIAMDatabaseAuthentication: false,
    CopyTagsToSnapshot: true,
    DeletionProtection: true,
    EngineLifecycleSupport: "open-source-rds-extended-support-disabled",
    // The administrator's password of that time is known to nobody any more.
    ManageMasterUserPassword: true,
  };
}

async function fromSnapshot(rds: RDSClient, ground: RestoreGround, present: DBInstance, id: string, snapshot: string): Promise<string> {
  const { DBSnapshots: found = [] } = await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: snapshot })).catch((error: unknown) => {
    if (isNamed(error, "DBSnapshotNotFoundFault", "DBSnapshotNotFound")) return { DBSnapshots: [] };
    throw error;
  });
  const [kept] = found;
  if (kept === undefined) throw notKept(ground, `there is no snapshot ${snapshot}`);
  if (kept.DBInstanceIdentifier !== present.DBInstanceIdentifier) throw notKept(ground, `snapshot ${snapshot} is of ${kept.DBInstanceIdentifier ?? "another database"}`);
  if (kept.Status !== "available") throw notKept(ground, `snapshot ${snapshot} is ${kept.Status ?? "not there yet"}`);
  await begin(ground, id, () => rds.send(new RestoreDBInstanceFromDBSnapshotCommand({ DBInstanceIdentifier: id, DBSnapshotIdentifier: snapshot, ...likePresent(present) })));
  return `snapshot ${snapshot}${kept.SnapshotCreateTime === undefined ? "" : ` of ${kept.SnapshotCreateTime.toISOString()}`}`;
}

async function fromBackups(rds: RDSClient, ground: RestoreGround, present: DBInstance, id: string): Promise<string> {
  const { wanted } = ground;
  const source = present.DBInstanceIdentifier ?? "";
  if (present.BackupRetentionPeriod === 0) throw notKept(ground, "it has no backups, because the definition keeps them for 0 days");
  const { earliest, latest } = await windowOf(rds, present);
  const at = typeof wanted === "object" && "at" in wanted ? wanted.at : null;
  if (at !== null && earliest !== undefined && at < earliest) throw notKept(ground, `its backups begin at ${earliest.toISOString()}`);
  if (at !== null && latest !== undefined && at > latest) throw notKept(ground, `its backups reach to ${latest.toISOString()} by now`);
  const when = at === null ? { UseLatestRestorableTime: true } : { RestoreTime: at };
  await begin(ground, id, () => rds.send(new RestoreDBInstanceToPointInTimeCommand({ SourceDBInstanceIdentifier: source, TargetDBInstanceIdentifier: id, ...when, ...likePresent(present) })));
  return at === null ? `its newest state, of ${latest?.toISOString() ?? "a few minutes ago"}` : `its state at ${at.toISOString()}`;
}

/** Between which times RDS can restore; undefined where it does not say. */
export async function windowOf(rds: RDSClient, { DBInstanceIdentifier: identifier, LatestRestorableTime: latest }: DBInstance): Promise<{ readonly earliest: Date | undefined; readonly latest: Date | undefined }> {
  const { DBInstanceAutomatedBackups: [kept] = [] } = await rds.send(new DescribeDBInstanceAutomatedBackupsCommand({ DBInstanceIdentifier: identifier }));
  return { earliest: kept?.RestoreWindow?.EarliestTime, latest: latest ?? kept?.RestoreWindow?.LatestTime };
}

async function begin(ground: RestoreGround, id: string, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!isNamed(error, "DBInstanceAlreadyExistsFault", "DBInstanceAlreadyExists")) throw error;
    throw new Failure("state-busy", `${ground.database.name} is not restored: ${id} is there already`, { hint: `a minute later it gets another name: ${again(ground)}` });
  }
}

/** RDS makes a new volume and a new machine, which takes from ten minutes to hours by what there is. */
const LONGEST_MS = 6 * 60 * 60 * 1_000;

/** States out of which none comes by itself. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html */
const LOST = ["failed", "restore-error", "incompatible-restore", "incompatible-network", "incompatible-parameters", "incompatible-option-group", "insufficient-capacity", "storage-full"];

async function untilAvailable(rds: RDSClient, { database, pace, signal, report }: RestoreGround, id: string): Promise<void> {
  const look = `aws rds describe-db-instances --db-instance-identifier ${id} --query 'DBInstances[0].DBInstanceStatus'`;
  for (const begun = performance.now(); ; ) {
    const status = (await findInstance(rds, id))?.DBInstanceStatus ?? "creating";
    if (status === "available") return report({ part: database.name, step: `${id} is there`, state: "ready" });
    if (LOST.includes(status)) throw new Failure("start-failed", `${id} is not restored: RDS says that it is ${status}`, { hint: look });
    if (performance.now() - begun > LONGEST_MS) throw new Failure("start-failed", `${id} is not there after six hours: RDS says that it is ${status}`, { hint: look });
    report({ part: database.name, step: `making ${id} (${status})`, state: "working" });
    try {
      await sleep(pace.askMilliseconds, undefined, { signal });
    } catch (error) {
      if (!isCancelled(error)) throw error;
      throw new Failure("cancelled", `${id} was not waited for: RDS goes on making it`, { hint: look, cause: error });
    }
  }
}

/** The new one gets the name, and with it the address that services know; Terraform is told that it is the database now. */
function steps({ database, place, directory }: RestoreGround, identifier: string, id: string): readonly string[] {
  const block = `aws_db_instance.database_${database.name}`;
  const old = `${identifier}-before`;
  const rename = (from: string, to: string) => [
    `aws rds modify-db-instance --apply-immediately --db-instance-identifier ${from} --new-db-instance-identifier ${to}`,
    `aws rds wait db-instance-available --db-instance-identifier ${to}`,
  ];
  return [
    `# look into it first: its address is that of ${identifier} with ${id} instead, its administrator's password in Secrets Manager`,
    "# then give it the other's name, and with it the address that services know; they have no database meanwhile",
    ...rename(identifier, old), ...rename(id, identifier),
    "# tell Terraform, which also makes today's users in it",
    `terraform -chdir=${directory} state rm ${block}`,
    `terraform -chdir=${directory} import ${block} ${identifier}`,
    `./dailyge apply --environment ${place.environment.name}`,
    `# ${old} stays, and costs, until you delete it; its deletion protection is on`,
  ];
}
