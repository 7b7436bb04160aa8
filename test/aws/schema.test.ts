import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { SchemaDocument } from "../../src/aws/schema/format.ts";
import { typesOf } from "../../tools/aws-schema/types.ts";
import { USED } from "../../tools/aws-schema/used.ts";

const read = (name: string) => readFileSync(new URL(`../../src/aws/schema/${name}`, import.meta.url), "utf8");

test("the types are those of the schema", () => {
  expect(read("types.ts")).toBe(typesOf(JSON.parse(read("provider-schema.json")) as SchemaDocument));
});

test("the schema has what we write, and nothing else", () => {
  const render = new URL("../../src/aws/render/", import.meta.url);
  const sources = readdirSync(render).map((name) => readFileSync(new URL(name, render), "utf8")).join("\n");
  const sorted = (types: Iterable<string>) => [...types].toSorted((one, other) => one.localeCompare(other));
  const written = (mode: string) => sorted(new Set([...sources.matchAll(new RegExp(`\\b${mode}(?:<[^>]*>)?\\(\\s*"(aws_\\w+)"`, "g"))].map(([, type = ""]) => type)));
  expect({ resource: written("resource"), data: written("data"), ephemeral: written("ephemeral") }).toEqual({
    resource: sorted(USED.resource), data: sorted(USED.data), ephemeral: sorted(USED.ephemeral),
  });
});
