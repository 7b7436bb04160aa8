import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resolvePlatform } from "../../src/cli/load.ts";
import { awsPage } from "./aws.ts";
import { interfacesIn, typesIn } from "./interfaces.ts";
import { section } from "./markdown.ts";

// Writes docs/reference/definition.md out of the definition's doc comments, and docs/aws.md out of what is rendered; with --check it only says whether that would change them.
const NOUNS = ["platform", "environment", "parts", "team", "site", "service", "hosts", "database", "topic", "protection", "network", "logs", "uptime", "budget", "delivery"];

const root = new URL("../../", import.meta.url);
const source = (noun: string): string => readFileSync(new URL(`src/definition/${noun}.ts`, root), "utf8");

const INTRODUCTION = `# The definition

<!-- Generated from the comments in src/definition by tools/reference. Do not edit. -->

What a \`platform.ts\` says, field by field. It exports \`definePlatform({...})\` as its default, and its \`platform\` returns
\`parts({...})\`; both are imported from \`dailyge-infra\`.`;

const units = ["## Units", "", "| Type | Written | Meaning |", "| --- | --- | --- |",
  ...typesIn(source("units")).map(({ name, type, text }) => `| \`${name}\` | \`${type.replaceAll("`", "").replaceAll("|", "\\|")}\` | ${text} |`)].join("\n");

const GIVEN: readonly (readonly [string, string])[] = [
  ["`HOST`, `PORT`", "where it is to listen; `HOST` also of a service that has metrics alone"],
  ["`METRICS_PORT`", "where it is to show metrics; of a service with `metrics`"],
  ["`RELEASE`, `PLATFORM_ENVIRONMENT`", "which release runs, and in which environment"],
  ["`NODE_OPTIONS`, `JDK_JAVA_OPTIONS`", "the end of its heap; of a service with `runtime`"],
  ["`NAME_HOST`, `_PORT`, `_DATABASE`, `_USER`, `_PASSWORD`, `_URL`", "of a MySQL or MongoDB database in `uses`"],
  ["`NAME_HOST`, `_PORT`, `_USER`, `_PASSWORD`, `_URL`, `_PREFIX`", "of a Redis in `uses`; the prefix is what all its keys and channels begin with"],
  ["`NAME_TOPIC_ARN`", "of a topic in `uses`: where to publish"],
  ["`NAME_QUEUE_URL`", "of a topic in `consumes`: the service's own queue"],
  ["`AWS_REGION`", "of a service with topics; on one machine also `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL_SNS` and `AWS_ENDPOINT_URL_SQS`, which the SDK of AWS reads by itself"],
  ["`NAME_URL`", "of a service in `uses`: its address inside the platform"],
  ["`ALLOWED_ORIGINS`", "origins, with commas between, of the sites whose `environment` names the service's address"],
];

const given = ["## What a service is given", "", "Variables of its environment besides those of `environment` and `secrets`; NAME is a part's name in capitals, `_` for `-`.", "",
  "| Variable | What it says |", "| --- | --- |", ...GIVEN.map(([name, says]) => `| ${name} | ${says} |`)].join("\n");

const page = `${[INTRODUCTION, ...NOUNS.flatMap((noun) => interfacesIn(source(noun), `src/definition/${noun}.ts`)).map(section), given, units].join("\n\n")}\n`;

const { resolved } = await resolvePlatform(fileURLToPath(new URL("examples/dailyge/platform.ts", root)));
if (!resolved.ok) throw new Error("the reference platform has findings");

const PAGES: readonly (readonly [path: string, page: string])[] = [["docs/reference/definition.md", page], ["docs/aws.md", awsPage(resolved.model)]];

for (const [path, text] of PAGES) {
  const file = new URL(path, root);
  if (!process.argv.includes("--check")) {
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error(`${fileURLToPath(file)} is stale: run node tools/reference/main.ts`);
    process.exitCode = 1;
  }
}
