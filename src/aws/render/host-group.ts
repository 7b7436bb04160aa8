import type { HostGroup } from "../../model/hosts.ts";
import { instanceType, type Architecture } from "../../model/instance-type.ts";
import { expression, quoted, resource, type Block, type Resource } from "../terraform.ts";
import { clusterName, hostsName } from "./deployed-names.ts";
import { hostBoot } from "./host-boot.ts";
import type { HostRole } from "./host-role.ts";
import { renderImage, type RenderedImage } from "./image.ts";
import type { Network } from "./network.ts";
import type { Place } from "./place.ts";

/** Instances of one kind. All tasks of one share its network and its security group: what keeps those apart is credentials. */
export interface RenderedGroup {
  readonly group: HostGroup;
  /** Beginning of the addresses of its blocks: `hosts_general`. */
  readonly name: string;
  readonly architecture: Architecture;
  readonly image: RenderedImage;
  readonly capacityProvider: Resource<"aws_ecs_capacity_provider">;
  readonly securityGroup: Resource<"aws_security_group">;
  /** All but the image's. */
  readonly blocks: readonly Block[];
}

const DISK_GB = 30;
/** No instance grows older than this, in seconds: what has changed on it since its image goes. */
const LONGEST_LIFE = 30 * 24 * 60 * 60;
/** From the launch of an instance until its agent takes tasks, in seconds, generously. */
const WARM_UP = 180;

export function renderGroup(
  place: Place, network: Network, cluster: Resource<"aws_ecs_cluster">, role: HostRole, group: HostGroup,
): RenderedGroup {
  const kind = instanceType(group.instance);
  if (!kind) throw new Error(`hosts ${group.name} are of no known kind: ${group.instance}`);
  const name = `hosts_${group.name}`;
  const physical = hostsName(place, group.name);
  const image = renderImage(place, "hosts", kind.architecture);
  const securityGroup = resource("aws_security_group", name, {
    name: physical,
    description: `Hosts of services: ${group.name}`,
    vpc_id: network.vpc.of("id"),
    tags: { Name: physical },
  });
  // Services call whom they like; who may call them is written where they are called.
  const outward = resource("aws_vpc_security_group_egress_rule", `${name}_anywhere`, {
    security_group_id: securityGroup.of("id"),
    description: "Services, their images and logs",
    ip_protocol: "-1",
    cidr_ipv4: "0.0.0.0/0",
  });
  const template = launchTemplate(place, { group, name, physical, image, securityGroup, role });
  const scaling = scalingGroup(network, { group, name, physical, template, role });
  const capacityProvider = resource("aws_ecs_capacity_provider", name, {
    name: physical,
    auto_scaling_group_provider: {
      auto_scaling_group_arn: scaling.of("arn"),
      managed_scaling: { status: "ENABLED", target_capacity: 100, instance_warmup_period: WARM_UP },
      managed_termination_protection: "ENABLED",
      managed_draining: "ENABLED",
    },
  });
  const blocks = [securityGroup, outward, template, scaling, capacityProvider];
  return { group, name, architecture: kind.architecture, image, capacityProvider, securityGroup, blocks };
}

interface Parts {
  readonly group: HostGroup;
  readonly name: string;
  readonly physical: string;
  readonly role: HostRole;
}

function launchTemplate(
  place: Place, { group, name, physical, image, securityGroup, role }: Parts & Pick<RenderedGroup, "image" | "securityGroup">,
): Resource<"aws_launch_template"> {
  const tags = { Name: physical, platform: place.shared.name, environment: place.environment.name };
  return resource("aws_launch_template", name, {
    name: physical,
    image_id: image.id,
    instance_type: group.instance,
    update_default_version: true,
    iam_instance_profile: { arn: role.profile.of("arn") },
    network_interfaces: [{ device_index: 0, associate_public_ip_address: "false", delete_on_termination: "true", security_groups: [securityGroup.of("id")] }],
    // A container is one hop further than its host, so the host's credentials are out of its reach.
    metadata_options: {
      http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1,
      http_protocol_ipv6: "disabled", instance_metadata_tags: "disabled",
    },
    block_device_mappings: [{
      device_name: "/dev/xvda",
      ebs: { encrypted: "true", volume_type: "gp3", volume_size: DISK_GB, delete_on_termination: "true" },
    }],
    user_data: expression`base64encode(${quoted(hostBoot(clusterName(place)))})`,
    tag_specifications: ["instance", "volume", "network-interface"].map((resource_type) => ({ resource_type, tags })),
  });
}

/**
 * A new template, that is another image or instance type, replaces the instances one by one: the new one is there
 * before ECS moves the tasks of an old one, and the template before comes back where that does not succeed.
 */
function scalingGroup(
  network: Network, { group, name, physical, template, role }: Parts & { readonly template: Resource<"aws_launch_template"> },
): Resource<"aws_autoscaling_group"> {
  const oneMoreFirst = { min_healthy_percentage: 100, max_healthy_percentage: 200 };
  return resource(
    "aws_autoscaling_group", name,
    {
      name: physical,
      min_size: group.least,
      max_size: group.most,
      vpc_zone_identifier: network.subnets.private.map((subnet) => subnet.of("id")),
      launch_template: { id: template.of("id"), version: template.of("latest_version") },
      health_check_type: "EC2",
      max_instance_lifetime: LONGEST_LIFE,
      instance_maintenance_policy: oneMoreFirst,
      // ECS alone says which instance goes: one without tasks. A refresh takes the others as well, after it has drained them.
      protect_from_scale_in: true,
      instance_refresh: {
        strategy: "Rolling",
        preferences: {
          ...oneMoreFirst, scale_in_protected_instances: "Refresh", instance_warmup: String(WARM_UP), auto_rollback: true, skip_matching: true,
        },
      },
      // ECS sets this one itself; without it here every plan would take it away.
      tag: [{ key: "AmazonECSManaged", value: "true", propagate_at_launch: true }, { key: "Name", value: physical, propagate_at_launch: true }],
    },
    // An agent that may not join its cluster gives up for good; and one that leaves needs its way out until it has left.
    { depends_on: [...role.blocks.filter(({ type }) => type === "aws_iam_role_policy"), ...network.noun.blocks.filter(leadsOut)] },
  );
}

const leadsOut = ({ type, name }: Block): boolean => type === "aws_route" || (type === "aws_route_table_association" && name.startsWith("private"));
