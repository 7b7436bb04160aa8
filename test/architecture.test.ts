import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Each planted file, and what the linter is to say of it. The rest of the tree is as it is, and nothing is to be said of it. */
const PLANTED = {
  "src/aws/render/planted-other-target.ts": ['import "../../local/render/process.ts";', "aws/render may not import local/render"],
  "src/local/render/planted-type.ts": ['import type { Block } from "../../aws/terraform.ts";\nexport type Planted = Block;', "local/render may not import aws/*.ts"],
  "src/aws/render/planted-sibling.ts": ['import "../run/planted.ts";', "aws/render may not import aws/run"],
  "src/aws/read/planted-judged.ts": ['import "../render/names.ts";', "aws/read may not import aws/render"],
  "src/kit/planted-upward.ts": ['export { resolve } from "../model/resolve/index.ts";', "kit may not import model"],
  "src/model/resolve/planted-deep.ts": ['export * from "../../cli/findings.ts";', "model may not import cli"],
  "src/definition/planted-dynamic.ts": ['export const planted = () => import("../kit/size.ts");', "definition may not import kit"],
  "src/model/planted-in-type.ts": ['export type Planted = import("../notify/message.ts").Message;', "model may not import notify"],
  "src/local/run/planted-console.ts": ['import "../../cli/load.ts";', "local/run may not import cli"],
  "src/aws/render/planted-inside.ts": ['import "../../inside/crash-dump/agent.ts";', "aws/render may not import inside"],
  "src/planted/new-layer.ts": ['import "../kit/size.ts";', "planted/new-layer.ts may not import kit"],
  "src/kit/planted-outside.ts": ['import "../../tools/check.ts";', "kit may not import what is outside src"],
  "src/kit/planted-node.ts": ['import "node:fs";', 'kit is pure: it may not import "node:fs"'],
  "src/model/resolve/planted-package.ts": ['import "vitest";', 'model is pure: it may not import "vitest"'],
  "src/aws/render/planted-unknown.ts": ["export const planted = (name: string): Promise<unknown> => import(name);", "it may not import what is only known when it runs"],
  "src/model/planted-clock.ts": ["export const planted = Date.now();", "Unexpected use of 'Date'"],
  "src/model/resolve/planted-process.ts": ["export const planted = process.cwd();", "Unexpected use of 'process'"],
  "src/local/render/planted-timer.ts": ["export const planted = () => setTimeout(() => undefined, 1);", "Unexpected use of 'setTimeout'"],
  "src/kit/planted-fetch.ts": ['export const planted = () => fetch("http://127.0.0.1");', "Unexpected use of 'fetch'"],
  "src/kit/planted-cycle.ts": ['export { round } from "./planted-round.ts";\nexport const cycle = 1;', "Dependency cycle"],
  "src/kit/planted-round.ts": ['export { cycle } from "./planted-cycle.ts";\nexport const round = 1;', "Dependency cycle"],
  "src/kit/planted-chance.ts": ["export const planted = Math.random();", "A pure layer leaves nothing to chance"],
} as const;

/** These may be imported, and so are not to be reported. */
const ALLOWED = {
  "src/aws/render/allowed-contract.ts": 'import "../../inside/crash-dump/contract.ts";',
  "src/local/run/allowed-node.ts": 'import "node:fs";\nimport "../render/process.ts";\nexport const now = Date.now();',
  "src/cli/allowed-all.ts": 'import "../local/run/allowed-node.ts";\nimport "../aws/render/allowed-contract.ts";',
} as const;

const ARCHITECTURE = /^(architecture\(|eslint\(no-restricted-|import\(no-cycle)/;

interface Diagnostic {
  readonly filename: string;
  readonly code: string;
  readonly message: string;
  readonly help?: string;
}

let directory = "";
let reported: readonly Diagnostic[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "architecture-"));
  const root = fileURLToPath(new URL("..", import.meta.url));
  for (const name of ["src", "tools/lint", "oxlint.config.ts", "tsconfig.json", "package.json"]) cpSync(join(root, name), join(directory, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  for (const [name, text] of [...Object.entries(PLANTED).map(([name, [text]]) => [name, text] as const), ...Object.entries(ALLOWED)]) {
    mkdirSync(join(directory, dirname(name)), { recursive: true });
    writeFileSync(join(directory, name), `${text}\n`);
  }
  const { stdout } = spawnSync(join(root, "node_modules/.bin/oxlint"), ["--format", "json", "src"], { cwd: directory, encoding: "utf8", maxBuffer: 1e8 });
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] };
  reported = diagnostics.filter(({ code }) => ARCHITECTURE.test(code));
}, 60_000);

afterAll(() => rmSync(directory, { recursive: true }));

test.each(Object.entries(PLANTED))("%s is caught", (name, [, message]) => {
  const said = reported.filter(({ filename }) => filename === name).map((each) => `${each.message} ${each.help ?? ""}`);
  expect(said).toEqual([expect.stringContaining(message)]);
});

test("nothing else is", () => {
  expect(reported.map(({ filename }) => filename).filter((name) => !Object.hasOwn(PLANTED, name))).toEqual([]);
});
