import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePlan } from "../../src/aws/run/plan.ts";
import { mayHaveCredentials } from "../../src/aws/run/account-credentials.ts";
import { findTerraform, requireTerraform } from "../../src/aws/run/terraform.ts";
import { exampleModel } from "./platforms.ts";

let out: string;
beforeEach(() => {
  out = join(mkdtempSync(join(tmpdir(), "plan test ")), "terraform");
});
afterEach(() => rmSync(join(out, ".."), { recursive: true }));

test("writes a directory for each state, and the second time nothing", async () => {
  const model = await exampleModel("dailyge");
  const first = await writePlan(model, out);
  expect(first).toMatchObject({ directories: ["shared", "dev", "prod"], unchanged: [], removed: [] });
  expect(first.written).toContain("prod/service-api.tf.json");
  const before = statSync(join(out, "prod/network.tf.json"), { bigint: true }).mtimeNs;
  expect(await writePlan(model, out)).toMatchObject({ written: [], unchanged: first.written, removed: [] });
  expect(statSync(join(out, "prod/network.tf.json"), { bigint: true }).mtimeNs).toBe(before);
});

test("takes away what the definition no longer has, and leaves what others put there", async () => {
  const model = await exampleModel("dailyge");
  await writePlan(model, out);
  writeFileSync(join(out, "prod/backend.tf.json"), "{}");
  writeFileSync(join(out, "prod/terraform.tfstate"), "{}");
  const smaller = { ...model, environments: model.environments.map((environment) => ({ ...environment, sites: [], services: [], topics: [], databases: environment.databases.filter(({ engine }) => engine === "mysql") })) };
  const { removed } = await writePlan(smaller, out);
  expect(removed).toEqual(expect.arrayContaining(["dev/site-main.tf.json", "prod/site-main.tf.json", "prod/service-api.tf.json"]));
  const left = readdirSync(join(out, "prod"));
  expect(left).toEqual(expect.arrayContaining(["backend.tf.json", "database-mysql.tf.json", "network.tf.json", "terraform.tf.json", "terraform.tfstate"]));
  expect(left.filter((name) => /^(service|site|topic|edge|database-redis|database-mongodb)/.test(name))).toEqual([]);
});

test("writes nothing at all where a file of somebody else's is in the way", async () => {
  mkdirSync(join(out, "prod"), { recursive: true });
  writeFileSync(join(out, "prod/network.tf.json"), '{"resource": {}}\n');
  await expect(writePlan(await exampleModel("dailyge"), out)).rejects.toMatchObject({
    code: "state-foreign", message: expect.stringContaining("prod/network.tf.json was written by somebody else"),
  });
  expect(readdirSync(out)).toEqual(["prod"]);
  expect(readFileSync(join(out, "prod/network.tf.json"), "utf8")).toBe('{"resource": {}}\n');
});

test("several commands at once write the same, and what a killed one left goes", async () => {
  const model = await exampleModel("notes");
  mkdirSync(join(out, "shared"), { recursive: true });
  writeFileSync(join(out, "shared/zone.tf.json.99999999-1.new"), "{");
  writeFileSync(join(out, `shared/zone.tf.json.${process.pid}-0.new`), "{");
  await Promise.all([1, 2, 3, 4].map(() => writePlan(model, out)));
  expect((await writePlan(model, out)).written).toEqual([]);
  // The second one's writer runs still.
  expect(readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".new"))).toEqual([`shared/zone.tf.json.${process.pid}-0.new`]);
});

test("says what is wrong with a place that is no directory", async () => {
  writeFileSync(out, "");
  await expect(writePlan(await exampleModel("dailyge"), out)).rejects.toMatchObject({ code: "state-foreign", hint: expect.stringContaining("--out") });
});

test("finds the first program on the search path that can apply it", () => {
  const place = (name: string, program: string, mode: number) => {
    mkdirSync(join(out, name), { recursive: true });
    writeFileSync(join(out, name, program), "");
    chmodSync(join(out, name, program), mode);
    return join(out, name);
  };
  const path = [join(out, "none"), place("text", "tofu", 0o644), place("bin", "terraform", 0o755)].join(":");
  expect(findTerraform(path)).toEqual({ name: "terraform", path: join(out, "bin/terraform") });
  expect(findTerraform("")).toBeUndefined();
});

test.each([
  ["new enough", '{"terraform_version":"1.11.0"}', null],
  ["newer", '{"terraform_version":"2.0.0-beta1"}', null],
  ["too old for write-only arguments", '{"terraform_version":"1.10.6"}', { code: "terraform-old", message: expect.stringContaining("tofu 1.10.6: at least 1.11 is needed"), hint: "install a newer one: https://opentofu.org/docs/intro/install" }],
  ["something else of that name", "hello", { code: "terraform-failed", details: ["hello"] }],
])("a program that is %s", async (_name, answer, refusal) => {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "tofu"), `#!/bin/sh\n[ "$*" = "version -json" ] && echo '${answer}'\n`);
  chmodSync(join(out, "tofu"), 0o755);
  const found = requireTerraform({ PATH: out });
  if (refusal === null) expect(await found).toEqual({ name: "tofu", path: join(out, "tofu") });
  else await expect(found).rejects.toMatchObject(refusal);
});

test("says where to get a program when there is none", async () => {
  await expect(requireTerraform({ PATH: out })).rejects.toMatchObject({ code: "terraform-missing", hint: "install one: https://opentofu.org/docs/intro/install" });
});

test("sees credentials in variables and files, and asks nobody for them", () => {
  mkdirSync(join(out, ".aws"), { recursive: true });
  const none = { HOME: out, AWS_PROFILE: "" };
  expect(mayHaveCredentials(none)).toBe(false);
  expect(mayHaveCredentials({ ...none, AWS_PROFILE: "team" })).toBe(true);
  expect(mayHaveCredentials({ ...none, AWS_CONFIG_FILE: "/dev/null" })).toBe(false);
  writeFileSync(join(out, ".aws/config"), "[default]\n");
  expect(mayHaveCredentials(none)).toBe(true);
});
