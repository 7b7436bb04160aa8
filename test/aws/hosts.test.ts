import { describe, expect, test } from "vitest";
import { asBody, asList } from "../../src/aws/read/configuration.ts";
import { floatingImages } from "../../src/aws/render/image.ts";
import type { Image } from "../../src/model/images.ts";
import { addresses, bodies, directoryOf, document } from "./rendered.ts";
import { shopModel } from "./shop.ts";

const model = shopModel();
const directory = directoryOf(model, "live");
const body = bodies(directory);

describe("a group of hosts", () => {
  test("keeps its credentials from containers, its disks encrypted, and has no address that the internet knows", () => {
    expect(body("aws_launch_template.hosts_batch")).toMatchObject({
      instance_type: "m7i.large",
      metadata_options: { http_tokens: "required", http_put_response_hop_limit: 1, http_protocol_ipv6: "disabled" },
      block_device_mappings: [{ ebs: { encrypted: "true" } }],
      network_interfaces: [{ associate_public_ip_address: "false", security_groups: ["${aws_security_group.hosts_batch.id}"] }],
    });
    expect(body("aws_launch_template.hosts_batch")).not.toHaveProperty("key_name");
  });

  test("has as many instances as the definition says; a new template replaces them one by one, without tasks", () => {
    const oneMoreFirst = { min_healthy_percentage: 100, max_healthy_percentage: 200 };
    expect(body("aws_autoscaling_group.hosts_general")).toMatchObject({
      min_size: 2, max_size: 4, protect_from_scale_in: true, max_instance_lifetime: 2_592_000, instance_maintenance_policy: oneMoreFirst,
      launch_template: { version: "${aws_launch_template.hosts_general.latest_version}" },
      instance_refresh: { strategy: "Rolling", preferences: { ...oneMoreFirst, scale_in_protected_instances: "Refresh", auto_rollback: true } },
      tag: expect.arrayContaining([{ key: "AmazonECSManaged", value: "true", propagate_at_launch: true }]),
    });
    expect(body("aws_ecs_capacity_provider.hosts_general")["auto_scaling_group_provider"]).toMatchObject({
      managed_draining: "ENABLED", managed_termination_protection: "ENABLED", managed_scaling: { status: "ENABLED" },
    });
    expect(body("aws_ecs_cluster_capacity_providers.main")["capacity_providers"]).toEqual(["${aws_ecs_capacity_provider.hosts_general.name}", "${aws_ecs_capacity_provider.hosts_batch.name}"]);
  });

  test("starts when it may join its cluster and has a way out of its network, and leaves before those do", () => {
    expect(body("aws_autoscaling_group.hosts_general")["depends_on"]).toEqual(expect.arrayContaining(["aws_iam_role_policy.hosts", "aws_route.private_internet", "aws_route_table_association.private_a"]));
  });

  test("runs what is made for its processor", () => {
    const architecture = (task: string) => asBody(body(`aws_ecs_task_definition.${task}`)["runtime_platform"])["cpu_architecture"];
    expect([architecture("service_api"), architecture("service_api_migrate"), architecture("service_worker"), architecture("service_report")]).toEqual(["ARM64", "ARM64", "X86_64", "X86_64"]);
    expect(asList(body("aws_ecs_service.service_worker")["capacity_provider_strategy"])).toEqual([{ capacity_provider: "${aws_ecs_capacity_provider.hosts_batch.name}", weight: 1 }]);
  });

  test("may do what its agent does in this cluster, and offer a shell", () => {
    const statements = asList(asBody(document(body("aws_iam_role_policy.hosts")["policy"]))["Statement"]).map(asBody);
    expect(statements.filter(({ Resource }) => Resource === "*").map(({ Sid }) => Sid)).toEqual(["FindEndpoint", "OpenChannels"]);
    expect(statements.find(({ Sid }) => Sid === "JoinCluster")).toMatchObject({ Resource: "${aws_ecs_cluster.main.arn}" });
    expect(addresses(directory, "aws_iam_role_policy_attachment").filter((address) => address.includes("hosts"))).toEqual([]);
  });
});

describe("images of instances", () => {
  const parameters = addresses(directory, "aws_ssm_parameter").filter((address) => address.includes("_image_"));
  const chosen: readonly Image[] = [
    { use: "hosts", architecture: "arm64", id: "ami-0000000000000000a" }, { use: "hosts", architecture: "x86_64", id: "ami-0000000000000000b" },
    { use: "databases", architecture: "arm64", id: "ami-0000000000000000c" }, { use: "databases", architecture: "x86_64", id: "ami-0000000000000000d" },
  ];
  const withImages = (images: readonly Image[]) => ({ ...model, shared: { ...model.shared, images } });

  test("are the newest of their kind and processor as long as none is chosen", () => {
    expect(parameters.sort()).toEqual(["databases", "hosts"].flatMap((use) => ["arm64", "x86_64"].map((architecture) => `data.aws_ssm_parameter.${use}_image_${architecture}`)));
    expect(body("data.aws_ssm_parameter.hosts_image_arm64")["name"]).toBe("/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id");
    expect(body("data.aws_ssm_parameter.hosts_image_x86_64")["name"]).toBe("/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id");
    expect(floatingImages(model)).toHaveLength(4);
  });

  test("are those that were chosen, and then nothing is looked up", () => {
    const pinned = directoryOf(withImages(chosen), "live");
    const of = bodies(pinned);
    expect([
      of("aws_launch_template.hosts_general")["image_id"], of("aws_launch_template.hosts_batch")["image_id"],
      of("aws_instance.database_baskets")["ami"], of("aws_instance.database_articles")["ami"],
    ]).toEqual(chosen.map(({ id }) => id));
    expect(addresses(pinned, "aws_ssm_parameter").filter((address) => address.includes("_image_"))).toEqual([]);
    expect(floatingImages(withImages(chosen))).toEqual([]);
    expect(floatingImages(withImages(chosen.slice(1)))).toEqual([{ use: "hosts", architecture: "arm64" }]);
  });
});
