import { expect, test } from "vitest";
import { interfacesIn } from "../tools/reference/interfaces.ts";
import { readable, section } from "../tools/reference/markdown.ts";

const source = (fields: string) => `/** A thing. */\nexport interface ThingDefinition<Name extends string = string> {\n${fields}\n}\n`;

test("an interface is a table of its fields", () => {
  const [thing] = interfacesIn(source('  /** Its size. @default "1 GB" */\n  readonly size?: "1 GB" | Size;\n  /**\n   * What it is,\n   * in a word.\n   */\n  readonly kind: string;'), "thing.ts");
  expect(thing && section(thing)).toBe(`## ThingDefinition

A thing.

| Field | Type | When left out | Meaning |
| --- | --- | --- | --- |
| \`size\` | \`"1 GB" \\| Size\` | \`"1 GB"\` | Its size. |
| \`kind\` | \`string\` | **required** | What it is, in a word. |`);
});

test("an interface has its own comment, and not that of what stands above it", () => {
  const above = '/** A choice. */\nexport type Choice = "a" | "b";\n\n';
  expect(interfacesIn(above + source("  /** Its size. */\n  readonly size: string;"), "thing.ts").map(({ text }) => text)).toEqual(["A thing."]);
});

test.each([
  ["  readonly size: string;", "a field needs a comment above it and stands on one line"],
  ["  /** Its size. */\n  readonly size?: string;", "thing.ts: ThingDefinition.size: may be left out, so its comment needs @default"],
  ["  /** Its size. @default 1 */\n  readonly size: number;", "thing.ts: ThingDefinition.size: must be written, so it has no @default"],
  ["  /** @default 1 */\n  readonly size?: number;", "thing.ts: ThingDefinition.size: the comment says nothing"],
])("%s is refused", (fields, message) => {
  expect(() => interfacesIn(source(fields), "thing.ts")).toThrow(message);
});

test.each([
  ["readonly NoInfer<Database>[]", "database name[]"],
  ["Readonly<Record<string, ServiceDefinition<Database, Team>>>", "{ [name]: ServiceDefinition }"],
  ["{ readonly port: number }", "{ port: number }"],
])("the type %s reads %s", (type, reads) => {
  expect(readable(type)).toBe(reads);
});
