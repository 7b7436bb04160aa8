import { resource, type Resource } from "../terraform.ts";
import type { DatabaseGround } from "./database.ts";
import type { Noun } from "./directory.ts";
import { renderImage, type RenderedImage } from "./image.ts";
import { instanceType, type Architecture } from "./instance-type.ts";
import { physicalName } from "./names.ts";
import { trust } from "./role.ts";

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
  const role = resource("aws_iam_role", "snapshots", {
    name: physicalName("role", place.prefix, "snapshots"),
    assume_role_policy: trust("dlm.amazonaws.com", { StringEquals: { "aws:SourceAccount": place.account.of("account_id") } }),
  });
  const allowed = resource("aws_iam_role_policy_attachment", "snapshots", {
    role: role.of("name"),
    policy_arn: "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole",
  });
  const stored = place.environment.databases.filter(({ engine }) => engine !== "mysql");
  const used = new Set(stored.map(({ instance, name }) => images[instanceType(instance, name).architecture]));
  const blocks = [zone, ...[...used].flatMap((image) => image.blocks), ...(stored.some(({ backupDays }) => backupDays > 0) ? [role, allowed] : [])];
  return { ...ground, zone, zoneName, images, snapshots: role, nouns: stored.length > 0 ? [{ name: "databases", blocks }] : [] };
}
