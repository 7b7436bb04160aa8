import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { access, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../../kit/failure.ts";
import { shellWord } from "./supervisor-scripts.ts";

/** Users without names: above people's accounts, below what distributions and systemd hand out (adduser.conf(5), systemd.exec(5)). */
const FIRST_USER = 20_000;
const USERS_PER_PLATFORM = 32;
const PLATFORMS = 1_200;

/** Gives every identity of one state directory a user number that nobody else has. `taken` are numbers with an account. */
export function allocateUser(state: string, identities: Readonly<Record<string, number>>, identity: string, taken: ReadonlySet<number>): number {
  const known = identities[identity];
  if (known !== undefined) return known;
  const used = new Set(Object.values(identities));
  const first = FIRST_USER + (createHash("sha256").update(state).digest().readUInt32BE(0) % PLATFORMS) * USERS_PER_PLATFORM;
  for (let user = first; user < 60_000; user += 1) if (!used.has(user) && !taken.has(user)) return user;
  throw new Failure("permission", "cannot give every part a user of its own: all numbers from 20000 to 59999 are taken", { hint: "run as an ordinary user" });
}

/** Numbers that accounts of this machine have. */
export async function accountNumbers(): Promise<ReadonlySet<number>> {
  const text = await readFile("/etc/passwd", "utf8").catch(() => "");
  return new Set(text.split("\n").map((line) => Number(line.split(":")[2])));
}

/** Words before a command that make it run as this user, with no way back to root. */
export const becomeUser = (user: number): readonly string[] => [
  "/usr/bin/setpriv",
  `--reuid=${user}`,
  `--regid=${user}`,
  "--clear-groups",
  "--no-new-privs",
  "--",
];

/** The uppermost directories on the way to a path that other users cannot pass: `/root` for `/root/.cache/x`. */
export async function closedDirectories(paths: readonly string[]): Promise<readonly string[]> {
  const closed = new Set<string>();
  for (const path of paths) {
    let highest: string | null = null;
    for (let at = path; at !== dirname(at); at = dirname(at)) {
      const found = await stat(at).catch(() => null);
      if (found !== null && (found.mode & 0o001) === 0) highest = at;
    }
    if (highest !== null) closed.add(highest);
  }
  return [...closed];
}

/**
 * Words before a command by which it and its children see `open` directories even below a directory that only root may
 * pass, as `/root` is: in a mount namespace of its own, that directory holds nothing but the way to them
 * (mount_namespaces(7)). None where every user passes anyway. They are tried, unless they are the ones of which `isProven`
 * says that they have worked.
 * @throws Failure `permission` where this machine forbids mount namespaces.
 */
export async function passage(open: readonly string[], isProven: (words: readonly string[]) => boolean): Promise<readonly string[]> {
  const closed = await closedDirectories(open);
  if (closed.length === 0) return [];
  const script = passageScript(closed, open);
  const words = ["/usr/bin/unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", script, "sh"];
  if (isProven(words)) return words;
  const test = becomeUser(FIRST_USER);
  try {
    await access("/usr/bin/unshare");
    await promisify(execFile)(words[0] ?? "", [...words.slice(1), ...test, "/bin/sh", "-c", open.map((path) => `cd ${shellWord(path)}`).join(" && ")]);
  } catch (cause) {
    throw new Failure("permission", `cannot run parts as unprivileged users: they may not pass ${closed.join(", ")}, and this machine forbids mount namespaces`, {
      hint: "run as an ordinary user, or put both elsewhere: XDG_STATE_HOME=/var/lib XDG_CACHE_HOME=/var/cache ./dailyge up",
      cause,
    });
  }
  return words;
}

/** Holds the wanted directories by descriptor, covers the closed ones with empty ones, and binds the wanted ones back at their places. */
function passageScript(closed: readonly string[], open: readonly string[]): string {
  const inside = open.filter((path) => closed.some((top) => path === top || path.startsWith(`${top}/`)));
  const hold = inside.map((path, index) => `exec ${index + 3}<${shellWord(path)}`);
  const cover = closed.map((path) => `mount -t tmpfs -o mode=0755,size=64k dailyge ${shellWord(path)}`);
  const bind = inside.map((path, index) => `mkdir -p ${shellWord(path)} && mount --no-canonicalize --bind /proc/self/fd/${index + 3} ${shellWord(path)} && exec ${index + 3}<&-`);
  return ["set -e", "umask 022", ...hold, ...cover, ...bind, 'exec "$@"'].join("\n");
}
