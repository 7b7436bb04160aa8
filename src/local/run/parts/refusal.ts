import { statfsSync } from "node:fs";
import { Failure, type FailureCode } from "../../../kit/failure.ts";
import type { PartName } from "./part.ts";
import { packagedProduct } from "./table.ts";

/** The command that installs a part for the whole machine, where there is apt. */
export const installCommand = (part: PartName): string => `sudo apt-get install ${packagedProduct(part).packages.join(" ")}`;

/** Something about a part's packages was refused: by apt, by dpkg, by the disk. What they said is read here and nowhere else. */
export function refusal(code: FailureCode, part: PartName, what: string, said: string, cache: string): Failure {
  const lines = said.split("\n").filter((line) => /^(E|W|Err)\b|error|cannot|No space/i.test(line));
  const reason = (lines.find((line) => line.startsWith("E:")) ?? lines[0] ?? said.trim().split("\n").at(-1) ?? "").replace(/^[EW]: */, "");
  if (/No space left on device|enough free space/i.test(said) || isFull(cache)) return diskFull(cache);
  return new Failure(code, `${what}: ${reason === "" ? "it does not say why" : reason}`, {
    hint: `check the network and try again, or: ${installCommand(part)}`,
    details: lines.slice(-8),
  });
}

/** What the file system refuses in the cache; anything else as it came. */
export function cacheFailure(cache: string, cause: unknown): unknown {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull(cache, cause);
  if (["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"].some((refused) => refused === code)) {
    return new Failure("permission", `cannot write to the cache ${cache}: ${cause instanceof Error ? cause.message : String(code)}`, {
      hint: "choose another place: XDG_CACHE_HOME=DIRECTORY ./dailyge up",
      cause,
    });
  }
  return cause;
}

/** apt maps its files into memory: on a full disk a signal may end it without a word. */
export function isFull(cache: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(cache);
    return bavail * bsize < 4_000_000;
  } catch {
    return false;
  }
}

export const diskFull = (cache: string, cause?: unknown): Failure =>
  new Failure("disk-full", `cannot unpack parts into ${cache}: no space is left on its disk (about 150 MB are needed)`, {
    hint: `see what is left: df -h '${cache}'; another place: XDG_CACHE_HOME=DIRECTORY ./dailyge up`,
    cause,
  });
