import { statSync } from "node:fs";
import { registerHooks, type ResolveHookSync } from "node:module";
import { dirname, join, resolve as absolutePath } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure } from "../kit/failure.ts";
import { lockFile, readImageLock } from "./image-lock.ts";
import { resolve, type Resolved } from "../model/resolve/index.ts";
import { isPlaceless, loadFailure, syntaxSpot } from "./load-failure.ts";

/** What a team's `import ... from "dailyge-infra"` gets, wherever its file is: the library that belongs to this program. */
const LIBRARY = new URL(import.meta.url.endsWith(".ts") ? "../index.ts" : "../index.js", import.meta.url).href;

/** Loads and resolves a `platform.ts`. `directory` is its own, which all paths of the model are relative to. */
export async function resolvePlatform(file: string): Promise<{ readonly directory: string; readonly resolved: Resolved }> {
  const directory = dirname(absolutePath(file));
  const definition = await loadDefinition(file);
  const exists = (path: string): boolean => statSync(join(directory, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  const images = readImageLock(lockFile(absolutePath(file)));
  return { directory, resolved: resolve(definition, exists, (region) => (images[region] ?? []).map(({ use, architecture, id }) => ({ use, architecture, id }))) };
}

/** What a `platform.ts` exports as its default, judged no further than that it is an object. Throws a Failure when it cannot be had. */
export async function loadDefinition(file: string): Promise<unknown> {
  const path = absolutePath(file);
  checkIsFile(path, file);
  const { default: definition, ...others } = await importFile(path).catch(async (error: unknown) => {
    throw loadFailure(isPlaceless(error) ? await withPlace(error, path) : error, path);
  });
  const problem = exportProblem(definition, Object.keys(others));
  if (problem !== undefined) throw new Failure("definition-unreadable", `${file} defines no platform: ${problem.why}`, { hint: problem.hint });
  return withGuardedCallback(definition, path);
}

/** Imports a team's file. */
export async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  const hooks = registerHooks({ resolve: resolveImport });
  try {
    return { ...((await import(pathToFileURL(path).href)) as Record<string, unknown>) };
  } finally {
    hooks.deregister();
  }
}

/** Gives the library by its name, and takes every TypeScript file as a module, whatever package.json is or is not around it. */
const resolveImport: ResolveHookSync = (specifier, context, next) => {
  if (specifier === "dailyge-infra") return { url: LIBRARY, shortCircuit: true };
  const resolved = next(specifier, context);
  return resolved.url.endsWith(".ts") && !resolved.url.includes("/node_modules/") ? { ...resolved, format: "module-typescript" } : resolved;
};

/** Lets the same error go uncaught in another process, which then prints its place. Nothing of the file runs: it has no syntax to run. */
async function withPlace(error: unknown, path: string): Promise<unknown> {
  // Loaded only here: it takes a tenth of the time of a command that works.
  const { spawnSync } = await import("node:child_process");
  const program = `const { importFile } = await import(${JSON.stringify(import.meta.url)}); await importFile(${JSON.stringify(path)});`;
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8", timeout: 10_000 });
  if (error instanceof SyntaxError && syntaxSpot(stderr)) error.stack = stderr;
  return error;
}

function checkIsFile(path: string, file: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return;
  const hint = found ? `Name the file in it: --platform ${join(file, "platform.ts")}` : "Name another with --platform FILE, or write a first one: dailyge init";
  throw new Failure("definition-unreadable", `${file} cannot be read: ${found ? "it is no file" : "there is no such file"}`, { hint });
}

function exportProblem(definition: unknown, others: readonly string[]): { readonly why: string; readonly hint: string } | undefined {
  const hint = "Write: export default definePlatform({...})";
  if (definition === undefined) return { why: others.length > 0 ? `it exports ${others.join(", ")}, but no default` : "it has no default export", hint };
  if (definition instanceof Promise) return { why: "its default export is a promise", hint: "Take async out: export default definePlatform({...})" };
  if (typeof definition === "function") return { why: "its default export is a function", hint: "Call it: export default definePlatform({...})" };
  if (Array.isArray(definition)) return { why: "its default export is a list", hint };
  return typeof definition === "object" && definition !== null ? undefined : { why: `its default export is ${definition === null ? "null" : `a ${typeof definition}`}`, hint };
}

/** The same definition, whose callback fails with the place in the team's file. */
function withGuardedCallback(definition: unknown, path: string): unknown {
  if (typeof definition !== "object" || definition === null || Object.getPrototypeOf(definition) !== Object.prototype) return definition;
  if (!("platform" in definition) || typeof definition.platform !== "function") return definition;
  const { platform } = definition;
  const guarded = (...context: readonly unknown[]): unknown => {
    try {
      return platform(...context);
    } catch (error) {
      throw loadFailure(error, path);
    }
  };
  return { ...definition, platform: guarded };
}
