import { describe, expect, test } from "vitest";
import { judgePosture, RULES } from "../../src/aws/read/posture/index.ts";
import { ACCEPTED, acceptedFor } from "../../src/aws/render/accepted.ts";
import { renderBootstrap } from "../../src/aws/render/bootstrap.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import type { Model } from "../../src/model/model.ts";
import { policyProblems } from "./iam.ts";
import { EXAMPLES, exampleModel } from "./platforms.ts";
import { shopModel } from "./shop.ts";

/** What each account gets first. */
const bootstraps = (model: Model) => [...new Set(model.environments.flatMap(({ account }) => account ?? []))].map((account) => renderBootstrap(model, account));

test.each([...EXAMPLES, "shop"])("%s keeps to every rule that nothing of it is excepted from", async (name) => {
  const model = name === "shop" ? shopModel() : await exampleModel(name);
  for (const { name: directory, files } of [...renderTerraform(model), ...bootstraps(model)]) {
    const findings = judgePosture(files).filter(({ rule, at }) => acceptedFor(rule, at, directory) === undefined);
    expect(findings).toEqual([]);
  }
});

test("nothing is excepted that breaks no rule", async () => {
  const models = [...(await Promise.all(EXAMPLES.map(exampleModel))), shopModel()];
  const directories = models.flatMap((model) => [...renderTerraform(model), ...bootstraps(model)]);
  const found = await Promise.all(directories.map(async ({ name, files }) => [...judgePosture(files), ...(await policyProblems(files))].map((each) => ({ ...each, name }))));
  const own = ACCEPTED.filter(({ check }) => !check.startsWith("CKV"));
  expect(own.filter((each) => !found.flat().some(({ rule, at, name }) => acceptedFor(rule, at, name) === each)).map(({ check, on }) => `${check} ${on}`)).toEqual([]);
});

describe("the rules", () => {
  test("have names of their own", () => {
    const names = RULES.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
