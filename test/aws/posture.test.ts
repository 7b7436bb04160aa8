import { describe, expect, test } from "vitest";
import { judgePosture, RULES } from "../../src/aws/read/posture/index.ts";
import { acceptedFor } from "../../src/aws/render/accepted.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import { EXAMPLES, exampleModel } from "./platforms.ts";
import { shopModel } from "./shop.ts";

test.each([...EXAMPLES, "shop"])("%s keeps to every rule that nothing of it is excepted from", async (name) => {
  const model = name === "shop" ? shopModel() : await exampleModel(name);
  for (const { files } of renderTerraform(model)) {
    const findings = judgePosture(files).filter(({ rule, at }) => acceptedFor(rule, at) === undefined);
    expect(findings).toEqual([]);
  }
});

describe("the rules", () => {
  test("have names of their own", () => {
    const names = RULES.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
