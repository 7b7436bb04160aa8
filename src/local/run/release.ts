import { chmod, chown, mkdir, readFile, readdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../kit/failure.ts";
import type { Place } from "../render/place.ts";
import { diskFailure, makeReadOnly, removeTree, writeWhole } from "./files.ts";
import { runJob } from "./job.ts";
import { withKeptPackages } from "./packages.ts";
import { contentHash, copySource, readSource } from "./source.ts";

/** Everything a release is made of. */
export interface Recipe {
  readonly name: string;
  /** Absolute. */
  readonly sources: string;
  readonly build: string | null;
  /** Where the result is, relative; it must exist after the build. */
  readonly output: string;
  /** What the build sees besides our own environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The user whose processes may read it; null when that is us. */
  readonly reader: number | null;
  /** Called when there is something to make. */
  readonly begun: () => void;
}

/** A release on disk. */
export interface Release {
  /** `3f2a1bc-9c0d12ab34`: commit and content; `worktree-…` outside a repository. */
  readonly id: string;
  readonly commit: string | null;
  readonly builtAt: string;
  readonly buildSeconds: number;
}

/**
 * Makes the release of what the sources are now, in a copy of them, or finds that it exists. It is never changed afterwards.
 * @throws Failure `build-failed` with the last lines; nothing of the attempt stays
 */
export async function buildRelease(place: Place, recipe: Recipe, signal?: AbortSignal): Promise<Release> {
  const source = await readSource(recipe.sources);
  if (source.files.length === 0) throw new Failure("build-failed", `cannot build ${recipe.name}: ${recipe.sources} holds no files`);
  const made = [recipe.build, recipe.output, recipe.build === null ? null : [recipe.environment, process.version]];
  const hash = await contentHash(source, made);
  const id = `${source.commit ?? "worktree"}-${hash}`;
  // The same content at another commit is the same release: a commit elsewhere restarts nothing.
  const known = (await listReleases(place, recipe.name)).find((release) => release.id.endsWith(`-${hash}`));
  if (known !== undefined) return known;
  recipe.begun();
  const started = Date.now();
  const building = join(place.releases(recipe.name), `.building-${id}`);
  try {
    await removeTree(building);
    await mkdir(building, { recursive: true });
    await chmod(place.releases(recipe.name), recipe.reader === null ? 0o700 : 0o750);
    if (recipe.reader !== null) await chown(place.releases(recipe.name), process.getuid?.() ?? 0, recipe.reader);
    await copySource(source, building);
    if ((await contentHash({ ...source, directory: building }, made)) !== hash) throw new Failure("build-failed", `cannot build ${recipe.name}: its sources were changed while they were read`, { hint: "the same command again" });
    await build(place, recipe, building, signal);
    await makeReadOnly(building);
    await removeTree(place.release(recipe.name, id));
    await rename(building, place.release(recipe.name, id));
  } catch (cause) {
    await removeTree(building).catch(() => {});
    throw diskFailure(building, cause);
  }
  const release = { id, commit: source.commit, builtAt: new Date().toISOString(), buildSeconds: Math.round((Date.now() - started) / 100) / 10 };
  await writeWhole(recordPath(place, recipe.name, id), JSON.stringify(release));
  return release;
}

async function build(place: Place, recipe: Recipe, directory: string, signal?: AbortSignal): Promise<void> {
  if (recipe.build !== null) {
    const environment = { ...process.env, ...recipe.environment };
    const command = await withKeptPackages(place, recipe.name, recipe.build, directory, environment);
    const result = await runJob(place, { name: `${recipe.name}.build`, command: ["/bin/sh", "-c", command], directory, environment }, signal);
    if (result.exitCode !== 0) {
      throw new Failure("build-failed", `cannot build ${recipe.name}: "${recipe.build}" ended with ${result.exitCode ?? result.signal}`, {
        hint: `./dailyge logs ${recipe.name}.build`,
        details: result.lastLines,
      });
    }
  }
  const output = await stat(join(directory, recipe.output)).catch(() => null);
  if (output?.isDirectory() !== true) {
    throw new Failure("build-failed", `cannot build ${recipe.name}: there is no directory "${recipe.output}" afterwards`, { hint: `correct sites.${recipe.name}.output` });
  }
}

const recordPath = (place: Place, name: string, id: string): string => join(place.releases(name), `${id}.json`);

async function readRelease(place: Place, name: string, id: string): Promise<Release | null> {
  const text = await readFile(recordPath(place, name, id), "utf8").catch(() => null);
  const there = await stat(place.release(name, id)).catch(() => null);
  return text === null || there === null ? null : (JSON.parse(text) as Release);
}

/** Releases on disk, newest first. */
export async function listReleases(place: Place, name: string): Promise<readonly Release[]> {
  const entries = await readdir(place.releases(name)).catch(() => []);
  const found = await Promise.all(entries.filter((entry) => entry.endsWith(".json")).map((entry) => readRelease(place, name, entry.slice(0, -5))));
  return found.filter((release) => release !== null).sort((one, other) => other.builtAt.localeCompare(one.builtAt));
}

/** Deletes all but the releases to keep, and what an interrupted build left. */
export async function pruneReleases(place: Place, name: string, keep: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(place.releases(name)).catch(() => [])) {
    if (!keep.has(entry.replace(/\.json$/, ""))) await removeTree(join(place.releases(name), entry));
  }
}
