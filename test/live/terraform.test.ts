import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderTerraform, type TerraformDirectory } from "../../src/aws/render/index.ts";
import { resolvePlatform } from "../../src/cli/load.ts";
import type { SchemaDocument } from "../../src/aws/schema/format.ts";
import { startProvider, type StubProvider } from "./terraform/provider.ts";
import { findBinary, run } from "./terraform/run.ts";

/** The real binary over everything we render, with a provider that has AWS's schema and nothing else: what it accepts is well-formed, not yet right. */
const binary = findBinary();
if (binary === undefined) console.warn("Skipped: neither terraform nor tofu is on the PATH, so their validate and plan say nothing about what we render.");

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const platforms = readdirSync(examples).map((name) => join(examples, name, "platform.ts"));

/** Mistakes of a renderer, each written into what is otherwise right. */
const SEEDED: readonly { readonly name: string; readonly change: (resources: Resources) => void; readonly says: string }[] = [
  { name: "a reference to nothing", change: (r) => set(r, "aws_subnet", "public_a", { vpc_id: "${aws_vpc.other.id}" }), says: "Reference to undeclared resource" },
  { name: "an attribute that there is not", change: (r) => set(r, "aws_subnet", "public_a", { vpc_id: "${aws_vpc.main.idd}" }), says: "Unsupported attribute" },
  { name: "a misspelt argument", change: (r) => set(r, "aws_vpc", "main", { cidr_blok: "10.0.0.0/16" }), says: "Extraneous JSON object property" },
  { name: "a missing argument", change: (r) => set(r, "aws_db_instance", "database_mysql", { instance_class: undefined }), says: "Missing required argument" },
  { name: "a wrong type", change: (r) => set(r, "aws_vpc", "main", { enable_dns_support: "perhaps" }), says: "a bool is required" },
  { name: "a misspelt argument in a nested block", change: (r) => set(r, "aws_ecs_service", "service_api", { deployment_circuit_breaker: { enable: true, rolback: true } }), says: "Extraneous JSON object property" },
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

async function directoriesOf(platform: string): Promise<readonly TerraformDirectory[]> {
  const { resolved } = await resolvePlatform(platform);
  if (!resolved.ok) throw new Error(`${platform} has findings`);
  return renderTerraform(resolved.model);
}

describe.skipIf(binary === undefined)("the real terraform", () => {
  const scratch = mkdtempSync(join(tmpdir(), "terraform-test-"));
  let provider: StubProvider;
  let count = 0;

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

  async function judge(directory: TerraformDirectory, words: readonly string[]) {
    const place = join(scratch, String((count += 1)));
    mkdirSync(place);
    for (const { name, content } of directory.files) writeFileSync(join(place, name), content);
    const started = await run(binary ?? "", place, provider.reattach, ["init", "-input=false"]);
    return started.code === 0 ? run(binary ?? "", place, provider.reattach, words) : started;
  }

  test.each(platforms)("accepts and plans every directory of %s", async (platform) => {
    for (const directory of await directoriesOf(platform)) {
      expect(await judge(directory, ["validate"])).toMatchObject({ code: 0, output: expect.stringContaining("The configuration is valid") });
      const resources = directory.files.flatMap(({ content }) => Object.values((JSON.parse(content) as { resource?: Record<string, object> }).resource ?? {}));
      const expected = resources.reduce((sum, byName) => sum + Object.keys(byName).length, 0);
      const plan = await judge(directory, ["plan", "-refresh=false", "-input=false"]);
      expect(plan.output).toContain(`Plan: ${expected} to add, 0 to change, 0 to destroy.`);
    }
  });

  test.each(SEEDED)("refuses $name", async ({ change, says }) => {
    const [, directory] = await directoriesOf(join(examples, "dailyge", "platform.ts"));
    if (!directory) throw new Error("the example has an environment");
    const { code, output } = await judge(seeded(directory, change), ["validate"]);
    expect(code).toBe(1);
    expect(output.replaceAll(/\s+/g, " ")).toContain(says);
  });
});
