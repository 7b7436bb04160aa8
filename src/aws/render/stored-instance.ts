import { json, resource, text, type Block, type Resource, type Text } from "../terraform.ts";
import type { RenderedImage } from "./image.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";
import { trust, type Statement } from "./role.ts";
import { SNAPSHOTS_TAG, snapshotsOf } from "./stored-care.ts";

/** What an instance for one database is made of. */
export interface StoredInstanceParts {
  /** Beginning of the addresses of its blocks. */
  readonly name: string;
  readonly database: { readonly name: string; readonly instance: string; readonly storageGb: number };
  readonly subnet: Resource<"aws_subnet">;
  readonly securityGroup: Resource<"aws_security_group">;
  readonly image: RenderedImage;
  readonly may: readonly Statement[];
  /** What is there before it starts. */
  readonly after: readonly Block[];
  /** What it does when it starts for the first time, once its volume is known. */
  readonly boot: (volume: Resource<"aws_ebs_volume">) => Text;
}

export interface StoredInstance {
  readonly instance: Resource<"aws_instance">;
  readonly blocks: readonly Block[];
}

/** An instance that may be made anew at any time, and a volume of its own that holds all that matters and outlives it. */
export function renderStoredInstance(place: Place, parts: StoredInstanceParts): StoredInstance {
  const { name, database, subnet } = parts;
  const tags = { Name: `${place.prefix}-${database.name}` };
  const volume = resource(
    "aws_ebs_volume", name,
    {
      availability_zone: subnet.of("availability_zone"),
      type: "gp3",
      size: database.storageGb,
      encrypted: true,
      multi_attach_enabled: false,
      final_snapshot: true,
      tags: { ...tags, [SNAPSHOTS_TAG]: snapshotsOf(place, database.name) },
    },
    { lifecycle: { prevent_destroy: true } },
  );
  const role = instanceRole(name, physicalName("role", place.prefix, database.name), parts.may);
  const instance = resource(
    "aws_instance", name,
    {
      ami: parts.image.id,
      instance_type: database.instance,
      subnet_id: subnet.of("id"),
      vpc_security_group_ids: [parts.securityGroup.of("id")],
      associate_public_ip_address: false,
      iam_instance_profile: role.profile.of("name"),
      metadata_options: {
        http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1, http_protocol_ipv6: "disabled", instance_metadata_tags: "disabled",
      },
      source_dest_check: true,
      ebs_optimized: true,
      // Figures of every minute instead of every five, for money.
      monitoring: false,
      root_block_device: { encrypted: true, volume_type: "gp3", volume_size: 10, delete_on_termination: true, tags },
      user_data: parts.boot(volume),
      user_data_replace_on_change: true,
      tags: { ...tags, part: `database:${database.name}` },
    },
    {
      depends_on: [...role.blocks.filter(({ type }) => type !== "aws_iam_role"), ...parts.after],
      // An image that was chosen makes the instance anew, and its volume moves over; one that is only newer does not.
      ...(parts.image.blocks.length > 0 && { lifecycle: { ignore_changes: ["ami"] } }),
    },
  );
  const attached = resource("aws_volume_attachment", name, {
    device_name: "/dev/sdf",
    volume_id: volume.of("id"),
    instance_id: instance.of("id"),
    // A volume is let go of by a server that has stopped.
    stop_instance_before_detaching: true,
  });
  return { instance, blocks: [...role.blocks, volume, instance, attached] };
}

function instanceRole(name: string, physical: string, statements: readonly Statement[]) {
  // Without a condition: EC2 does not say for whom it asks, and asks for instances of this account alone.
  const role = resource("aws_iam_role", name, { name: physical, assume_role_policy: trust("ec2.amazonaws.com") });
  const policy = resource("aws_iam_role_policy", name, {
    name: "allowed",
    role: role.of("id"),
    policy: json({ Version: "2012-10-17", Statement: statements.map((statement) => ({ Effect: "Allow", ...statement })) }),
  });
  // How people get a shell: no key, no open port.
  const shell = resource("aws_iam_role_policy_attachment", name, { role: role.of("name"), policy_arn: text`arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore` });
  const profile = resource("aws_iam_instance_profile", name, { name: physical, role: role.of("name") });
  return { profile, blocks: [role, policy, shell, profile] };
}
