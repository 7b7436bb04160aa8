import { describe, expect, test } from "vitest";
import { directory } from "../../src/aws/render/directory.ts";
import { blockBody, data, ephemeral, expression, joined, json, plain, quoted, resource, text } from "../../src/aws/terraform.ts";

const vpc = resource("aws_vpc", "main", { cidr_block: "10.0.0.0/16" });
const content = (blocks: Parameters<typeof directory>[1][number]["blocks"]) => JSON.parse(directory("prod", [{ name: "network", blocks }]).files[0]?.content ?? "") as unknown;

describe("what is written", () => {
  test.each([
    ["a reference", vpc.of("id"), "${aws_vpc.main.id}"],
    ["a data source's", data("aws_caller_identity", "current", {}).of("account_id"), "${data.aws_caller_identity.current.account_id}"],
    ["text with references", text`${vpc.of("arn")}/*`, "${aws_vpc.main.arn}/*"],
    ["text in text", text`a ${text`b ${vpc.of("id")}`} ${3}`, "a b ${aws_vpc.main.id} 3"],
    ["texts that are joined", joined(["jdbc:", vpc.of("id"), ":", 3306]), "jdbc:${aws_vpc.main.id}:3306"],
    ["Terraform's own language", expression`${vpc.of("id")} == ${quoted('say "${x}"')} ? 0 : ${2}`, '${aws_vpc.main.id == "say \\"$${x}\\"" ? 0 : 2}'],
    ["a literal that looks like a reference", "costs ${PRICE}, %{if} and $${both}", "costs $${PRICE}, %%{if} and $$${both}"],
    ["such a literal in a template", text`${"${HOME}"}-${vpc.of("id")}`, "$${HOME}-${aws_vpc.main.id}"],
    ["such a literal in a JSON document", json({ script: "echo ${HOME}", vpc: vpc.of("id") }), '{"script":"echo $${HOME}","vpc":"${aws_vpc.main.id}"}'],
    ["references in a JSON document", json([text`arn:${vpc.of("id")}:x`, { deep: [vpc.of("arn")] }]), '["arn:${aws_vpc.main.id}:x",{"deep":["${aws_vpc.main.arn}"]}]'],
    ["numbers, flags and nothing", { a: 1, b: false, c: null, d: undefined }, { a: 1, b: false, c: null }],
  ])("%s", (_name, value, written) => {
    expect(plain(value)).toEqual(written);
  });

  test("meta arguments, in Terraform's own words", () => {
    const gateway = resource("aws_internet_gateway", "main", { vpc_id: vpc.of("id") });
    const nat = resource("aws_nat_gateway", "main", { subnet_id: "subnet-1" }, { depends_on: [gateway], provider: "aws.shared", lifecycle: { prevent_destroy: true } });
    expect(blockBody(nat)).toEqual({
      provider: "aws.shared", subnet_id: "subnet-1", depends_on: ["aws_internet_gateway.main"], lifecycle: { prevent_destroy: true },
    });
  });

  test("a file holds resources, lookups and passwords that no state keeps, each by its address", () => {
    const password = ephemeral("aws_secretsmanager_random_password", "key", {});
    const version = resource("aws_secretsmanager_secret_version", "key", { secret_id: "x", secret_string_wo: password.of("random_password") });
    expect(content([version, password])).toMatchObject({
      resource: { aws_secretsmanager_secret_version: { key: { secret_string_wo: "${ephemeral.aws_secretsmanager_random_password.key.random_password}" } } },
      ephemeral: { aws_secretsmanager_random_password: { key: {} } },
    });
  });
});

describe("what is refused by name", () => {
  const subnet = resource("aws_subnet", "main", { vpc_id: vpc.of("id") });
  test.each([
    ["two blocks of one address", [vpc, resource("aws_vpc", "main", {})], "prod: two blocks are called aws_vpc.main"],
    ["a reference to what is not there", [subnet], "prod: aws_subnet.main refers to aws_vpc.main, which is not there"],
    ["a dependency on what is not there", [resource("aws_eip", "nat", {}, { depends_on: [vpc] })], "prod: aws_eip.nat refers to aws_vpc.main, which is not there"],
    ["a name that Terraform does not take", [resource("aws_vpc", "9main", {})], "prod: aws_vpc.9main is no name that Terraform takes"],
  ])("%s", (_name, blocks, message) => {
    expect(() => content(blocks)).toThrow(message);
  });
});

/** These lines are for the compiler, which fails where one of them stops being an error. */
export const refusedByTypes = () => [
  // @ts-expect-error a misspelt type
  resource("aws_vcp", "main", {}),
  // @ts-expect-error a misspelt argument
  resource("aws_vpc", "main", { cidr_blok: "10.0.0.0/16" }),
  // @ts-expect-error a missing argument
  resource("aws_route53_zone", "zone", {}),
  // @ts-expect-error a wrong type
  resource("aws_vpc", "main", { enable_dns_support: "yes" }),
  // @ts-expect-error a text where a list belongs
  resource("aws_db_subnet_group", "main", { subnet_ids: "subnet-1" }),
  // @ts-expect-error a misspelt argument in a nested block
  resource("aws_ecs_service", "api", { name: "api", deployment_circuit_breaker: { enable: true, rolback: true } }),
  // @ts-expect-error an attribute that there is not
  vpc.of("idd"),
  // @ts-expect-error an attribute of another type
  vpc.of("repository_url"),
  // @ts-expect-error what only the provider says
  resource("aws_vpc", "main", { arn: "arn:aws:ec2:x" }),
  // @ts-expect-error a lifecycle that there is not
  resource("aws_vpc", "main", {}, { lifecycle: { prevent_destruction: true } }),
];
