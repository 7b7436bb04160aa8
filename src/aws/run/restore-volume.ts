import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateVolumeCommand, DescribeSnapshotsCommand, DescribeVolumesCommand, EC2Client, type Snapshot, type Tag, type Volume,
} from "@aws-sdk/client-ec2";
import { Failure } from "../../kit/failure.ts";
import { SNAPSHOTS_TAG, snapshotsOf } from "../render/stored-care.ts";
import { isCancelled, isNamed } from "./clients.ts";
import { notThere } from "./deploy-ground.ts";
import { again, notKept, stamp, type Restored, type RestoreGround } from "./restore.ts";

/** A new volume beside the present one, in the same zone, with what a snapshot holds. */
export async function restoreVolume(ground: RestoreGround): Promise<Restored> {
  const { database, place, wanted, settings } = ground;
  const ec2 = new EC2Client(settings);
  try {
    const present = await presentVolume(ec2, ground);
    const kept = await keptSnapshots(ec2, snapshotsOf(place, database.deployedAs));
    const snapshot = choose(ground, kept);
    const id = await make(ec2, ground, present, snapshot);
    await untilAvailable(ec2, ground, id);
    const of = snapshot.StartTime?.toISOString() ?? "an unknown time";
    return {
      database: database.name, kind: "volume", id, beside: present.VolumeId ?? "", next: steps(ground, present.VolumeId ?? "", id),
      holds: `snapshot ${snapshot.SnapshotId ?? ""} of ${of}${typeof wanted === "object" && "at" in wanted ? ", the last one before that time" : ""}`,
    };
  } finally {
    ec2.destroy();
  }
}

/** The volume that the database's instance has; after an earlier restore there may be others with its tag. */
async function presentVolume(ec2: EC2Client, { database, place }: RestoreGround): Promise<Volume> {
  const { Volumes: found = [] } = await ec2.send(new DescribeVolumesCommand({ Filters: [{ Name: `tag:${SNAPSHOTS_TAG}`, Values: [snapshotsOf(place, database.deployedAs)] }] }));
  const used = found.filter(({ Attachments: attachments = [] }) => attachments.some(({ State: state }) => state === "attached"));
  const [only, ...others] = used.length > 0 ? used : found;
  if (only === undefined) throw notThere(`the volume of ${database.name}`, place.environment.name);
  if (others.length === 0) return only;
  const ids = [only, ...others].map(({ VolumeId: id }) => id ?? "");
  throw new Failure("state-foreign", `${database.name} is not restored: ${ids.length} volumes are called its own: ${ids.join(", ")}`, {
    hint: `take the tag from those that are not: aws ec2 delete-tags --resources ID --tags Key=${SNAPSHOTS_TAG}`,
  });
}

/** Finished snapshots of a database's volumes, newest first: the tag came with the volume. */
export async function keptSnapshots(ec2: EC2Client, tag: string): Promise<readonly Snapshot[]> {
  const found: Snapshot[] = [];
  let next: string | undefined;
  do {
    const { Snapshots: some = [], NextToken: token } = await ec2.send(new DescribeSnapshotsCommand({
      OwnerIds: ["self"], Filters: [{ Name: `tag:${SNAPSHOTS_TAG}`, Values: [tag] }, { Name: "status", Values: ["completed"] }], ...(next !== undefined && { NextToken: next }),
    }));
    found.push(...some);
    next = token === "" ? undefined : token;
  } while (next !== undefined);
  return found.toSorted((one, other) => (other.StartTime?.getTime() ?? 0) - (one.StartTime?.getTime() ?? 0));
}

function choose(ground: RestoreGround, kept: readonly Snapshot[]): Snapshot {
  const { wanted, database } = ground;
  const [newest] = kept;
  const oldest = kept.at(-1)?.StartTime?.toISOString();
  if (newest === undefined) throw notKept(ground, `there is no snapshot of it yet${database.backupDays === 0 ? ", because the definition keeps them for 0 days" : ""}`);
  if (wanted === "newest") return newest;
  if ("from" in wanted) {
    const found = kept.find(({ SnapshotId: id }) => id === wanted.from);
    if (found === undefined) throw notKept(ground, `${wanted.from} is no finished snapshot of it`);
    return found;
  }
  const found = kept.find(({ StartTime: time }) => time !== undefined && time <= wanted.at);
  if (found === undefined) throw notKept(ground, `its snapshots begin at ${oldest ?? "an unknown time"}`);
  return found;
}

/** Without the tag of snapshots: they are made of the volume that is in use. */
async function make(ec2: EC2Client, { database, place, now }: RestoreGround, present: Volume, snapshot: Snapshot): Promise<string> {
  const kept = (present.Tags ?? []).filter(({ Key: key = "" }) => key !== SNAPSHOTS_TAG && key !== "Name" && !key.startsWith("aws:"));
  const tags: readonly Tag[] = [...kept, { Key: "Name", Value: `${place.prefix}-${database.name}-restored-${stamp(now)}` }, { Key: "restored", Value: snapshot.SnapshotId ?? "" }];
  const { VolumeId: id } = await ec2.send(new CreateVolumeCommand({
    AvailabilityZone: present.AvailabilityZone, SnapshotId: snapshot.SnapshotId, VolumeType: "gp3", Encrypted: true,
    Size: Math.max(present.Size ?? 0, snapshot.VolumeSize ?? 0), TagSpecifications: [{ ResourceType: "volume", Tags: [...tags] }],
  }));
  if (id === undefined) throw new Error("EC2 has made a volume and does not name it");
  return id;
}

const LONGEST_MS = 30 * 60 * 1_000;

async function untilAvailable(ec2: EC2Client, ground: RestoreGround, id: string): Promise<void> {
  const look = `aws ec2 describe-volumes --volume-ids ${id} --query 'Volumes[0].State'`;
  for (const begun = performance.now(); ; ) {
    const state = await stateOf(ec2, id);
    if (state === "available") return ground.report({ part: ground.database.name, step: `${id} is there`, state: "ready" });
    if (state === "error") throw new Failure("start-failed", `${id} is not made: EC2 says that it is in error`, { hint: again(ground) });
    if (performance.now() - begun > LONGEST_MS) throw new Failure("start-failed", `${id} is not there after half an hour: EC2 says that it is ${state}`, { hint: look });
    ground.report({ part: ground.database.name, step: `making ${id} (${state})`, state: "working" });
    try {
      await sleep(ground.pace.askMilliseconds, undefined, { signal: ground.signal });
    } catch (error) {
      if (!isCancelled(error)) throw error;
      throw new Failure("cancelled", `${id} was not waited for: EC2 goes on making it`, { hint: look, cause: error });
    }
  }
}

/** EC2 knows what it has just made only a moment later. */
async function stateOf(ec2: EC2Client, id: string): Promise<string> {
  try {
    return (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0]?.State ?? "creating";
  } catch (error) {
    if (isNamed(error, "InvalidVolume.NotFound")) return "creating";
    throw error;
  }
}

/** Terraform is told that the new volume is the database's; an instance is made anew for it. */
function steps({ database, place, directory }: RestoreGround, old: string, id: string): readonly string[] {
  const block = `aws_ebs_volume.database_${database.name}`;
  return [
    `# ${id} takes the place of ${old}; what was written since the snapshot stays on the old one`,
    `terraform -chdir=${directory} state rm ${block}`,
    `terraform -chdir=${directory} import ${block} ${id}`,
    "# a new instance with it: for a few minutes nobody is served",
    `./dailyge apply --environment ${place.environment.name}`,
    `# no more snapshots of the old one, which stays, and costs, until you delete it`,
    `aws ec2 delete-tags --resources ${old} --tags Key=${SNAPSHOTS_TAG}`,
  ];
}
