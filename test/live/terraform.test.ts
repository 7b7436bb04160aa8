import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderTerraform, type TerraformDirectory } from "../../src/aws/render/index.ts";
import type { SchemaDocument } from "../../src/aws/schema/format.ts";
import { EXAMPLES, exampleModel } from "../aws/platforms.ts";
import { shopModel } from "../aws/shop.ts";
import { PASSWORD, startProvider, type StubProvider } from "./terraform/provider.ts";
import { findBinary, run } from "./terraform/run.ts";

/** The real binary over everything we render, with a provider that has AWS's schema and nothing else: what it accepts is well-formed, not yet right. */
const binary = findBinary();
if (binary === undefined) console.warn("Skipped: neither terraform nor tofu is on the PATH, so their validate and plan say nothing about what we render.");

/** Mistakes of a renderer, each written into what is otherwise right. */
const SEEDED: readonly { readonly name: string; readonly change: (resources: Resources) => void; readonly says: string }[] = [
  { name: "a reference to nothing", change: (r) => set(r, "aws_subnet", "public_a", { vpc_id: "${aws_vpc.other.id}" }), says: "Reference to undeclared resource" },
  { name: "an attribute that there is not", change: (r) => set(r, "aws_subnet", "public_a", { vpc_id: "${aws_vpc.main.idd}" }), says: "Unsupported attribute" },
  { name: "a misspelt argument", change: (r) => set(r, "aws_vpc", "main", { cidr_blok: "10.0.0.0/16" }), says: "Extraneous JSON object property" },
  { name: "a missing argument", change: (r) => set(r, "aws_db_instance", "database_mysql", { instance_class: undefined }), says: "Missing required argument" },
  { name: "a wrong type", change: (r) => set(r, "aws_vpc", "main", { enable_dns_support: "perhaps" }), says: "a bool is required" },
  { name: "a misspelt argument in a nested block", change: (r) => set(r, "aws_ecs_service", "service_api", { deployment_circuit_breaker: { enable: true, rolback: true } }), says: "Extraneous JSON object property" },
  { name: "a misspelt argument deep in a web ACL's rule", change: (r) => set(r, "aws_wafv2_web_acl", "edge", { rule: [{ name: "one", priority: 1, statement: { rateBasedStatement: { limit: 10 } }, visibility_config: { cloudwatch_metrics_enabled: true, metric_name: "one", sampled_requests_enabled: true } }] }), says: "Extraneous JSON object property" },
  { name: "an unescaped ${", change: (r) => set(r, "aws_ssm_parameter", "service_api_release", { description: "of ${HOME}" }), says: "Invalid reference" },
  { name: "a bad name", change: (r) => set(r, "aws_vpc", "9main", { cidr_block: "10.0.0.0/16" }), says: "Invalid resource name" },
  { name: "a dependency on nothing", change: (r) => set(r, "aws_vpc", "main", { depends_on: ["aws_vpc.other"] }), says: "Reference to undeclared resource" },
  { name: "a password on its way into the state", change: (r) => set(r, "aws_secretsmanager_secret_version", "service_api_secret_JWT_KEY", { secret_string: "${ephemeral.aws_secretsmanager_random_password.service_api_secret_JWT_KEY.random_password}" }), says: "Invalid use of ephemeral value" },
  { name: "a circle", change: (r) => set(r, "aws_vpc", "main", { cidr_block: "${aws_subnet.public_a.cidr_block}" }), says: "Cycle" },
];

type Resources = Record<string, Record<string, Record<string, unknown>>>;

function set(resources: Resources, type: string, name: string, body: Readonly<Record<string, unknown>>): void {
  const named = (resources[type] ??= {});
  named[name] = { ...named[name], ...body };
}

function write({ files }: TerraformDirectory, place: string): void {
  mkdirSync(place, { recursive: true });
  for (const { name, content } of files) writeFileSync(join(place, name), content);
  // State stays here, wherever the definition's accounts would keep it.
  writeFileSync(join(place, "backend_override.tf.json"), '{"terraform": {"backend": {"local": {}}}}');
}

/** The directory with the change in whichever file holds the resource. */
function seeded(directory: TerraformDirectory, change: (resources: Resources) => void): TerraformDirectory {
  const made: Resources = {};
  change(made);
  const [type = "", byName = {}] = Object.entries(made)[0] ?? [];
  const [name = ""] = Object.keys(byName);
  const files = directory.files.map(({ name: file, content }) => {
    const parsed = JSON.parse(content) as { resource?: Resources };
    const holds = parsed.resource?.[type]?.[name] !== undefined || (name.startsWith("9") && file === "network.tf.json");
    if (holds && parsed.resource) change(parsed.resource);
    return { name: file, content: JSON.stringify(parsed) };
  });
  return { ...directory, files };
}

async function directoriesOf(name: string): Promise<readonly TerraformDirectory[]> {
  return renderTerraform(name === "shop" ? shopModel() : await exampleModel(name));
}

describe.skipIf(binary === undefined)("the real terraform", () => {
  const scratch = mkdtempSync(join(tmpdir(), "terraform-test-"));
  let provider: StubProvider;
  let count = 0;
  /** One copy for all mistakes, each of which takes the place of the one before. */
  let wrong: Awaited<ReturnType<typeof prepare>> | undefined;

  beforeAll(async () => {
    const document = JSON.parse(readFileSync(new URL("../../src/aws/schema/provider-schema.json", import.meta.url), "utf8")) as SchemaDocument;
    const [schema] = Object.values(document.provider_schemas);
    if (!schema) throw new Error("the schema is empty");
    provider = await startProvider(schema, scratch);
  });
  afterAll(() => {
    provider.stop();
    rmSync(scratch, { recursive: true });
  });

  /** Runs the binary in a copy of the directory, as often as one likes. */
  async function prepare(directory: TerraformDirectory) {
    const place = join(scratch, String((count += 1)));
    write(directory, place);
    const started = await run(binary ?? "", place, provider.reattach, ["init", "-input=false"]);
    const terraform = (words: readonly string[]) => (started.code === 0 ? run(binary ?? "", place, provider.reattach, words) : Promise.resolve(started));
    return { place, terraform };
  }

  test.each([...EXAMPLES, "shop"])("accepts and plans every directory of %s", async (name) => {
    for (const directory of await directoriesOf(name)) {
      const { terraform } = await prepare(directory);
      expect(await terraform(["validate"])).toMatchObject({ code: 0, output: expect.stringContaining("The configuration is valid") });
      const resources = directory.files.flatMap(({ content }) => Object.values((JSON.parse(content) as { resource?: Record<string, object> }).resource ?? {}));
      const expected = resources.reduce((sum, byName) => sum + Object.keys(byName).length, 0);
      const plan = await terraform(["plan", "-refresh=false", "-input=false"]);
      expect(plan.output).toContain(`Plan: ${expected} to add, 0 to change, 0 to destroy.`);
    }
  });

  test("has no change left after an apply, and after a release only that release's", async () => {
    const [, , prod] = await directoriesOf("dailyge");
    if (!prod) throw new Error("the example has two environments");
    const release = "/dailyge/prod/services/api/release";
    const plan = ["plan", "-refresh=false", "-input=false"];
    provider.parameters.set(release, "unreleased");
    const { terraform } = await prepare(prod);
    expect((await terraform(["apply", "-refresh=false", "-input=false", "-auto-approve"])).output).toContain("Apply complete!");
    expect((await terraform(plan)).output).toContain("No changes.");
    const state = await terraform(["state", "pull"]);
    expect(state.output).toContain("made-up");
    expect(state.output).not.toContain(PASSWORD);
    expect(provider.secrets.filter((value) => value.startsWith("{")).map((value) => JSON.parse(value) as unknown)).toEqual(expect.arrayContaining([
      { username: "api", password: PASSWORD, host: "made-up", port: 3306, database: "mysql_data", url: `mysql://api:${PASSWORD}@made-up:3306/mysql_data` },
      {
        username: "api", password: PASSWORD, host: "redis.prod.internal.dailyge.com", port: 6379, prefix: "api:",
        url: `rediss://api:${PASSWORD}@redis.prod.internal.dailyge.com:6379`,
      },
      {
        username: "event-worker", password: PASSWORD, host: "mongodb.prod.internal.dailyge.com", port: 27017, database: "mongodb",
        url: `mongodb://event-worker:${PASSWORD}@mongodb.prod.internal.dailyge.com:27017/mongodb?tls=true&replicaSet=main`,
      },
    ]));
    provider.parameters.set(release, "registry.example/dailyge/api@sha256:1");
    const released = await terraform(plan);
    expect([...released.output.matchAll(/# (\S+) will be/g)].map(([, address]) => address)).toEqual([
      "aws_appautoscaling_target.service_api", "aws_ecs_task_definition.service_api", "aws_ecs_task_definition.service_api_migrate",
    ]);
  });

  test.each(SEEDED)("refuses $name", async ({ change, says }) => {
    const [, directory] = await directoriesOf("dailyge");
    if (!directory) throw new Error("the example has an environment");
    wrong ??= await prepare(directory);
    write(seeded(directory, change), wrong.place);
    const { code, output } = await wrong.terraform(["validate"]);
    expect(code).toBe(1);
    expect(output.replaceAll(/\s+/g, " ")).toContain(says);
  });
});

test("plan writes it all, and says what is not on AWS as it is written", async () => {
  const out = mkdtempSync(join(tmpdir(), "plan-test-"));
  try {
    const words = ["plan", "--platform", fileURLToPath(new URL("../../examples/dailyge/platform.ts", import.meta.url)), "--out", out];
    const { status, stdout, stderr } = spawnSync(fileURLToPath(new URL("../../dailyge", import.meta.url)), words, { encoding: "utf8" });
    expect({ status, stderr, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining(`${out}: `) });
    expect(stdout).toMatch(/not on AWS as it is written:\n(  .+\n)*  rate limit everyone: .+\n(  .+\n)*not pinned: the image of hosts arm64 .+\n(  .+\n)*next, in this order:\n/);
    const names = (await exampleModel("dailyge")).environments.map(({ name }) => name);
    expect(readdirSync(out).sort()).toEqual([...names, "shared"].sort());
  } finally {
    rmSync(out, { recursive: true });
  }
});
