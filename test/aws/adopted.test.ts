import { describe, expect, test } from "vitest";
import { asBody, asList } from "../../src/aws/read/configuration.ts";
import type { TerraformDirectory } from "../../src/aws/render/index.ts";
import { definePlatform, parts } from "../../src/index.ts";
import type { Model } from "../../src/model/model.ts";
import { resolve } from "../../src/model/resolve/index.ts";
import { addresses, bodies, directoryOf } from "./rendered.ts";

/** A platform on what there was before it; with `renamed` the database has got a new name since. */
function model(renamed: boolean): Model {
  const resolved = resolve(definePlatform({
    name: "shop", domain: "shop.example", region: "eu-west-1", environments: { live: { branch: "main" } },
    platform: () => parts({
      network: { existing: "vpc-0123456789abcdef0", addresses: "10.0.128.0/20" },
      sites: { front: { host: "www", directory: "www", existing: "old-shop-files" }, manual: { host: "manual", directory: "manual" } },
      services: { api: { directory: "api", start: "node api.js", host: "api", uses: [renamed ? "sales" : "orders"] as never } },
      databases: { [renamed ? "sales" : "orders"]: { engine: "mysql", existing: "legacy-db", ...(renamed && { renamedFrom: "orders" }) }, cache: { engine: "redis" } },
    }),
  }));
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.findings, null, 2));
  return resolved.model;
}

const live = directoryOf(model(false), "live");
const body = bodies(live);
const imports = (directory: TerraformDirectory) => directory.files.flatMap(({ content }) => asList(asBody(JSON.parse(content))["import"]));

describe("what was there before", () => {
  test("is taken over by the next apply, each by the id that AWS has for it", () => {
    expect(imports(live)).toEqual([
      { to: "aws_vpc.main", id: "vpc-0123456789abcdef0" },
      { to: "aws_internet_gateway.main", id: "${data.aws_internet_gateway.existing.internet_gateway_id}" },
      { to: "aws_s3_bucket.site_front", id: "old-shop-files" },
      { to: "aws_db_instance.database_orders", id: "legacy-db" },
    ]);
    expect(body("data.aws_internet_gateway.existing")).toEqual({ filter: [{ name: "attachment.vpc-id", values: ["vpc-0123456789abcdef0"] }] });
  });

  test("keeps what cannot change without its being made anew, and is never destroyed", () => {
    expect(body("aws_vpc.main")["lifecycle"]).toEqual({ prevent_destroy: true, ignore_changes: ["cidr_block"] });
    expect(body("aws_s3_bucket.site_front")).toMatchObject({ bucket: "old-shop-files", lifecycle: { prevent_destroy: true } });
    const database = body("aws_db_instance.database_orders");
    expect(database).toMatchObject({ identifier: "legacy-db", deletion_protection: true });
    expect(database["lifecycle"]).toEqual({ prevent_destroy: true, ignore_changes: ["username", "db_name", "storage_encrypted", "kms_key_id", "db_subnet_group_name", "availability_zone"] });
    expect(body("aws_cloudwatch_log_group.database_orders_slowquery")["name"]).toBe("/aws/rds/instance/legacy-db/slowquery");
  });

  test("keeps the rules of the group that every network has", () => {
    expect(addresses(live, "aws_default_security_group")).toEqual([]);
    expect(body("aws_subnet.public_a")["vpc_id"]).toBe("${aws_vpc.main.id}");
  });

  test("leaves what is new to be made", () => {
    expect(body("aws_s3_bucket.site_manual")).toEqual({ bucket: "shop-live-manual-${data.aws_caller_identity.current.account_id}" });
  });

  test("can get a new name later", () => {
    const later = directoryOf(model(true), "live");
    expect(imports(later)).toContainEqual({ to: "aws_db_instance.database_sales", id: "legacy-db" });
    expect(bodies(later)("aws_db_instance.database_sales")).toMatchObject({ identifier: "legacy-db" });
    expect(later.files.flatMap(({ content }) => asList(asBody(JSON.parse(content))["moved"]))).toContainEqual({ from: "aws_db_instance.database_orders", to: "aws_db_instance.database_sales" });
  });
});
