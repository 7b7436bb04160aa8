import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { SchemaDocument } from "../../src/aws/schema/format.ts";
import { asBody, blocksOf } from "../../src/aws/read/configuration.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import { typesOf } from "../../tools/aws-schema/types.ts";
import { USED } from "../../tools/aws-schema/used.ts";
import { exampleModel } from "./platforms.ts";
import { shopModel } from "./shop.ts";

const read = (name: string) => readFileSync(new URL(`../../src/aws/schema/${name}`, import.meta.url), "utf8");

test("the types are those of the schema", () => {
  expect(read("types.ts")).toBe(typesOf(JSON.parse(read("provider-schema.json")) as SchemaDocument));
});

test("the schema has what we write", async () => {
  const directories = [...renderTerraform(await exampleModel("dailyge")), ...renderTerraform(shopModel())];
  const blocks = directories.flatMap(({ files }) => files.flatMap(({ content }) => blocksOf(asBody(JSON.parse(content)))));
  const written = (mode: string) => [...new Set(blocks.filter((block) => block.mode === mode).map(({ type }) => type))].sort();
  for (const mode of ["resource", "data", "ephemeral"] as const) expect([...USED[mode]]).toEqual(expect.arrayContaining(written(mode)));
});
