import { execFile } from "node:child_process";
import { watch, type FSWatcher } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { contentHash, readSource } from "./source.ts";

/** Files are written one after the other: so long nothing happens before it is looked what has changed; but not longer than that. */
const QUIET_MS = 30;
const LONGEST_WAIT_MS = 500;
const AGAIN_MS = 300;
/** Where the kernel watches no more directories for us. inotify(7), max_user_watches */
const POLL_MS = 1_000;

/** Tells when what a release of a directory would hold has changed: nothing else in it counts. */
export class SourceWatch {
  readonly #directory: string;
  readonly #changed: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #hash: string | null = null;
  #looking: Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #poll: NodeJS.Timeout | null = null;
  #again: NodeJS.Timeout | null = null;
  /** Directories that the kernel does not watch for us. */
  readonly #unwatched = new Set<string>();
  #firstEventAt: number | null = null;
  #closed = false;

  constructor(directory: string, changed: () => void) {
    this.#directory = directory;
    this.#changed = changed;
    this.#looking = this.#look();
  }

  /** Waits until it knows what there is. */
  async begun(): Promise<this> {
    await this.#looking;
    return this;
  }

  close(): void {
    this.#closed = true;
    for (const timer of [this.#timer, this.#again]) if (timer !== null) clearTimeout(timer);
    if (this.#poll !== null) clearInterval(this.#poll);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  readonly #soon = (): void => {
    if (this.#closed) return;
    const now = Date.now();
    this.#firstEventAt ??= now;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#firstEventAt = null;
      this.#looking = this.#looking.then(() => this.#look());
    }, Math.max(0, Math.min(QUIET_MS, this.#firstEventAt + LONGEST_WAIT_MS - now)));
  };

  /** What came into a new directory before it was watched is seen by another look. */
  async #look(): Promise<void> {
    try {
      if (this.#hash === null) await this.#watchDirectories();
      const hash = await contentHash(await readSource(this.#directory), []);
      const before = this.#hash;
      this.#hash = hash;
      if (before !== null && before !== hash && !this.#closed) this.#changed();
      if (await this.#watchDirectories()) this.#soon();
    } catch {
      // A file vanished while it was read, or the directory did.
      this.#again = setTimeout(this.#soon, AGAIN_MS);
    }
  }

  /** Gives whether there are new ones. */
  async #watchDirectories(): Promise<boolean> {
    const there = new Set(await directoriesOf(this.#directory));
    if (this.#closed) return false;
    for (const [directory, watcher] of this.#watchers) {
      if (there.has(directory)) continue;
      watcher.close();
      this.#watchers.delete(directory);
    }
    const added = [...there].filter((directory) => !this.#watchers.has(directory) && !this.#unwatched.has(directory));
    for (const directory of added) this.#watch(directory);
    return added.length > 0;
  }

  #watch(directory: string): void {
    try {
      const watcher = watch(directory, this.#soon);
      this.#watchers.set(directory, watcher);
      watcher.on("error", () => {
        watcher.close();
        this.#watchers.delete(directory);
        this.#soon();
      });
    } catch {
      this.#unwatched.add(directory);
      this.#poll ??= setInterval(this.#soon, POLL_MS);
    }
  }
}

/** Directories that may hold sources: without those that git ignores, and without packages. */
async function directoriesOf(top: string): Promise<readonly string[]> {
  const words = ["-C", top, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory", "--", "."];
  const ignored = await promisify(execFile)("git", words, { maxBuffer: 2 ** 28 }).then(({ stdout }) => new Set(stdout.split("\0").map((path) => join(top, path.replace(/\/$/, "")))), () => new Set<string>());
  const found: string[] = [];
  const walk = async (directory: string): Promise<void> => {
    found.push(directory);
    for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
      const path = join(directory, entry.name);
      if (entry.isDirectory() && entry.name !== "node_modules" && entry.name !== ".git" && !ignored.has(path)) await walk(path);
    }
  };
  await walk(top);
  return found;
}
