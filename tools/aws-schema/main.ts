// Derives the schema of the AWS types that we use from published bindings, and TypeScript types from the schema.
//   node tools/aws-schema/main.ts [DIRECTORY OF THE UNPACKED BINDINGS]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SchemaDocument, Schemas } from "../../src/aws/schema/format.ts";
import { readBinding, readProviderBinding, type Keep } from "./binding.ts";
import { keepStatement, STATEMENTS, withStatements } from "./statement.ts";
import { typesOf } from "./types.ts";
import { BINDINGS, USED } from "./used.ts";

const target = new URL("../../src/aws/schema/", import.meta.url);
const given = process.argv[2];
const scratch = given === undefined ? mkdtempSync(join(tmpdir(), "aws-schema-")) : null;
try {
  const document = derive(given ?? fetchBindings(scratch ?? ""));
  writeFileSync(new URL("provider-schema.json", target), `${lines(document)}\n`);
  writeFileSync(new URL("types.ts", target), typesOf(document));
} finally {
  if (scratch !== null) rmSync(scratch, { recursive: true });
}

function fetchBindings(directory: string): string {
  const quietly = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"];
  execFileSync("npm", ["install", "--prefix", directory, ...quietly, BINDINGS], { stdio: "inherit" });
  return join(directory, "node_modules", "@cdktn", "provider-aws");
}

function derive(directory: string): SchemaDocument {
  const source = (folder: string) => readSource(join(directory, "lib", folder));
  const one = (type: string, prefix: string, keep?: Keep) => readBinding(source(prefix + type.replace(/^aws_/, "").replaceAll("_", "-")), keep);
  const schema = (type: string, prefix: string) =>
    prefix + type === "aws_wafv2_web_acl" ? withStatements(one(type, ""), one(STATEMENTS, "", keepStatement)) : one(type, prefix);
  const all = (types: readonly string[], prefix: string): Schemas => Object.fromEntries([...types].sort().map((type) => [type, schema(type, prefix)]));
  return {
    format_version: "1.0",
    provider_schemas: {
      "registry.terraform.io/hashicorp/aws": {
        provider: readProviderBinding(source("provider")),
        resource_schemas: all(USED.resource, ""),
        data_source_schemas: all(USED.data, "data-aws-"),
        ephemeral_resource_schemas: all(USED.ephemeral, "ephemeral-aws-"),
      },
    },
  };
}

/** A binding's JavaScript; a large one is in several files, which name each other's classes by their module. */
function readSource(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js")).sort();
  const texts = files.map((name) => readFileSync(join(folder, name), "utf8").replace(/^\/\/# sourceMappingURL.*$/m, ""));
  return texts.join("\n").replaceAll(/\b(?:index|structs\d+)_\d+\.(?=\w)/g, "");
}

/** JSON with one type a line: compact, and a change shows where it is. */
function lines(document: SchemaDocument): string {
  const mark = "\u0001";
  const oneLine = (key: string) => key === "provider" || key.startsWith("aws_");
  const text = JSON.stringify(document, (key, value: unknown) => (oneLine(key) ? mark + JSON.stringify(value) : value), 1);
  return text.replace(/"\\u0001((?:[^"\\]|\\.)*)"/g, (_whole, inner: string) => String(JSON.parse(`"${inner}"`)));
}
