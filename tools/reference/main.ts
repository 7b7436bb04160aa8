import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { interfacesIn, typesIn } from "./interfaces.ts";
import { section } from "./markdown.ts";

// Writes docs/reference/definition.md out of the definition's doc comments; with --check it only says whether that would change it.
const NOUNS = ["platform", "environment", "parts", "team", "site", "service", "database", "topic", "protection"];

const root = new URL("../../", import.meta.url);
const source = (noun: string): string => readFileSync(new URL(`src/definition/${noun}.ts`, root), "utf8");

const INTRODUCTION = `# The definition

<!-- Generated from the comments in src/definition by tools/reference. Do not edit. -->

What a \`platform.ts\` says, field by field. It exports \`definePlatform({...})\` as its default, and its \`platform\` returns
\`parts({...})\`; both are imported from \`dailyge-infra\`.`;

const units = ["## Units", "", "| Type | Written | Meaning |", "| --- | --- | --- |",
  ...typesIn(source("units")).map(({ name, type, text }) => `| \`${name}\` | \`${type.replaceAll("`", "").replaceAll("|", "\\|")}\` | ${text} |`)].join("\n");

const page = `${[INTRODUCTION, ...NOUNS.flatMap((noun) => interfacesIn(source(noun), `src/definition/${noun}.ts`)).map(section), units].join("\n\n")}\n`;
const file = new URL("docs/reference/definition.md", root);

if (!process.argv.includes("--check")) {
  writeFileSync(file, page);
} else if (!existsSync(file) || readFileSync(file, "utf8") !== page) {
  console.error(`${fileURLToPath(file)} is stale: run node tools/reference/main.ts`);
  process.exitCode = 1;
}
