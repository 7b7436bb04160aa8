import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACCEPTED, acceptedFor } from "../../src/aws/render/accepted.ts";
import { renderBootstrap } from "../../src/aws/render/bootstrap.ts";
import { renderTerraform, type TerraformDirectory } from "../../src/aws/render/index.ts";
import type { SchemaDocument } from "../../src/aws/schema/format.ts";
import { EXAMPLES, exampleModel } from "../aws/platforms.ts";
import { shopModel } from "../aws/shop.ts";
import { checkPlan, checkWritten, findCheckov, type CheckovFinding, type Judged } from "./checkov-run.ts";
import { startProvider, type StubProvider } from "./terraform/provider.ts";
import { findBinary, run } from "./terraform/run.ts";

/** A scanner that others wrote, over what we write and over the real plan of it: what it would have otherwise has a reason in src/aws/render/accepted.ts. */
const python = await findCheckov();
const binary = findBinary();

const platforms = [...EXAMPLES, "shop"];
const directoriesOf = async (name: string): Promise<readonly TerraformDirectory[]> => {
  const model = name === "shop" ? shopModel() : await exampleModel(name);
  const accounts = [...new Set(model.environments.flatMap(({ account }) => account ?? []))];
  return [...renderTerraform(model), ...accounts.map((account) => renderBootstrap(model, account))];
};
const unexplained = (findings: readonly CheckovFinding[], directory = ""): readonly string[] =>
  findings.filter(({ check, at }) => acceptedFor(check, at, directory) === undefined).map(({ check, name, at }) => `${check} ${at}: ${name}`);

describe.skipIf(python === null)("Checkov", { timeout: 600_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "checkov-test-"));
  const found: (CheckovFinding & { readonly directory: string })[] = [];
  afterAll(() => rmSync(scratch, { recursive: true }));

  const judge = async (platform: string, { name, files }: TerraformDirectory): Promise<Judged> => {
    const judged = await checkWritten(python ?? "", join(scratch, `${platform}-${name}`), files);
    found.push(...judged.findings.map((each) => ({ ...each, directory: name })));
    return judged;
  };

  test.each(platforms)("accepts what is written of %s, but for what has a reason", async (name) => {
    for (const directory of await directoriesOf(name)) {
      const { passed, findings } = await judge(name, directory);
      // It says nothing of what it has not read.
      expect(passed, directory.name).toBeGreaterThan(directory.files.length);
      expect(unexplained(findings, directory.name), directory.name).toEqual([]);
    }
  });

  test("finds what is wrong", async () => {
    const [, directory] = await directoriesOf("dailyge");
    const files = (directory?.files ?? []).map(({ name, content }) => ({ name, content: content.replaceAll('"storage_encrypted": true', '"storage_encrypted": false') }));
    const { findings } = await checkWritten(python ?? "", join(scratch, "wrong"), files);
    expect(unexplained(findings)).toContainEqual(expect.stringContaining("aws_db_instance.database_mysql"));
  });

  describe.skipIf(binary === undefined)("with the real terraform", () => {
    let provider: StubProvider;
    beforeAll(async () => {
      const document = JSON.parse(readFileSync(new URL("../../src/aws/schema/provider-schema.json", import.meta.url), "utf8")) as SchemaDocument;
      const [schema] = Object.values(document.provider_schemas);
      if (!schema) throw new Error("the schema is empty");
      const place = join(scratch, "provider");
      mkdirSync(place);
      provider = await startProvider(schema, place);
    });
    afterAll(() => provider.stop());

    test("accepts the plan of the reference platform, but for what has a reason", async () => {
      const [, , prod] = await directoriesOf("dailyge");
      const place = join(scratch, "plan");
      mkdirSync(place);
      for (const { name, content } of prod?.files ?? []) writeFileSync(join(place, name), withoutBackend(content));
      const terraform = (words: readonly string[]) => run(binary ?? "", place, provider.reattach, words);
      expect(await terraform(["init", "-input=false"])).toMatchObject({ code: 0 });
      expect(await terraform(["plan", "-refresh=false", "-input=false", "-out=plan"])).toMatchObject({ code: 0 });
      const shown = await terraform(["show", "-json", "plan"]);
      const { passed, findings } = await checkPlan(python ?? "", place, shown.output);
      found.push(...findings.map((each) => ({ ...each, directory: "prod" })));
      expect(passed).toBeGreaterThan(100);
      expect(unexplained(findings)).toEqual([]);
    });
  });

  test("has no reason for what it no longer finds", () => {
    const idle = ACCEPTED.filter(({ check }) => check.startsWith("CKV")).filter((each) => !found.some(({ check, at, directory }) => acceptedFor(check, at, directory) === each));
    expect(idle.map(({ check, on }) => `${check} ${on}`)).toEqual([]);
  });
});

/** State is beside the files here. */
function withoutBackend(content: string): string {
  const document = JSON.parse(content) as { terraform?: Record<string, unknown> };
  delete document.terraform?.["backend"];
  return JSON.stringify(document);
}
