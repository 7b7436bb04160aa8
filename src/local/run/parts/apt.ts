import { join } from "node:path";
import { runProgram, type Ended } from "./program.ts";
import { makeOpenDirectory } from "./workshop.ts";

/** apt with directories of its own: it needs no root, and leaves the machine's packages and lists alone. */
export interface Apt {
  readonly program: string;
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** A package as a source offers it. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
}

/**
 * Fetches the package lists of the machine's own sources, and returns what it complains of. Whether that matters shows
 * when packages are resolved: a source that is down may not be the one that is needed.
 */
export async function updateLists(apt: Apt): Promise<string> {
  await makeOpenDirectory(join(apt.directory, "state/lists/partial"));
  await makeOpenDirectory(join(apt.directory, "cache/archives/partial"));
  const { stderr } = await aptGet(apt, ["update"]);
  return stderr.split("\n").filter((line) => line.startsWith("E:") || line.includes("Failed to fetch")).join("\n");
}

/**
 * The packages to unpack for these to run here: themselves, even where installed, and the libraries that the machine lacks.
 * Other dependencies (users to create, hooks of init systems) serve an installation and are left out.
 */
export async function resolvePackages(apt: Apt, names: readonly string[]): Promise<readonly DebianPackage[] | Ended> {
  const ended = await aptGet(apt, ["install", "--yes", "--reinstall", "--no-install-recommends", "--print-uris", ...names]);
  if (ended.code !== 0) return ended;
  return parseUris(ended.stdout).filter(({ name }) => names.includes(name) || isLibrary(name));
}

/** Downloads packages into a directory; apt checks signatures and hashes. Progress is told in bytes. */
export function downloadPackages(apt: Apt, packages: readonly DebianPackage[], directory: string, onBytes: (done: number) => void): Promise<Ended> {
  const total = packages.reduce((sum, { bytes }) => sum + bytes, 0);
  return aptGet(apt, ["download", ...packages.map(({ name, version }) => `${name}=${version}`)], directory, (line) => {
    const percent = /^dlstatus:\d+:([\d.]+):/.exec(line)?.[1];
    if (percent !== undefined) onBytes(Math.round((total * Number(percent)) / 100));
  });
}

/** Lines of `--print-uris`: 'URI' NAME_VERSION_ARCHITECTURE.deb BYTES HASH, with the colon of an epoch as %3a. */
export function parseUris(text: string): readonly DebianPackage[] {
  return text.split("\n").flatMap((line) => {
    const [, name, version, bytes] = /^'[^']*' ([^_ ]+)_([^_ ]+)_[^_ ]+\.deb (\d+)/.exec(line) ?? [];
    return name === undefined || version === undefined ? [] : [{ name, version: decodeURIComponent(version), bytes: Number(bytes) }];
  });
}

/** A C library beside the machine's own would be loaded by a loader that does not match it. */
const isLibrary = (name: string): boolean => name.startsWith("lib") && !/^libc6?(-|$)/.test(name);

function aptGet(apt: Apt, command: readonly string[], directory?: string, onStatus?: (line: string) => void): Promise<Ended> {
  const settings = [
    `Dir::State=${join(apt.directory, "state")}`,
    `Dir::Cache=${join(apt.directory, "cache")}`,
    "Dir::Cache::pkgcache=pkgcache.bin",
    "Dir::Cache::srcpkgcache=srcpkgcache.bin",
    "Dir::State::status=/var/lib/dpkg/status",
    "Acquire::Languages=none",
    "Acquire::Retries=2",
    "Acquire::http::Timeout=20",
    "Acquire::https::Timeout=20",
    "Acquire::AllowInsecureRepositories=false",
    "APT::Get::AllowUnauthenticated=false",
    // As root apt would download as the user _apt, who cannot read the directory of another user's cache.
    "APT::Sandbox::User=root",
    ...(onStatus === undefined ? [] : ["APT::Status-Fd=3"]),
  ];
  return runProgram(apt.program, ["-q", ...settings.flatMap((setting) => ["-o", setting]), ...command], {
    signal: apt.signal,
    ...(directory === undefined ? {} : { directory }),
    ...(onStatus === undefined ? {} : { onStatus }),
  });
}
