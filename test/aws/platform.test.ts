import { describe, expect, test } from "vitest";
import { physicalName } from "../../src/aws/render/names.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import { addresses, bodies, directoryOf, document } from "./rendered.ts";
import { EXAMPLES, exampleModel } from "./platforms.ts";
import { shopModel } from "./shop.ts";

test.each(EXAMPLES)("the same definition of %s gives the same bytes", async (name) => {
  expect(renderTerraform(await exampleModel(name))).toEqual(renderTerraform(await exampleModel(name)));
});

test("a directory for what is shared, then one for each environment; a file for each noun", async () => {
  const directories = renderTerraform(await exampleModel("dailyge"));
  expect(directories.map(({ name }) => name)).toEqual(["shared", "dev", "prod"]);
  expect(directories.map(({ files }) => files.map(({ name }) => name.replace(".tf.json", "")))).toEqual([
    ["terraform", "zone", "registry"],
    ...[["budget"], ["uptime", "budget"]].map((told) => [
      "terraform", "zone", "topic-events", "access-logs", "network", "hosts", "hosts-general",
      "databases", "database-mysql", "database-mysql-users", "database-redis", "database-mongodb",
      "edge", "firewall", "calls", "schedules", "service-api", "service-admin-api", "service-event-worker", "service-nightly",
      "sites", "site-main", "site-tasks", ...told,
    ]),
  ]);
});

test("an environment refuses any account but its own, and finds what is shared by name", async () => {
  const directory = directoryOf(await exampleModel("dailyge"), "prod");
  const settings: unknown = JSON.parse(directory.files[0]?.content ?? "");
  expect(settings).toMatchObject({ provider: { aws: [{ allowed_account_ids: ["444455556666"] }, { alias: "shared" }] } });
  expect(bodies(directory)("data.aws_ecr_repository.service_api")).toEqual({ provider: "aws.shared", name: "dailyge/api" });
  expect(bodies(directory)("data.aws_route53_zone.zone")).toEqual({ provider: "aws.shared", name: "dailyge.com" });
});

test("images are immutable, scanned, and for the environments' accounts to pull", async () => {
  const body = bodies(directoryOf(await exampleModel("dailyge"), "shared"));
  expect(body("aws_ecr_repository.service_api")).toMatchObject({ image_tag_mutability: "IMMUTABLE", image_scanning_configuration: { scan_on_push: true } });
  expect(document(body("aws_ecr_repository_policy.service_api")["policy"])).toMatchObject({
    Statement: [{ Principal: { AWS: ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"] } }],
  });
});

describe("what nothing asks for is not there", () => {
  const types = (without: "services" | "databases" | "sites") => {
    const model = shopModel();
    const environments = model.environments.map((environment) => ({
      ...environment,
      ...(without === "services" && { services: [], databases: [], sites: environment.sites.map((site) => ({ ...site, environment: [] })) }),
      ...(without === "databases" && { databases: [], services: environment.services.filter(({ name }) => name === "idle") }),
    }));
    const directory = directoryOf({ ...model, environments }, "live");
    return (type: string) => addresses(directory, type).length;
  };

  test("sites alone need no network", () => {
    const count = types("services");
    expect([count("aws_vpc"), count("aws_ecs_cluster"), count("aws_cloudfront_distribution")]).toEqual([0, 0, 2]);
  });

  test("a service that nobody calls needs no load balancer", () => {
    const count = types("databases");
    expect([count("aws_ecs_service"), count("aws_lb"), count("aws_lb_target_group"), count("aws_db_instance")]).toEqual([1, 0, 0, 0]);
  });
});

describe("names", () => {
  test("are the pieces as long as AWS takes them", () => {
    expect(physicalName("targetGroup", "dailyge-prod", "api")).toBe("dailyge-prod-api");
    expect(physicalName("targetGroup", "a".repeat(16), "b".repeat(15))).toBe(`${"a".repeat(16)}-${"b".repeat(15)}`);
  });

  test("that are too long stay apart, keep their end, and are what AWS takes", () => {
    const names = ["billing-reports-of-the-year", "billing-reports-of-this-year"].map((service) => physicalName("targetGroup", "platform-production", service));
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);
    expect(names[0]).toMatch(/-the-year$/);
  });
});
