import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StatusReport } from "../../src/local/run/status.ts";
import { CACHE } from "./fixture.ts";

const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const repository = fileURLToPath(new URL("../..", import.meta.url));
const directory = realpathSync(mkdtempSync(join(tmpdir(), "dailyge-browser-")));
// No proxy, no sandbox of its own below root, and nothing that looks for its maker's hosts.
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

if (executable === undefined) console.log("skipped: no Chromium is on this machine; sudo apt-get install chromium");

let browser: Browser;
let site: string;
let front: string;
let admin: string;

const dailyge = (...words: readonly string[]) =>
  promisify(execFile)(join(repository, "dailyge"), [...words, "--state", join(directory, "state")], { cwd: repository, env: { ...process.env, DAILYGE_CACHE: CACHE } });

beforeAll(async () => {
  if (executable === undefined) return;
  const { stdout } = await dailyge("up", "--detach", "--json");
  const { urls } = JSON.parse(stdout) as StatusReport;
  site = urls["tasks"] ?? "";
  front = urls["main"] ?? "";
  admin = urls["admin-api"] ?? "";
  browser = await chromium.launch({ executablePath: executable, args: ARGUMENTS });
});

afterAll(async () => {
  if (executable === undefined) return;
  await browser?.close();
  await dailyge("down", "--erase", "--yes");
  rmSync(directory, { recursive: true, force: true });
});

async function signUp(page: Page, email: string): Promise<void> {
  await page.goto(site);
  await page.getByRole("button", { name: "New here? Create an account" }).click();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByLabel("What is planned?").waitFor();
}

test.skipIf(executable === undefined)("a person plans a day in the browser: sign up, add, complete, delete, sign out and in", async () => {
  const page = await browser.newPage({ locale: "en-GB" });
  const refused: string[] = [];
  page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
  await signUp(page, "mina@example.com");
  await page.getByLabel("What is planned?").fill("Write it down once");
  await page.keyboard.press("Enter");
  const task = page.getByRole("listitem").filter({ hasText: "Write it down once" });
  await task.getByRole("checkbox").check();
  await page.reload();
  await expect.poll(() => task.getByRole("checkbox").isChecked()).toBe(true);
  await page.getByRole("button", { name: "Next day" }).click();
  await page.getByText("Nothing is planned for this day.").waitFor();
  await page.getByRole("button", { name: "Previous day" }).click();
  await task.getByRole("button").last().click();
  await expect.poll(() => task.count()).toBe(0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Email").fill("mina@example.com");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Nothing is planned for this day.").waitFor();
  expect(refused).toEqual([]);
  await page.close();
});

test.skipIf(executable === undefined)("nobody sees another's day, and a page elsewhere gets nothing of the API", async () => {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await signUp(page, "joon@example.com");
  await page.getByText("Nothing is planned for this day.").waitFor();
  const api = site.replace("//tasks-dev.", "//api-dev.");
  // The edge's own error page: another origin of the same machine, which the definition does not name.
  await page.goto(`http://elsewhere.localhost:${new URL(site).port}/`);
  const seen = await page.evaluate((url) => fetch(url, { credentials: "include" }).then(({ status }) => status, () => "refused"), `${api}/api/session`);
  expect(seen).toBe("refused");
  await context.close();
});

test.skipIf(executable === undefined)("from the front page to the application; what one did there is told through the topic, and listed", async () => {
  const context = await browser.newContext({ locale: "ko-KR" });
  const page = await context.newPage();
  await page.goto(front);
  await page.getByRole("heading", { name: "하루를 한 줄씩 계획하세요." }).waitFor();
  await page.locator("main").getByRole("link", { name: "Dailyge 열기" }).click();
  await page.getByRole("button", { name: "처음이신가요? 계정 만들기" }).click();
  await page.getByLabel("이메일").fill("seoyeon@example.com");
  await page.getByLabel("비밀번호").fill("correct horse battery");
  await page.getByRole("button", { name: "가입하기" }).click();
  await page.getByLabel("무엇을 계획하나요?").fill("한강 달리기");
  await page.keyboard.press("Enter");
  await page.getByRole("listitem").filter({ hasText: "한강 달리기" }).getByRole("checkbox").check();
  await page.getByRole("link", { name: "활동" }).click();
  await expect.poll(async () => {
    await page.reload();
    await page.getByRole("listitem").first().waitFor({ timeout: 2_000 }).catch(() => {});
    return page.getByRole("listitem").locator("span").allTextContents();
  }, { timeout: 20_000 }).toEqual(["“한강 달리기” 완료함", "“한강 달리기” 계획함", "계정을 만들었습니다"]);
  expect(new URL(page.url()).pathname).toBe("/activity");
  await context.close();
});

test.skipIf(executable === undefined)("whom the office disables is signed out at once, and is told when signing in", async () => {
  const [theirs, office] = [await browser.newContext({ locale: "en-GB" }), await browser.newContext({ locale: "en-GB" })];
  const [page, desk] = [await theirs.newPage(), await office.newPage()];
  await signUp(page, "guest@example.com");
  await desk.goto(admin);
  desk.on("dialog", (dialog) => void dialog.accept());
  await desk.getByLabel("Email contains").fill("guest@");
  await desk.getByRole("button", { name: "Find" }).click();
  await expect.poll(() => desk.locator("#people").getByRole("listitem").count()).toBe(1);
  await desk.getByRole("button", { name: "Disable guest@example.com" }).click();
  await desk.getByText("guest@example.com is disabled and signed out everywhere.").waitFor();
  await page.getByRole("button", { name: "Next day" }).click();
  await page.getByText("You have been signed out. Sign in again.").waitFor();
  await page.getByLabel("Email").fill("guest@example.com");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This account has been disabled.").waitFor();
  await desk.getByRole("button", { name: "Enable guest@example.com" }).click();
  await desk.getByText("guest@example.com may sign in again.").waitFor();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("What is planned?").waitFor();
  for (const context of [theirs, office]) await context.close();
});
