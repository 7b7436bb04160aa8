import { readFileSync } from "node:fs";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadDefinition } from "../src/cli/load.ts";
import { findingsText } from "../src/cli/findings.ts";
import { resolve, type Resolved } from "../src/model/resolve/index.ts";

const readme = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const block = (text: string, begin: string): string => new RegExp(`\`\`\`${begin}([^]*?)\`\`\``).exec(text)?.[1] ?? "";

async function resolved(definition: string): Promise<Resolved> {
  const directory = mkdtempSync(join(tmpdir(), "dailyge-readme-"));
  try {
    writeFileSync(join(directory, "platform.ts"), definition);
    return resolve(await loadDefinition(join(directory, "platform.ts")));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test("the platform in the README is one", async () => {
  expect(await resolved(block(readme("README.md"), "ts\n"))).toMatchObject({ ok: true, warnings: [] });
});

test("the mistake in the README is told as it says", async () => {
  const found = await resolved(block(readme("README.md"), "ts\n").replace('uses: ["mysql"]', 'uses: ["mysq"]'));
  expect(found.ok ? "" : findingsText(found.findings, "platform.ts")).toContain(block(readme("README.md"), "\n(?=services)").trim());
});

test("both languages show the same", () => {
  const shown = (text: string): readonly string[] => text.split("```").filter((piece, index) => index % 2 === 1 && !piece.startsWith("sh\n"));
  expect(shown(readme("README.ko.md"))).toEqual(shown(readme("README.md")));
});
