import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkTerraform } from "../../src/aws/read/check.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import type { ProviderSchema, SchemaDocument } from "../../src/aws/schema/format.ts";
import { EXAMPLES, exampleModel } from "./platforms.ts";

const document = JSON.parse(readFileSync(new URL("../../src/aws/schema/provider-schema.json", import.meta.url), "utf8")) as SchemaDocument;
const [schema] = Object.values(document.provider_schemas) as [ProviderSchema];

function problems(resources: object, more: object = {}): readonly string[] {
  const content = JSON.stringify({ resource: resources, ...more });
  return checkTerraform([{ name: "main.tf.json", content }], schema).map(({ at, message }) => `${at}: ${message}`);
}

test.each(EXAMPLES)("what is rendered of %s is well-formed", async (name) => {
  for (const directory of renderTerraform(await exampleModel(name))) {
    expect(checkTerraform(directory.files, schema)).toEqual([]);
  }
});

const visible = { cloudwatch_metrics_enabled: true, metric_name: "main", sampled_requests_enabled: true };
const webAcl = (statement: object) => ({
  aws_wafv2_web_acl: { main: { scope: "REGIONAL", default_action: { allow: {} }, visibility_config: visible, rule: [{ name: "one", priority: 1, statement, visibility_config: visible }] } },
});
const vpc = { main: { cidr_block: "10.0.0.0/16" } };

describe("each mistake is told by its address", () => {
  test.each([
    ["a misspelt argument", { aws_vpc: { main: { cidr_blok: "10.0.0.0/16" } } }, "aws_vpc.main.cidr_blok: there is no argument cidr_blok here"],
    ["a missing argument", { aws_route53_zone: { zone: {} } }, "aws_route53_zone.zone.name: it is missing"],
    ["a wrong type", { aws_vpc: { main: { enable_dns_support: "perhaps" } } }, 'aws_vpc.main.enable_dns_support: it is true or false, and "perhaps" is none'],
    ["a text for a list", { aws_db_subnet_group: { main: { subnet_ids: "subnet-1" } } }, 'aws_db_subnet_group.main.subnet_ids: it is a set, and "subnet-1" is none'],
    ["a reference to a text for a list", { aws_vpc: vpc, aws_db_subnet_group: { main: { subnet_ids: "${aws_vpc.main.id}" } } }, "aws_db_subnet_group.main.subnet_ids: it is a set, and aws_vpc.main.id is a text"],
    ["what only the provider says", { aws_vpc: { main: { arn: "arn:aws:ec2:x" } } }, "aws_vpc.main.arn: it is the provider's to say, not ours"],
    ["a misspelt argument inside", { aws_lb_listener: { main: { load_balancer_arn: "x", default_action: [{ type: "forward", order_: 1 }] } } }, "aws_lb_listener.main.default_action.order_: there is no argument order_ here"],
    ["a missing block", { aws_lb_listener: { main: { load_balancer_arn: "x" } } }, "aws_lb_listener.main.default_action: it is missing"],
    ["a reference to nothing", { aws_subnet: { main: { vpc_id: "${aws_vpc.main.id}" } } }, "aws_subnet.main.vpc_id: there is no aws_vpc.main"],
    ["an attribute that there is not", { aws_vpc: vpc, aws_subnet: { main: { vpc_id: "${aws_vpc.main.idd}" } } }, "aws_subnet.main.vpc_id: aws_vpc.main has no attribute idd"],
    ["a dependency on nothing", { aws_vpc: { main: { depends_on: ["aws_vpc.other"] } } }, "aws_vpc.main.depends_on: there is no aws_vpc.other"],
    ["an unescaped ${", { aws_vpc: { main: { tags: { Name: "of ${HOME}" } } } }, "aws_vpc.main.tags.Name: an expression names HOME, which is nothing: a literal is written $${…}"],
    ["a bad name", { aws_vpc: { "9main": {} } }, "aws_vpc.9main: a name is letters, digits, _ and -, and does not begin with a digit"],
    ["a provider that is not configured", { aws_vpc: { main: { provider: "aws.shared" } } }, "aws_vpc.main: there is no provider aws.shared"],
    ["a misspelt argument deep in a web ACL's rule", webAcl({ rate_based_statement: { limit: 10, aggregate_key_type: "IP", scope_down_statement: { byteMatchStatement: {} } } }), "aws_wafv2_web_acl.main.rule.statement.rate_based_statement.scope_down_statement.byteMatchStatement: there is no argument byteMatchStatement here"],
    ["a type that there is not", { aws_vcp: { main: {} } }, "aws_vcp.main: the schema has no resource aws_vcp"],
  ])("%s", (_name, resources, problem) => {
    expect(problems(resources)).toEqual([problem]);
  });

  test("an address that two files have", () => {
    const file = { name: "network.tf.json", content: JSON.stringify({ resource: { aws_vpc: vpc } }) };
    expect(checkTerraform([file, { ...file, name: "other.tf.json" }], schema)).toEqual([{ at: "aws_vpc.main", message: "two blocks have this address" }]);
  });

  test("a password on its way into the state", () => {
    const password = { ephemeral: { aws_secretsmanager_random_password: { key: {} } } };
    const value = "${ephemeral.aws_secretsmanager_random_password.key.random_password}";
    const version = (argument: string) => problems({ aws_secretsmanager_secret_version: { key: { secret_id: "x", [argument]: value } } }, password);
    expect(version("secret_string")).toEqual(["aws_secretsmanager_secret_version.key.secret_string: ephemeral.aws_secretsmanager_random_password.key would get into the state here"]);
    expect(version("secret_string_wo")).toEqual([]);
  });

  test("but not a literal that only looks like one, nor Terraform's own words", () => {
    expect(problems({ aws_vpc: { main: { tags: { Name: "$${HOME} %%{if}", Count: "${length([for zone in [1, 2] : zone if zone > 1])}" } } } })).toEqual([]);
  });
});
