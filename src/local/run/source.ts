import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { copyFile, constants, lstat, mkdir, readFile, readdir, readlink, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Files of a source directory, relative and in order, and the commit they are at. */
export interface Source {
  readonly directory: string;
  readonly files: readonly string[];
  /** Seven hexadecimal digits, or null outside a repository. */
  readonly commit: string | null;
}

/** A line with the commit, then the files: by one process, since starting one costs a controller of our size up to 30 ms. */
const ASK_GIT = 'git -C "$1" rev-parse --short=7 HEAD 2>/dev/null || echo; exec git -C "$1" ls-files -z --cached --others --exclude-standard -- .';

/** What git tracks or would track there; outside a repository all but `node_modules` and `.git`. */
export async function readSource(directory: string): Promise<Source> {
  const told = await run("/bin/sh", ["-c", ASK_GIT, "sh", directory], { maxBuffer: 2 ** 28 }).then(({ stdout }) => stdout, () => "\n");
  const end = told.indexOf("\n");
  const commit = /^[0-9a-f]{7,}$/.exec(told.slice(0, end))?.[0] ?? null;
  const tracked = told.slice(end + 1).split("\0").filter((file) => file !== "");
  const files = tracked.length > 0 ? tracked : await walk(directory, "");
  const kinds = await Promise.all(files.map((file) => lstat(join(directory, file)).catch(() => null)));
  return { directory, commit, files: files.filter((_file, index) => kinds[index]?.isFile() === true || kinds[index]?.isSymbolicLink() === true).sort() };
}

async function walk(top: string, below: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(top, below), { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name === ".git") continue;
    const path = join(below, entry.name);
    if (entry.isDirectory()) found.push(...(await walk(top, path)));
    else found.push(path);
  }
  return found;
}

/** Ten hexadecimal digits that are other ones when a file, its right to be run, or anything in `also` is. */
export async function contentHash(source: Source, also: readonly unknown[]): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(also));
  for (const file of source.files) {
    const path = join(source.directory, file);
    const found = await lstat(path);
    const content = found.isSymbolicLink() ? await readlink(path) : await readFile(path);
    hash.update(`${file}\0${found.isSymbolicLink() ? "link" : found.mode & 0o100}\0`).update(createHash("sha256").update(content).digest());
  }
  return hash.digest("hex").slice(0, 10);
}

/** Copies the files into an empty directory; shares their blocks where the file system can. */
export async function copySource(source: Source, to: string): Promise<void> {
  for (const file of source.files) {
    const from = join(source.directory, file);
    const target = join(to, file);
    await mkdir(dirname(target), { recursive: true });
    if ((await lstat(from)).isSymbolicLink()) await symlink(await readlink(from), target);
    else await copyFile(from, target, constants.COPYFILE_FICLONE);
  }
}
