import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asBody, asList, blocksOf, texts, type WrittenFile } from "../../src/aws/read/configuration.ts";
import { pythonEnvironment } from "./emulator-environment.ts";
import { PINS } from "./checkov-pins.ts";

/** Something that Checkov would have otherwise. */
export interface CheckovFinding {
  /** `CKV_AWS_18` */
  readonly check: string;
  /** What it says: "Ensure the S3 bucket has access logging enabled" */
  readonly name: string;
  /** Address of the block. */
  readonly at: string;
}

export interface Judged {
  readonly passed: number;
  readonly findings: readonly CheckovFinding[];
}

/** The Python with Checkov; null where it cannot be had. */
export const findCheckov = (): Promise<string | null> => pythonEnvironment({ name: "checkov", pins: PINS, imports: "checkov.main" });

/** Top-level blocks at whose sight it drops the whole file, and says that all is well. */
const DROPPED = ["//", "terraform", "moved", "import", "removed"];

/** Judges what is written. `directory` is empty; paths below it are the files' names. */
export async function checkWritten(python: string, directory: string, files: readonly WrittenFile[]): Promise<Judged> {
  mkdirSync(directory, { recursive: true });
  for (const { name, content } of files) {
    const kept = Object.fromEntries(Object.entries(asBody(JSON.parse(content))).filter(([key]) => !DROPPED.includes(key)));
    writeFileSync(join(directory, name), JSON.stringify(kept, null, 1));
  }
  const report = await run(python, directory, ["--framework", "terraform_json", "--directory", directory]);
  return judged(report, (found) => writtenAddress(directory, found));
}

/** Judges a plan, as `terraform show -json` has it. */
export async function checkPlan(python: string, directory: string, plan: string): Promise<Judged> {
  const file = join(directory, "plan.json");
  writeFileSync(file, plan);
  const report = await run(python, directory, ["--framework", "terraform_plan", "--file", file]);
  return judged(report, (found) => texts(found["resource"])[0] ?? "nothing");
}

/** Without network, account and whatever a person has configured. */
function run(python: string, directory: string, words: readonly string[]): Promise<unknown> {
  const options = ["--skip-download", "--quiet", "--compact", "--output", "json"];
  const env = { PATH: process.env["PATH"], HOME: directory, CKV_SKIP_PACKAGE_UPDATE_CHECK: "true", BC_SKIP_MAPPING: "true", LOG_LEVEL: "ERROR" };
  return new Promise((resolve, reject) => {
    execFile(python, ["-I", "-m", "checkov.main", ...options, ...words], { cwd: directory, env, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      // It ends with 1 when it finds something.
      if (error !== null && error.code !== 1) reject(new Error(`checkov ended with ${String(error.code)}: ${stderr.slice(0, 2_000)}`));
      else resolve(JSON.parse(stdout));
    });
  });
}

/** Its report is one, or one of each framework that found something. */
function judged(report: unknown, addressOf: (found: Readonly<Record<string, unknown>>) => string): Judged {
  const reports = asList(report).map(asBody);
  const failed = reports.flatMap(({ results }) => asList(asBody(results)["failed_checks"])).map(asBody);
  const passed = reports.reduce((sum, { summary }) => sum + Number(asBody(summary)["passed"] ?? 0), 0);
  const unread = reports.reduce((sum, { summary }) => sum + Number(asBody(summary)["parsing_errors"] ?? 0), 0);
  if (unread > 0) throw new Error(`checkov cannot read ${unread} of the files`);
  return {
    passed,
    findings: failed.map((found) => ({ check: texts(found["check_id"])[0] ?? "", name: texts(found["check_name"])[0] ?? "", at: addressOf(found) })),
  };
}

/** Of what is written it often says only the name: the type is told by the lines that it is about. */
function writtenAddress(directory: string, found: Readonly<Record<string, unknown>>): string {
  const written = texts(found["resource"])[0] ?? "";
  const name = written.split(".").slice(1).join(".");
  if (!/^(resource|data)\./.test(written)) return written;
  const file = readFileSync(join(directory, texts(found["file_path"])[0] ?? ""), "utf8");
  const line = Number(asList(found["file_line_range"])[0]);
  const candidates = blocksOf(asBody(JSON.parse(file))).filter((block) => block.name === name && block.mode === (written.startsWith("data.") ? "data" : "resource"));
  const before = file.split("\n").slice(0, line + 1).join("\n");
  const [nearest] = candidates.map(({ address, type }) => ({ address, at: before.lastIndexOf(`\n  "${type}": {`) })).sort((one, other) => other.at - one.at);
  return nearest?.address ?? written;
}
