import { data, expression, quoted, resource, type Block, type Resource } from "../terraform.ts";
import { capacityFor, type Capacity } from "./capacity.ts";
import type { Noun } from "./directory.ts";
import { physicalName } from "./names.ts";
import type { Network } from "./network.ts";
import type { Place } from "./place.ts";
import { trust } from "./role.ts";

/** Ports that containers get on their host: the agent is told this range, and the edge may reach it and no other. */
export const HOST_PORTS = { from: 40_000, to: 40_999 } as const;

export interface Hosts {
  readonly noun: Noun;
  readonly cluster: Resource<"aws_ecs_cluster">;
  readonly capacityProvider: Resource<"aws_ecs_capacity_provider">;
  readonly securityGroup: Resource<"aws_security_group">;
  /** Services can be placed once this exists. */
  readonly attached: Block;
}

/**
 * Machines that services run on. All tasks of a host share its network and its security group: what keeps services
 * apart is their credentials.
 */
export function renderHosts(place: Place, network: Network): Hosts {
  const capacity = capacityFor(place.environment.services);
  const cluster = resource("aws_ecs_cluster", "main", { name: place.prefix });
  const securityGroup = resource("aws_security_group", "hosts", {
    name: `${place.prefix}-hosts`,
    description: "Hosts of services",
    vpc_id: network.vpc.of("id"),
    tags: { Name: `${place.prefix}-hosts` },
  });
  // Services call whom they like; who may call them is written at the edge.
  const outward = resource("aws_vpc_security_group_egress_rule", "hosts_anywhere", {
    security_group_id: securityGroup.of("id"),
    description: "Services, their images and logs",
    ip_protocol: "-1",
    cidr_ipv4: "0.0.0.0/0",
  });
  const role = hostRole(place);
  const template = launchTemplate(place, capacity, securityGroup, role.profile);
  const group = scalingGroup(place, capacity, network, template);
  const capacityProvider = resource("aws_ecs_capacity_provider", "hosts", {
    name: `${place.prefix}-hosts`,
    auto_scaling_group_provider: {
      auto_scaling_group_arn: group.of("arn"),
      managed_scaling: { status: "ENABLED", target_capacity: 100 },
      managed_termination_protection: "ENABLED",
      managed_draining: "ENABLED",
    },
  });
  const attached = resource("aws_ecs_cluster_capacity_providers", "main", {
    cluster_name: cluster.of("name"),
    capacity_providers: [capacityProvider.of("name")],
    default_capacity_provider_strategy: [{ capacity_provider: capacityProvider.of("name"), weight: 1 }],
  });
  const blocks = [cluster, securityGroup, outward, ...role.blocks, IMAGE, template, group, capacityProvider, attached];
  return { noun: { name: "hosts", blocks }, cluster, capacityProvider, securityGroup, attached };
}

/** Amazon Linux 2023 with the ECS agent, the newest: a later apply replaces the hosts one by one. */
const IMAGE = data("aws_ssm_parameter", "hosts_image", {
  name: "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
});

function hostRole(place: Place): { blocks: readonly Block[]; profile: Resource<"aws_iam_instance_profile"> } {
  const name = physicalName("role", place.prefix, "hosts");
  const role = resource("aws_iam_role", "hosts", { name, assume_role_policy: trust("ec2.amazonaws.com") });
  const policy = (own: string, arn: string) =>
    resource("aws_iam_role_policy_attachment", `hosts_${own}`, { role: role.of("name"), policy_arn: `arn:aws:iam::aws:policy/${arn}` });
  const profile = resource("aws_iam_instance_profile", "hosts", { name, role: role.of("name") });
  const agent = policy("ecs", "service-role/AmazonEC2ContainerServiceforEC2Role");
  // How people get a shell: no key, no open port.
  const shell = policy("ssm", "AmazonSSMManagedInstanceCore");
  return { blocks: [role, agent, shell, profile], profile };
}

function launchTemplate(
  place: Place, capacity: Capacity, securityGroup: Hosts["securityGroup"], profile: Resource<"aws_iam_instance_profile">,
): Resource<"aws_launch_template"> {
  const boot = [
    "#!/bin/sh",
    "cat >> /etc/ecs/ecs.config <<'END'",
    `ECS_CLUSTER=${place.prefix}`,
    `ECS_DYNAMIC_HOST_PORT_RANGE=${HOST_PORTS.from}-${HOST_PORTS.to}`,
    "ECS_DISABLE_PRIVILEGED=true",
    "END",
    "",
  ];
  return resource("aws_launch_template", "hosts", {
    name: `${place.prefix}-hosts`,
    image_id: IMAGE.of("insecure_value"),
    instance_type: capacity.instance,
    update_default_version: true,
    iam_instance_profile: { arn: profile.of("arn") },
    vpc_security_group_ids: [securityGroup.of("id")],
    // A container is one hop further than its host, so the host's credentials are out of its reach.
    metadata_options: { http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1 },
    block_device_mappings: [{
      device_name: "/dev/xvda",
      ebs: { encrypted: "true", volume_type: "gp3", volume_size: 30, delete_on_termination: "true" },
    }],
    user_data: expression`base64encode(${quoted(boot.join("\n"))})`,
    tag_specifications: ["instance", "volume"].map((resource_type) => ({
      resource_type,
      tags: { Name: `${place.prefix}-hosts`, platform: place.shared.name, environment: place.environment.name },
    })),
  });
}

function scalingGroup(
  place: Place, capacity: Capacity, network: Network, template: Resource<"aws_launch_template">,
): Resource<"aws_autoscaling_group"> {
  return resource("aws_autoscaling_group", "hosts", {
    name: `${place.prefix}-hosts`,
    min_size: capacity.least,
    max_size: capacity.most,
    vpc_zone_identifier: network.subnets.private.map((subnet) => subnet.of("id")),
    launch_template: { id: template.of("id"), version: template.of("latest_version") },
    protect_from_scale_in: true,
    instance_refresh: {
      strategy: "Rolling",
      preferences: { min_healthy_percentage: 100, max_healthy_percentage: 200, scale_in_protected_instances: "Refresh" },
    },
    // ECS sets this one itself; without it here every plan would take it away.
    tag: [{ key: "AmazonECSManaged", value: "true", propagate_at_launch: true }],
  });
}
