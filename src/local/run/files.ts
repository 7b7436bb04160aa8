import { execFile } from "node:child_process";
import { chmod, chown, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../../kit/failure.ts";

let written = 0;

/** Writes a file whole or not at all: a reader, or a kill in the middle, sees the old one or the new one. */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  written += 1;
  const temporary = `${path}.${process.pid}-${written}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "w", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw diskFailure(path, cause);
  }
}

/** A full disk and a forbidden place as what they are; anything else as it came. */
export function diskFailure(path: string, cause: unknown): unknown {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new Failure("disk-full", `cannot write ${path}: no space is left on its disk`, { hint: "free some space, then: ./dailyge up", cause });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new Failure("permission", `cannot write ${path}: permission denied`, { hint: "choose another place with --state DIR", cause });
  }
  return cause;
}

/**
 * Hands a directory and all in it to a user; itself last, so that one that is theirs already is so to its depths. Links
 * are not followed.
 */
export async function handOver(path: string, user: number): Promise<void> {
  // What works there may take away a file meanwhile.
  const found = await lstat(path).catch(() => null);
  if (found === null || found.isSymbolicLink() || (found.isDirectory() && found.uid === user)) return;
  if (found.isDirectory()) for (const entry of await readdir(path)) await handOver(join(path, entry), user);
  if (found.uid !== user) await chown(path, user, user);
}

/** Takes everybody's right to write from a tree, and gives everybody that to read. Packages are many thousand files: in a program of its own it takes a tenth of the time. */
export async function makeReadOnly(path: string): Promise<void> {
  await promisify(execFile)("chmod", ["-R", "a-w,a+rX", path]);
}

/** Deletes a tree, read-only parts of it too. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(async () => {
    await openDirectories(path);
    await rm(path, { recursive: true, force: true });
  });
}

/** Gives the owner the right to delete what is in a tree. What vanishes meanwhile is as good: the first attempt may still be at work. */
async function openDirectories(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found?.isDirectory() !== true) return;
  await chmod(path, 0o700).catch(() => {});
  for (const entry of await readdir(path).catch(() => [])) await openDirectories(join(path, entry));
}
