import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Tells on stderr every package that is loaded. */
const HOOK = `import { registerHooks } from "node:module";
registerHooks({ resolve(specifier, context, next) { if (/^@(aws-sdk|smithy)\\//.test(specifier)) process.stderr.write("loaded " + specifier + "\\n"); return next(specifier, context); } });`;

async function loaded(...words: readonly string[]): Promise<readonly string[]> {
  const home = mkdtempSync(join(tmpdir(), "dailyge-lazy-"));
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const options = { cwd: home, env: { PATH: process.env["PATH"], HOME: home, AWS_ACCESS_KEY_ID: "one", AWS_SECRET_ACCESS_KEY: "two", AWS_ENDPOINT_URL: "http://127.0.0.1:9" } };
  try {
    const { stderr } = await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", "--import", hook, main, ...words], options).catch((error: { readonly stderr: string }) => error);
    return stderr.split("\n").filter((line) => line.startsWith("loaded "));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const DEFINITION = ["--platform", fileURLToPath(new URL("../../examples/dailyge/platform.ts", import.meta.url))];

test.each([["--version"], ["--help"], ["model", ...DEFINITION], ["status", ...DEFINITION], ["logs", ...DEFINITION], ["deploy", "api", ...DEFINITION], ["plan", "--offline", ...DEFINITION]])("%s of this machine loads nothing of AWS", async (...words) => {
  expect(await loaded(...words)).toEqual([]);
});

test("the same on AWS does", async () => {
  expect(await loaded("status", "--target", "aws", ...DEFINITION)).not.toEqual([]);
});
