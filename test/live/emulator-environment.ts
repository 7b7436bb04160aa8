import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CACHE } from "./fixture-cache.ts";

const run = promisify(execFile);

/** A program of PyPI that only tests need, with everything that it needs. */
export interface PythonTool {
  readonly name: string;
  /** Requirements for pip, each with its hashes; tools/python-pins.ts writes them. */
  readonly pins: string;
  /** What is imported to see that it runs here. */
  readonly imports: string;
}

/** Pythons that tools/python-pins.ts looked for wheels for. */
const PYTHONS = ["python3.13", "python3.12", "python3.11", "python3"];

/**
 * The Python of a virtual environment with exactly the pinned packages: kept beside the platform's own parts, so that only
 * the first run downloads. Where it cannot be made the reason is printed and null comes back; on CI that is an error.
 */
export async function pythonEnvironment(tool: PythonTool): Promise<string | null> {
  try {
    return await foundOrMade(tool);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n").slice(0, 4).join("; ") : String(cause);
    if (process.env["CI"] === "true") throw new Error(`${tool.name} cannot be installed, and on CI its tests must run: ${why}`, { cause });
    console.warn(`Skipped: ${tool.name} cannot be installed from PyPI: ${why}`);
    return null;
  }
}

async function foundOrMade(tool: PythonTool): Promise<string> {
  const { program, version } = await interpreter();
  const id = createHash("sha256").update(tool.pins).digest("hex").slice(0, 8);
  const directory = join(CACHE, "tests");
  const tree = join(directory, `${tool.name}-${id}-python${version}-${process.arch}`);
  const python = join(tree, "bin/python");
  if (existsSync(python)) return python;
  await mkdir(directory, { recursive: true });
  // Made whole, then moved: of two that make it at once one is thrown away, and a killed one leaves nothing that counts.
  const draft = mkdtempSync(join(directory, ".new-"));
  try {
    await install(program, tool, draft);
    renameSync(join(draft, "tree"), tree);
  } catch (cause) {
    if (!existsSync(python)) throw cause;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return python;
}

async function install(program: string, { pins, imports }: PythonTool, draft: string): Promise<void> {
  const tree = join(draft, "tree");
  const requirements = join(draft, "requirements.txt");
  const options = { cwd: draft, maxBuffer: 2 ** 26, env: { ...process.env, PIP_USER: "0", PIP_DISABLE_PIP_VERSION_CHECK: "1" } };
  writeFileSync(requirements, pins);
  await run(program, ["-I", "-m", "venv", tree], options);
  const how = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-input", "--progress-bar=off", "--quiet"];
  await run(join(tree, "bin/python"), ["-I", "-m", "pip", "install", ...how, "--requirement", requirements], options);
  await run(join(tree, "bin/python"), ["-I", "-c", `import ${imports}`], options);
}

/** The newest that there are wheels for and that makes environments. */
async function interpreter(): Promise<{ readonly program: string; readonly version: string }> {
  const question = 'import sys, venv, ensurepip; print(sys._base_executable or sys.executable, "%d.%d" % sys.version_info[:2])';
  for (const program of PYTHONS) {
    const told = await run(program, ["-I", "-c", question], { cwd: tmpdir() }).then(({ stdout }) => stdout.trim().split(" "), () => []);
    const [path, version = ""] = told;
    if (path !== undefined && ["3.11", "3.12", "3.13"].includes(version)) return { program: path, version };
  }
  throw new Error("this machine has no Python 3.11, 3.12 or 3.13 with its modules venv and ensurepip");
}
