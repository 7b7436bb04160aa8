import { describe, expect, test } from "vitest";
import { addressesIn, asBody, asList, blocksOf, type Body } from "../../src/aws/read/configuration.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import { EXAMPLES, exampleModel } from "./platforms.ts";
import { addresses, bodies, directoryOf } from "./rendered.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTIONS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** Whoever writes to a log group that is not there makes one that keeps everything for ever. */
describe.each([...EXAMPLES, "shop"])("log groups of %s", (name) => {
  test("keep what is written for a time, and are there before their writers", async () => {
    for (const { files } of renderTerraform(name === "shop" ? shopModel() : await exampleModel(name))) {
      const blocks = files.flatMap(({ content }) => blocksOf(asBody(JSON.parse(content))));
      const of = (type: string) => blocks.filter((block) => block.type === type);
      const groups = of("aws_cloudwatch_log_group");
      for (const { body } of groups) expect(RETENTIONS).toContain(body["retention_in_days"]);
      const addresses = groups.map(({ address }) => address);
      for (const { address, body } of of("aws_ecs_task_definition")) expect([address, ...containerLogs(body)].filter((each) => !addresses.includes(each))).toEqual([address]);
      for (const { body } of of("aws_wafv2_web_acl_logging_configuration")) expect(addresses).toEqual(expect.arrayContaining([...asList(body["log_destination_configs"]).flatMap(addressesIn)]));
      for (const { body } of of("aws_db_instance")) expect(exportedTo(body, groups)).toEqual(asList(body["enabled_cloudwatch_logs_exports"]));
    }
  });
});

/** Groups that a task's containers log to, each by its address. */
function containerLogs(body: Body): readonly string[] {
  const containers = asList(JSON.parse(String(body["container_definitions"]))).map(asBody);
  const logs = containers.map(({ logConfiguration }) => asBody(asBody(logConfiguration)["options"])["awslogs-group"]);
  return logs.map((log) => addressesIn(log)[0] ?? `no group: ${String(log)}`);
}

/** The logs of a database whose groups, named as RDS names them, are made before it. */
function exportedTo({ identifier, depends_on, enabled_cloudwatch_logs_exports }: Body, groups: readonly { readonly address: string; readonly body: Body }[]): readonly unknown[] {
  const before = groups.filter(({ address }) => asList(depends_on).includes(address)).map(({ body }) => body["name"]);
  return asList(enabled_cloudwatch_logs_exports).filter((log) => before.includes(`/aws/rds/instance/${String(identifier)}/${String(log)}`));
}

test("all of them keep what is written as long as the definition says", () => {
  const directory = directoryOf({ ...shopModel(), environments: [{ ...shopEnvironment(), logs: { keepDays: 365 } }] }, "live");
  const groups = addresses(directory, "aws_cloudwatch_log_group");
  expect(groups.length).toBeGreaterThan(5);
  expect(groups.filter((address) => bodies(directory)(address)["retention_in_days"] !== 365)).toEqual([]);
});
