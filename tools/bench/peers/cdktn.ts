import { asBody, asList, blocksOf, type Body, type WrittenFile } from "../../../src/aws/read/configuration.ts";
import type { Block, ProviderSchema } from "../../../src/aws/schema/format.ts";

/** What is installed for it; the binding's provider is the one that ours is for. */
export const CDKTN_PACKAGES = ["cdktn@0.24.0", "@cdktn/provider-aws@25.7.0", "constructs@10.7.2"] as const;

/** A program for cdktn that writes every resource of these files, with all of their arguments, as its users write them: a module for each type, a constructor for each resource. */
export function cdktnProgram(files: readonly WrittenFile[], schema: ProviderSchema): string {
  const blocks = files.flatMap(({ content }) => blocksOf(asBody(JSON.parse(content)))).filter(({ mode }) => mode === "resource");
  const types = [...new Set(blocks.map(({ type }) => type))];
  const variable = (type: string): string => type.replaceAll("-", "_");
  return [
    'const { App, TerraformStack } = require("cdktn");',
    "const of = (module, type) => Object.values(module).find((each) => each.tfResourceType === type);",
    'const { AwsProvider } = require("@cdktn/provider-aws/lib/provider/index.js");',
    ...types.map((type) => `const ${variable(type)} = of(require("@cdktn/provider-aws/lib/${type.replace("aws_", "").replaceAll("_", "-")}/index.js"), ${JSON.stringify(type)});`),
    // Write-only arguments are of these.
    'const app = new App({ outdir: process.argv[2], context: { targetVersions: { terraform: ">=1.11.0", opentofu: ">=1.11.0" } } });',
    'const stack = new TerraformStack(app, "prod");',
    'new AwsProvider(stack, "aws", { region: "ap-northeast-2" });',
    ...blocks.map(({ type, name, body }) => `new ${variable(type)}(stack, ${JSON.stringify(`${type}.${name}`)}, ${JSON.stringify(converted(body, schema.resource_schemas[type]?.block ?? {}))});`),
    "app.synth();",
    "",
  ].join("\n");
}

const META = ["//", "depends_on", "provider", "lifecycle"];

/** Arguments as its bindings take them: names in camel case, and a list where the schema has more than one block. */
function converted(body: Body, { attributes = {}, block_types = {} }: Block): Body {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !META.includes(key)).map(([key, value]) => {
    const nested = block_types[key];
    if (nested === undefined) return [camel(key), isMap(attributes[key]?.type) ? value : deep(value)];
    const each = asList(value).map((inner) => converted(asBody(inner), nested.block));
    return [camel(key), nested.nesting_mode === "single" || nested.max_items === 1 ? each[0] : each];
  }));
}

const isMap = (kind: unknown): boolean => Array.isArray(kind) && kind[0] === "map";

/** Objects within an attribute. */
function deep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deep);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [camel(key), deep(inner)]));
}

const camel = (name: string): string => name.replaceAll(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
