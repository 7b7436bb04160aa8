import { resource, text, type Resource } from "../terraform.ts";
import type { DatabaseGround } from "./database.ts";
import type { Noun } from "./directory.ts";
import { renderImage, type RenderedImage } from "./image.ts";
import { instanceType, type Architecture } from "./instance-type.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";
import { renderRole, trust, type Role } from "./role.ts";
import { SNAPSHOTS_TAG, snapshotsOf } from "./stored-care.ts";

/** What databases that are installed on an instance of their own have in common. */
export interface StoredGround extends DatabaseGround {
  readonly nouns: readonly Noun[];
  /** Names that only this network knows. */
  readonly zone: Resource<"aws_route53_zone">;
  readonly zoneName: string;
  readonly images: Readonly<Record<Architecture, RenderedImage>>;
  readonly snapshots: Resource<"aws_iam_role">;
}

export function renderStoredGround(ground: DatabaseGround): StoredGround {
  const { place, network } = ground;
  const zoneName = `${place.environment.name}.internal.${place.shared.domain}`;
  const zone = resource("aws_route53_zone", "internal", { name: zoneName, comment: "Databases, for this network alone", vpc: [{ vpc_id: network.vpc.of("id") }] });
  const images = { arm64: renderImage(place, "databases", "arm64"), x86_64: renderImage(place, "databases", "x86_64") };
  const snapshots = snapshotsRole(place);
  const stored = place.environment.databases.filter(({ engine }) => engine !== "mysql");
  const used = new Set(stored.map(({ instance, name }) => images[instanceType(instance, name).architecture]));
  const blocks = [zone, ...[...used].flatMap((image) => image.blocks), ...(stored.some(({ backupDays }) => backupDays > 0) ? snapshots.blocks : [])];
  return { ...ground, zone, zoneName, images, snapshots: snapshots.role, nouns: stored.length > 0 ? [{ name: "databases", blocks }] : [] };
}

/**
 * Who makes snapshots of volumes that bear our tag, and deletes those that came of it. AWS's own policy for this may delete
 * any snapshot, and share it. https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSDataLifecycleManagerServiceRole.html
 */
function snapshotsRole(place: Place): Role {
  const account = place.account.of("account_id");
  const ours = { StringLike: { [`aws:ResourceTag/${SNAPSHOTS_TAG}`]: snapshotsOf(place, "*") } };
  const snapshots = `arn:aws:ec2:${place.shared.region}::snapshot/*`;
  const trusted = trust("dlm.amazonaws.com", { StringEquals: { "aws:SourceAccount": account } });
  return renderRole("snapshots", physicalName("role", place.prefix, "snapshots"), trusted, [
    { Sid: "Find", Action: ["ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeSnapshots"], Resource: "*" }, // They take no other resource.
    { Sid: "OfVolumes", Action: ["ec2:CreateSnapshot"], Resource: text`arn:aws:ec2:${place.shared.region}:${account}:volume/*`, Condition: ours },
    { Sid: "Make", Action: ["ec2:CreateSnapshot", "ec2:CreateTags"], Resource: snapshots },
    { Sid: "Delete", Action: ["ec2:DeleteSnapshot"], Resource: snapshots, Condition: ours },
  ]);
}
