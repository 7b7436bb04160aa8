import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "dailyge package "));
const shop = join(directory, "shop");
const home = join(directory, "home");

/** As someone types it in a directory that has our package and nothing else of ours. */
async function dailyge(...words: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { DAILYGE_CACHE: _, ...environment } = process.env;
  return run(join(directory, "node_modules/.bin/dailyge"), words, {
    cwd: shop,
    env: { ...environment, HOME: home, XDG_STATE_HOME: "", XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] ?? join(process.env["HOME"] ?? "", ".cache") },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

beforeAll(async () => {
  for (const made of [shop, home]) mkdirSync(made);
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", directory], { cwd: repository });
  await run("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", directory, join(directory, stdout.trim())], { cwd: directory });
  rmSync(join(repository, "dist"), { recursive: true, force: true });
});

afterAll(async () => {
  await dailyge("down", "--erase", "--yes");
  await dailyge("down", "--erase", "--yes", "--platform", join(shop, "mine/platform.ts"));
  rmSync(directory, { recursive: true, force: true });
});

test("the package runs a platform in a directory that holds a platform.ts and a service", async () => {
  mkdirSync(join(shop, "api"));
  writeFileSync(
    join(shop, "platform.ts"),
    `import { definePlatform, parts } from "dailyge-infra";
export default definePlatform({
  name: "shop", domain: "example.com", region: "eu-west-1", environments: { dev: { branch: "main" } },
  platform: () => parts({ services: { api: { directory: "api", start: "node server.js", host: "api" } } }),
});\n`,
  );
  writeFileSync(
    join(shop, "api/server.js"),
    `require("node:http").createServer((_, response) => response.end("it works")).listen(process.env.PORT, process.env.HOST);\n`,
  );
  const up = await dailyge("up", "--detach", "--json");
  expect(up, up.stderr).toMatchObject({ code: 0 });
  const { urls } = JSON.parse(up.stdout) as { readonly urls: Readonly<Record<string, string>> };
  const { stdout } = await run("curl", ["--silent", urls["api"] ?? ""]);
  expect(stdout).toBe("it works");
  expect((await dailyge("down", "--erase", "--yes")).code).toBe(0);
});

test("init writes a platform that runs and that Terraform can be written for, and never over what is there", async () => {
  expect((await dailyge("init", "mine")).code).toBe(0);
  const mine = join(shop, "mine");
  expect(existsSync(join(mine, ".gitignore"))).toBe(true);
  const before = readFileSync(join(mine, "platform.ts"), "utf8");
  const again = await dailyge("init", "mine");
  expect(again).toMatchObject({ code: 2 });
  expect(again.stderr).toContain("it has .gitignore already");
  expect(readFileSync(join(mine, "platform.ts"), "utf8")).toBe(before);
  const platform = ["--platform", join(mine, "platform.ts")];
  const up = await dailyge("up", "--detach", "--json", ...platform);
  expect(up, up.stderr).toMatchObject({ code: 0 });
  const { urls } = JSON.parse(up.stdout) as { readonly urls: Readonly<Record<string, string>> };
  const { stdout } = await run("curl", ["--silent", `${urls["api"]}/hello`, "--header", `Origin: ${urls["web"]}`, "--include"]);
  expect(stdout.toLowerCase()).toContain(`access-control-allow-origin: ${urls["web"]}`);
  expect((await dailyge("down", "--erase", "--yes", ...platform)).code).toBe(0);
  const plan = await dailyge("plan", "--out", join(mine, "terraform"), ...platform);
  expect(plan, plan.stderr).toMatchObject({ code: 0 });
  expect(existsSync(join(mine, "terraform/prod/service-api.tf.json"))).toBe(true);
});
