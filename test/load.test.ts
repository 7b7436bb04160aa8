import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

/** What became of a file in a Node of its own: the test runner's own imports would compile it in another way. */
interface Outcome {
  readonly ok?: boolean;
  readonly message?: string;
  readonly details?: readonly string[];
  readonly hint?: string;
}

const DEFINED = `{ name: "shop", domain: "shop.example", region: "ap-northeast-2", environments: { prod: { branch: "main" } }, platform: () => parts({}) }`;
const IMPORT = 'import { definePlatform, parts } from "dailyge-infra";';

const FILES = {
  "good.ts": `${IMPORT}\nexport default definePlatform(${DEFINED});\n`,
  "split.ts": `${IMPORT}\nimport { name } from "./name.ts";\nexport default definePlatform({ ...${DEFINED}, name });\n`,
  "name.ts": 'export const name: string = "shop";\n',
  "syntax.ts": `${IMPORT}\nexport default definePlatform({\n  name: "shop" "two",\n});\n`,
  "nested-syntax.ts": 'import definition from "./syntax.ts";\nexport default definition;\n',
  "twice.ts": "const name: string = \"a\";\n\tconst name = \"b\";\nexport default { name };\n",
  "nested-twice.ts": 'import definition from "./twice.ts";\nexport default definition;\n',
  "unfinished.ts": 'export default {\n  name: "shop",\n',
  "enum.ts": "enum Colour { red }\nexport default { colour: Colour.red };\n",
  "throws.ts": 'const read = (): never => { throw new Error("no token\\nset"); };\nexport default { name: read() };\n',
  "throws-text.ts": 'throw "no";\n',
  "callback.ts": `${IMPORT}\nexport default definePlatform({ ...${DEFINED},\n  platform: ({ environment }) => { throw new TypeError(environment); } });\n`,
  "absent-file.ts": 'import { a } from "./absent";\nexport default a;\n',
  "absent-package.ts": 'import a from "absent-package";\nexport default a;\n',
  "absent-name.ts": 'import { definePlatfrm } from "dailyge-infra";\nexport default definePlatfrm({});\n',
  "type.ts": 'import { definePlatform, PlatformDefinition } from "dailyge-infra";\nexport default definePlatform({} as PlatformDefinition);\n',
  "named.ts": `${IMPORT}\nexport const platform = definePlatform(${DEFINED});\n`,
  "empty.ts": "",
  "function.ts": "export default () => 1;\n",
  "promise.ts": "export default Promise.resolve({});\n",
  "text.ts": 'export default "shop";\n',
} as const;

let directory = "";
let outcomes: Readonly<Record<string, Outcome>> = {};

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "load and spaces "));
  // A package.json that says CommonJS, or none: the file is a module all the same.
  mkdirSync(join(directory, "commonjs"));
  writeFileSync(join(directory, "commonjs/package.json"), '{ "type": "commonjs" }');
  writeFileSync(join(directory, "commonjs/good.ts"), FILES["good.ts"]);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(directory, name), text);
  const load = fileURLToPath(new URL("../src/cli/load.ts", import.meta.url));
  const program = `
    const { resolvePlatform } = await import(${JSON.stringify(load)});
    const outcome = (file) => resolvePlatform(file).then(({ resolved }) => ({ ok: resolved.ok }), ({ code, message, details, hint }) => ({ code, message, details, hint }));
    const outcomes = {};
    for (const file of ${JSON.stringify([...Object.keys(FILES), "commonjs/good.ts", "none.ts", "commonjs"])}) outcomes[file] = await outcome(file);
    console.log(JSON.stringify(outcomes));`;
  outcomes = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd: directory, encoding: "utf8" })) as typeof outcomes;
});

afterAll(() => rmSync(directory, { recursive: true }));

test.each(["good.ts", "split.ts", "commonjs/good.ts"])("%s is loaded", (file) => {
  expect(outcomes[file]).toEqual({ ok: true });
});

const CORRECT = "Correct it, then see what it defines: dailyge check";
const WRITE = "Write: export default definePlatform({...})";

test.each([
  ["syntax.ts", "syntax.ts:3:16 cannot be read: Expected ',', got 'string literal'", CORRECT],
  ["nested-syntax.ts", "syntax.ts:3:16 cannot be read: Expected ',', got 'string literal'", CORRECT],
  ["twice.ts", "twice.ts:2:8 cannot be read: Identifier 'name' has already been declared", CORRECT],
  ["nested-twice.ts", "twice.ts:2:8 cannot be read: Identifier 'name' has already been declared", CORRECT],
  ["enum.ts", "enum.ts:1:1 cannot be read: TypeScript enum is not supported in strip-only mode",
    'The file runs with its types taken away, so it can have no enum, namespace or parameter property; instead of an enum: const colour = { red: "red" } as const'],
  ["throws.ts", "throws.ts:1:35 threw an error while it was read: no token", CORRECT],
  ["throws-text.ts", 'throws-text.ts threw an error while it was read: "no", which is no Error', CORRECT],
  ["callback.ts", "callback.ts:3:42 threw an error while it was read: prod", CORRECT],
  ["absent-package.ts", "absent-package.ts:1 cannot be read: Cannot find package 'absent-package'", "Install it beside the file: npm install absent-package"],
  ["absent-name.ts", "absent-name.ts:1:10 cannot be read: The requested module 'dailyge-infra' does not provide an export named 'definePlatfrm'", "Correct the name in the import"],
  ["type.ts", "type.ts:1:26 cannot be read: The requested module 'dailyge-infra' does not provide an export named 'PlatformDefinition'",
    "If PlatformDefinition is a type, import it as one: import { type PlatformDefinition }"],
  ["named.ts", "named.ts defines no platform: it exports platform, but no default", WRITE],
  ["empty.ts", "empty.ts defines no platform: it has no default export", WRITE],
  ["function.ts", "function.ts defines no platform: its default export is a function", "Call it: export default definePlatform({...})"],
  ["promise.ts", "promise.ts defines no platform: its default export is a promise", "Take async out: export default definePlatform({...})"],
  ["text.ts", "text.ts defines no platform: its default export is a string", WRITE],
  ["none.ts", "none.ts cannot be read: there is no such file", "Name another with --platform FILE, or write a first one: dailyge init"],
  ["commonjs", "commonjs cannot be read: it is no file", "Name the file in it: --platform commonjs/platform.ts"],
])("%s is a failure that says where and why", (file, message, hint) => {
  expect(outcomes[file]).toMatchObject({ code: "definition-unreadable", message, hint });
});

test.each([
  ["syntax.ts", ["  2 | export default definePlatform({", '> 3 |   name: "shop" "two",', "    |                ^", "  4 | });"]],
  ["twice.ts", ['  1 | const name: string = "a";', '> 2 | \tconst name = "b";', "    | \t      ^", "  3 | export default { name };"]],
  ["absent-file.ts", ['> 1 | import { a } from "./absent";', "  2 | export default a;"]],
])("%s is shown with its line", (file, details) => {
  expect(outcomes[file]?.details).toEqual(details);
});

test("a file that ends too early is a failure at its end", () => {
  expect(outcomes["unfinished.ts"]?.message).toMatch(/^unfinished\.ts:2 cannot be read: /);
});

test("a relative import of nothing is a failure that speaks of endings", () => {
  expect(outcomes["absent-file.ts"]).toMatchObject({ hint: 'Correct the import; it names the file with its ending: "./parts.ts"' });
  expect(outcomes["absent-file.ts"]?.message).toContain("absent-file.ts:1 cannot be read: Cannot find module");
});
