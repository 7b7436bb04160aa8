import { describe, expect, test } from "vitest";
import { judgePosture, RULES } from "../../src/aws/read/posture/index.ts";
import { ACCEPTED, acceptedFor } from "../../src/aws/render/accepted.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import { policyProblems } from "./iam.ts";
import { EXAMPLES, exampleModel } from "./platforms.ts";
import { shopModel } from "./shop.ts";

test.each([...EXAMPLES, "shop"])("%s keeps to every rule that nothing of it is excepted from", async (name) => {
  const model = name === "shop" ? shopModel() : await exampleModel(name);
  for (const { files } of renderTerraform(model)) {
    const findings = judgePosture(files).filter(({ rule, at }) => acceptedFor(rule, at) === undefined);
    expect(findings).toEqual([]);
  }
});

test("nothing is excepted that breaks no rule", async () => {
  const models = [...(await Promise.all(EXAMPLES.map(exampleModel))), shopModel()];
  const found = await Promise.all(models.flatMap((model) => renderTerraform(model)).map(async ({ files }) => [...judgePosture(files), ...(await policyProblems(files))]));
  const own = ACCEPTED.filter(({ check }) => !check.startsWith("CKV"));
  expect(own.filter((each) => !found.flat().some(({ rule, at }) => acceptedFor(rule, at) === each)).map(({ check, on }) => `${check} ${on}`)).toEqual([]);
});

describe("the rules", () => {
  test("have names of their own", () => {
    const names = RULES.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
