import { expect, test } from "vitest";
import { renderTerraform } from "../aws/render/index.ts";
import type { Model } from "../model/model.ts";
import { exampleModel } from "../../test/aws/platforms.ts";
import { brokenRules, brokenRulesText } from "./broken-rules.ts";

/** The reference platform, changed in its last environment. */
async function changed(change: (environment: Model["environments"][number]) => Model["environments"][number]) {
  const model = await exampleModel("dailyge");
  return renderTerraform({ ...model, environments: model.environments.slice(-1).map(change) }, (name) => name === "prod");
}

test("the reference platform breaks none", async () => {
  expect(brokenRulesText(brokenRules(await changed((same) => same)), 80)).toEqual([]);
});

test("a database without backups is named, with the control that says so", async () => {
  const without = await changed((environment) => ({ ...environment, databases: environment.databases.map((database) => ({ ...database, backupDays: 0 })) }));
  expect(brokenRulesText(brokenRules(without), 80)).toEqual([
    "advised against, by the rules of docs/aws.md:",
    "  prod aws_db_instance.database_mysql: backup_retention_period is 0 (RDS.11)",
  ]);
});

test("sites without a firewall are named", async () => {
  const without = await changed((environment) => ({ ...environment, protection: { ...environment.protection, managedRules: [] } }));
  expect(brokenRules(without).map(({ at, controls }) => [at, ...controls])).toEqual([
    ["aws_cloudfront_distribution.site_main", "CloudFront.6"], ["aws_cloudfront_distribution.site_tasks", "CloudFront.6"],
  ]);
});
