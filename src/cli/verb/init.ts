import { cp, mkdir, readdir, rename } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../../kit/failure.ts";
import type { Invocation } from "../invocation.ts";

const template = join(dirname(fileURLToPath(import.meta.url)), "../../../templates/start");

/** Writes a platform that runs into an empty directory; never over what is there. */
export async function init(invocation: Invocation): Promise<number> {
  const directory = resolve(invocation.words[0] ?? ".");
  await mkdir(directory, { recursive: true });
  const there = await readdir(directory);
  // npm leaves files of the name .gitignore out of packages.
  const written = (await readdir(template)).map((name) => (name === "gitignore" ? ".gitignore" : name));
  const clash = written.find((name) => there.includes(name));
  if (clash !== undefined) throw new Failure("usage", `cannot begin a platform in ${directory}: it has ${clash} already`, { hint: "choose an empty directory: dailyge init my-platform" });
  await cp(template, directory, { recursive: true });
  await rename(join(directory, "gitignore"), join(directory, ".gitignore"));
  const where = relative(process.cwd(), directory);
  invocation.print(`a site and a service are in ${directory}\nnext: ${where === "" ? "" : `cd ${where} && `}npx dailyge up\n`);
  return 0;
}
