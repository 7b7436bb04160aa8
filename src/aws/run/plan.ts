import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure, type FailureCode } from "../../kit/failure.ts";
import type { Model } from "../../model/model.ts";
import { isOurs } from "../marker.ts";
import { renderTerraform, type TerraformDirectory } from "../render/index.ts";

/** What a plan left in its directory. Paths are relative to it: `prod/network.tf.json`. */
export interface WrittenPlan {
  /** One for each state: `shared`, then the environments. Applied in this order. */
  readonly directories: readonly string[];
  readonly written: readonly string[];
  readonly unchanged: readonly string[];
  /** Files of ours for what the definition no longer has. */
  readonly removed: readonly string[];
}

/**
 * Writes the platform's Terraform below a directory. A file whose content stays is not touched; one of ours that is no
 * longer rendered goes. Files of others stay, and where one is in the way, nothing is written at all.
 */
export const writePlan = (model: Model, directory: string): Promise<WrittenPlan> => writeDirectories(renderTerraform(model), directory);

/** The same of some directories: files of the others stay as they are. */
export async function writeDirectories(rendered: readonly TerraformDirectory[], directory: string): Promise<WrittenPlan> {
  try {
    const changes = await Promise.all(rendered.map((one) => compare(one, directory)));
    refuseForeign(changes.flatMap(({ foreign }) => foreign), directory);
    for (const change of changes) await carryOut(change, directory);
    return {
      directories: changes.map(({ name }) => name),
      written: changes.flatMap(({ written }) => written.map(({ path }) => path)),
      unchanged: changes.flatMap(({ unchanged }) => unchanged),
      removed: changes.flatMap(({ removed }) => removed),
    };
  } catch (error) {
    throw asFailure(error, directory);
  }
}

interface Change {
  readonly name: string;
  readonly written: readonly { readonly path: string; readonly content: string }[];
  readonly unchanged: readonly string[];
  readonly removed: readonly string[];
  /** Files that somebody else wrote where we would write. */
  readonly foreign: readonly string[];
}

async function compare({ name, files }: TerraformDirectory, root: string): Promise<Change> {
  const present = new Map<string, string>();
  for (const file of await listFiles(join(root, name))) present.set(file, await readFile(join(root, name, file), "utf8"));
  const path = (file: string) => `${name}/${file}`;
  const rendered = new Set(files.map((file) => file.name));
  const same = (file: TerraformDirectory["files"][number]) => present.get(file.name) === file.content;
  const theirs = ({ name: file }: { readonly name: string }) => present.has(file) && !isOurs(present.get(file) ?? "");
  return {
    name,
    written: files.filter((file) => !same(file)).map((file) => ({ path: path(file.name), content: file.content })),
    unchanged: files.filter(same).map((file) => path(file.name)),
    removed: [...present].filter(([file, content]) => !rendered.has(file) && isOurs(content)).map(([file]) => path(file)),
    foreign: files.filter(theirs).map((file) => path(file.name)),
  };
}

async function listFiles(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  return entries.filter((entry) => /\.tf(\.json)?$/.test(entry.name) && !entry.isDirectory()).map((entry) => entry.name).sort();
}

/** A file appears whole or not at all: it is written beside its place and then moved there. Two commands may do it at once. */
async function carryOut({ name, written, removed }: Change, root: string): Promise<void> {
  await mkdir(join(root, name), { recursive: true });
  await removeDrafts(join(root, name));
  for (const { path, content } of written) {
    const target = join(root, path);
    const draft = `${target}.${process.pid}-${(drafts += 1)}.new`;
    try {
      await writeFile(draft, content);
      await rename(draft, target);
    } finally {
      await rm(draft, { force: true });
    }
  }
  for (const path of removed) await rm(join(root, path), { force: true });
}

let drafts = 0;

/** What commands left that were killed. */
async function removeDrafts(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const [, pid] = /\.tf(?:\.json)?\.(\d+)-\d+\.new$/.exec(name) ?? [];
    if (pid !== undefined && !runs(Number(pid))) await rm(join(directory, name), { force: true });
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function refuseForeign(foreign: readonly string[], directory: string): void {
  const [first, ...others] = foreign;
  if (first === undefined) return;
  const which = others.length === 0 ? first : `${first} and ${others.length} more`;
  throw new Failure("state-foreign", `the plan cannot be written to ${directory}: ${which} was written by somebody else`, {
    hint: "Name another directory with --out, or move these files away.",
    details: foreign,
  });
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** How the file system refuses, in our words. */
const REFUSALS: Readonly<Record<string, readonly [FailureCode, why: string, hint: string]>> = {
  EACCES: ["permission", "we may not write there", "Name another directory with --out."],
  EPERM: ["permission", "we may not write there", "Name another directory with --out."],
  EROFS: ["permission", "nobody may write there", "Name another directory with --out."],
  ENOSPC: ["disk-full", "the disk is full", "Make room, then run it again: df -h"],
  EDQUOT: ["disk-full", "your share of the disk is full", "Make room, then run it again: quota"],
  ENOTDIR: ["state-foreign", "a file stands where a directory should be", "Name another directory with --out."],
  EEXIST: ["state-foreign", "a file stands where a directory should be", "Name another directory with --out."],
};

function asFailure(error: unknown, directory: string): unknown {
  const [code, why, hint] = REFUSALS[codeOf(error) ?? ""] ?? [];
  if (code === undefined) return error;
  return new Failure(code, `the plan cannot be written to ${directory}: ${why}`, { ...(hint !== undefined && { hint }), cause: error });
}
