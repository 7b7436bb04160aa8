import { expect, test } from "vitest";
import { awsCommand } from "./aws.ts";
import type { Invocation } from "./invocation.ts";
import { deployOnAws } from "./verb/deploy-aws.ts";

const invocation = (verb: string, words: readonly string[], values: Readonly<Record<string, string>> = {}): Invocation => ({
  verb, words, values, rest: [], flags: new Set(), lists: {}, print: () => {}, tell: () => {},
  terminal: { interactive: false, columns: 80, rows: 24, color: false },
});

test.each([
  [invocation("status", []), "./dailyge status --target aws --environment prod"],
  [invocation("deploy", ["api"], { platform: "../shop/platform.ts", image: "v1" }), "./dailyge deploy api --target aws --environment prod --platform ../shop/platform.ts --image v1"],
  [{ ...invocation("deploy", ["api"]), flags: new Set(["restart", "json"]) }, "./dailyge deploy api --target aws --environment prod --restart"],
  [{ ...invocation("exec", ["api"]), rest: ["sh"] }, "./dailyge exec api --target aws --environment prod -- sh"],
])("%#: a command is told again with what it is about", (given, again) => {
  expect(awsCommand(given, "prod")).toBe(again);
});

test("who mistypes a name is told so without credentials", async () => {
  const deploy = deployOnAws(invocation("deploy", ["ap"], { platform: "examples/dailyge/platform.ts" }));
  await expect(deploy).rejects.toMatchObject({ code: "unknown-name", message: "there is no service or site ap in dev: did you mean api?" });
});
