import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "../render/place.ts";
import { removeTree } from "./files.ts";
import { shellWord } from "./supervisor-scripts.ts";

/** Sets of packages that are kept of a service or site: this one's, and that of a branch that one comes back from. */
const KEPT = 2;

/** `npm ci` with flags alone, and what follows it. */
const INSTALL = /^(npm (?:ci|clean-install)(?: --[\w-]+(?:=[\w.,-]+)?)*)(?=$| &&)(.*)$/s;
const OWN_SCRIPTS = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];

/**
 * The build command, whose `npm ci` takes a copy of what an earlier one made of the very same files, where there is one and
 * where nothing but those files decides: no script runs in it, and no package is a directory of the sources.
 */
export async function withKeptPackages(place: Place, name: string, command: string, directory: string, environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const [, install, rest = ""] = INSTALL.exec(command) ?? [];
  const read = (file: string): Promise<string | null> => readFile(join(directory, file), "utf8").catch(() => null);
  const [description, lock, settings] = await Promise.all([read("package.json"), read("package-lock.json"), read(".npmrc")]);
  if (install === undefined || description === null || lock === null || !followsFromFiles(description, lock, install.includes(" --ignore-scripts"))) return command;
  const variables = Object.entries(environment).filter(([variable]) => variable === "NODE_ENV" || /^npm_config_/i.test(variable)).sort(([one], [other]) => one.localeCompare(other));
  const key = createHash("sha256").update(JSON.stringify([install, description, lock, settings, variables, process.version, process.arch])).digest("hex").slice(0, 20);
  const kept = join(place.packages(name), key);
  // What follows may change files in place: it gets its own. Otherwise releases, which nobody may write, share them.
  const take = rest === "" ? share : copy;
  if ((await stat(kept).catch(() => null)) !== null) return `rm -rf node_modules && ${take(shellWord(kept), "node_modules")}${rest}`;
  await makeRoom(place.packages(name));
  const made = shellWord(`${kept}.new`);
  return `${install} && { [ ! -d node_modules ] || ${take("node_modules", made)} && mv ${made} ${shellWord(kept)} || rm -rf ${made}; }${rest}`;
}

const copy = (from: string, to: string): string => `cp -a ${from} ${to}`;
/** By hard links, where the file system has them. */
const share = (from: string, to: string): string => `{ cp -al ${from} ${to} 2>/dev/null || { rm -rf ${to} && ${copy(from, to)}; }; }`;

function followsFromFiles(description: string, lock: string, withoutScripts: boolean): boolean {
  const written = parse(description);
  const packages = Object.values(parse(lock)["packages"] ?? {}) as { readonly link?: boolean; readonly hasInstallScript?: boolean }[];
  if (packages.length === 0 || packages.some(({ link }) => link === true)) return false;
  const scripts = Object.keys(written["scripts"] ?? {});
  return withoutScripts || (!OWN_SCRIPTS.some((script) => scripts.includes(script)) && !packages.some(({ hasInstallScript }) => hasInstallScript === true));
}

function parse(text: string): Readonly<Record<string, object | undefined>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, object | undefined>>;
  } catch {
    return {};
  }
}

/** Deletes the oldest sets and what an interrupted build left. */
async function makeRoom(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const names = await readdir(directory);
  const sets = await Promise.all(names.map(async (name) => ({ path: join(directory, name), at: name.endsWith(".new") ? 0 : ((await stat(join(directory, name)).catch(() => null))?.ctimeMs ?? 0) })));
  const oldest = sets.sort((one, other) => other.at - one.at).filter(({ at }, index) => at === 0 || index >= KEPT - 1);
  for (const { path } of oldest) await removeTree(path);
}
