import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { closedDirectories } from "../identity.ts";
import { findProgram } from "./on-path.ts";
import { runProgram } from "./program.ts";
import { PYTHON_PRODUCTS, type PythonPartName } from "./python-table.ts";
import { fits } from "./version.ts";

/** A Python of this machine. */
export interface Interpreter {
  /** Without links, so that a link that comes to mean another version does not change what stands on it. */
  readonly path: string;
  /** `3.11.2` */
  readonly version: string;
  /** Whether it makes virtual environments with pip in them; Debian and Ubuntu leave that to a package of its own. */
  readonly makesEnvironments: boolean;
}

/** What a user who runs the interpreter must be able to read. */
export const interpreterPrefix = (path: string): string => dirname(dirname(path));

const QUESTION = `
import importlib.util as u, platform, sys
print(sys._base_executable or sys.executable, platform.python_version(), all(map(u.find_spec, ("venv", "ensurepip"))), sep="\\n")
`;

/** The Pythons that a part can stand on, best first: one that makes environments, then one that every user may run. */
export async function findInterpreters(name: PythonPartName, directories: readonly string[]): Promise<readonly Interpreter[]> {
  const { python } = PYTHON_PRODUCTS[name];
  const found = new Map<string, Interpreter & { readonly open: boolean }>();
  for (const directory of directories) {
    for (const program of ["python3", "python3.13", "python3.12", "python3.11"]) {
      const path = findProgram(program, [directory]);
      const interpreter = path === null ? null : await askInterpreter(path);
      if (interpreter === null || found.has(interpreter.path) || !fits(interpreter.version, { least: python.least, below: python.below })) continue;
      found.set(interpreter.path, { ...interpreter, open: (await closedDirectories([interpreter.path])).length === 0 });
    }
  }
  return [...found.values()].toSorted((a, b) => Number(b.makesEnvironments) - Number(a.makesEnvironments) || Number(b.open) - Number(a.open));
}

/** Null where it is no Python 3 that runs. A virtual environment tells of what it stands on. */
async function askInterpreter(program: string): Promise<Interpreter | null> {
  const { code, stdout } = await runProgram(program, ["-I", "-c", QUESTION]);
  const [path, version, makes] = stdout.split("\n");
  if (code !== 0 || path === undefined || version === undefined) return null;
  try {
    return { path: realpathSync(path), version, makesEnvironments: makes === "True" };
  } catch {
    return null;
  }
}
