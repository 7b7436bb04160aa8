import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { FoundPart, PartName } from "./part.ts";
import { runProgram } from "./program.ts";
import { PRODUCTS, type Product } from "./table.ts";
import { fits } from "./version.ts";

/** Where servers are installed; an ordinary user's PATH leaves these out on Debian. */
export const SYSTEM_DIRECTORIES: readonly string[] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

export interface OnPath {
  readonly found: FoundPart | null;
  /** What was there and did not do: `HAProxy 2.4.2 in /usr/sbin/haproxy is older than 2.6`. */
  readonly refused: string | null;
}

/** Looks for a part in these directories, the best product first. */
export async function findOnPath(name: PartName, directories: readonly string[]): Promise<OnPath> {
  let refused: string | null = null;
  for (const product of PRODUCTS[name]) {
    const programs = findPrograms(product.programs, directories);
    if (programs === null) continue;
    const version = await askVersion(product, programs, {});
    if (version !== null && fits(version, product)) {
      const found: FoundPart = { name, product: product.product, programs, version, from: "PATH", root: null, libraryPath: null, substitutes: product.substitutes };
      return { found, refused: null };
    }
    refused ??= version === null ? null : `${product.product} ${version} in ${programs[product.ask.program]} is not ${limits(product)}`;
  }
  return { found: null, refused };
}

/** A program that is no part of ours, on a PATH or where servers are installed, and the version that it tells; null where it is not or does not run. */
export async function findTool(name: string, path: string, question: readonly string[], answer: RegExp): Promise<{ readonly path: string; readonly version: string } | null> {
  const found = findProgram(name, [...directoriesOf(path), ...SYSTEM_DIRECTORIES]);
  if (found === null) return null;
  const { stdout } = await runProgram(found, question);
  const version = answer.exec(stdout)?.[1];
  return version === undefined ? null : { path: found, version };
}

/** `2.6 or newer`, `8.4 or newer, below 8.5` */
export const limits = (product: Product): string => `${product.least} or newer${product.below === null ? "" : `, below ${product.below}`}`;

/** Runs the product and reads its version: `unknown` when it runs but does not tell, null when it does not run or is something else. */
export async function askVersion(
  product: Product,
  programs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<string | null> {
  const program = programs[product.ask.program];
  if (program === undefined) return null;
  const ended = await runProgram(program, product.ask.arguments, { environment });
  const match = product.ask.answer.exec(ended.stdout + ended.stderr);
  return match === null ? null : (match[1] ?? "unknown");
}

/** Where each of these programs is, or null when one is missing. */
export function findPrograms(names: readonly string[], directories: readonly string[]): Readonly<Record<string, string>> | null {
  const found: Record<string, string> = {};
  for (const name of names) {
    const path = findProgram(name, directories);
    if (path === null) return null;
    found[name] = path;
  }
  return found;
}

/** The first executable file of this name. */
export function findProgram(name: string, directories: readonly string[]): string | null {
  return directories.map((directory) => join(directory, name)).find(isExecutable) ?? null;
}

/** The directories of a PATH, relative ones left out: what they name depends on where one stands. */
export const directoriesOf = (path: string): readonly string[] => path.split(":").filter(isAbsolute);

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
