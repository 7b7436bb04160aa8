import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { withImage } from "../../src/aws/run/deploy-revision.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import { UNRELEASED } from "../../src/aws/render/task-definition.ts";
import { exampleModel } from "./platforms.ts";

/** What an apply would register of a family while its parameter holds this image; other references stay as Terraform writes them. */
async function rendered(service: string, block: string, image: string): Promise<{ readonly family: string; readonly containers: readonly object[] }> {
  const model = await exampleModel("dailyge");
  const file = renderTerraform(model).find(({ name }) => name === "prod")?.files.find(({ name }) => name === `service-${service}.tf.json`);
  const { resource } = JSON.parse(file?.content ?? "{}") as { resource: { aws_ecs_task_definition: Record<string, { family: string; container_definitions: string }> } };
  const { family = "", container_definitions: text = "[]" } = resource.aws_ecs_task_definition[block] ?? {};
  return { family, containers: JSON.parse(text.replaceAll(`\${data.aws_ssm_parameter.service_${service}_release.insecure_value}`, image)) as readonly object[] };
}

test.each([["api", "service_api"], ["api", "service_api_migrate"], ["nightly", "service_nightly"]])("after a release of %s, an apply finds %s as it would write it", async (service, block) => {
  const before = await rendered(service, block, UNRELEASED);
  const image = `repository@sha256:${"1".repeat(64)}`;
  const after = await rendered(service, block, image);
  expect(after).not.toEqual(before);
  const kept = { networkMode: "bridge", executionRoleArn: "arn:execution", taskRoleArn: "arn:task", runtimePlatform: { cpuArchitecture: "ARM64" } } as const;
  const definition: TaskDefinition = {
    ...kept, family: before.family, containerDefinitions: [...before.containers],
    taskDefinitionArn: "arn:1", revision: 1, status: "ACTIVE", requiresAttributes: [{ name: "ecs.capability.task-iam-role" }], compatibilities: ["EC2"], registeredAt: new Date(0), registeredBy: "arn:terraform",
  };
  const tags = [{ key: "part", value: `service:${service}` }];
  expect(withImage({ definition, tags }, service, image)).toEqual({ ...kept, family: before.family, containerDefinitions: after.containers, tags });
});
