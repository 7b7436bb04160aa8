import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { asRoot, CACHE } from "./fixture-cache.ts";

const run = promisify(execFile);

/** Debian's buildah with what it needs; the library of C and the like are everywhere. */
const PACKAGES = ["buildah", "crun", "golang-github-containers-common", "golang-github-containers-image", "libyajl2", "libgpgme11", "libassuan0", "libdevmapper1.02.1", "libostree-1-1", "libsubid4"];

/** Programs that work here as they are. */
const INSTALLED: readonly (readonly [program: string, ...words: readonly string[]])[] = [["docker", "version", "--format", "{{.Server.Version}}"], ["podman", "info"], ["buildah", "info"]];

/** How something on this machine builds images: the directory for the PATH, and the files that it reads; null where nothing does, with the reason printed. */
export async function findImageBuilder(): Promise<{ readonly path: string; readonly unpacked: string | null } | null> {
  for (const [program, ...words] of INSTALLED) {
    if (await run(program, words).then(() => true, () => false)) return { path: process.env["PATH"] ?? "", unpacked: null };
  }
  try {
    if (!asRoot) throw new Error("docker, podman and buildah do not work, and only root can unpack one");
    const unpacked = join(CACHE, "tests", `buildah-${process.arch}`);
    if (!existsSync(join(unpacked, "bin/buildah"))) await unpack(unpacked);
    await run(join(unpacked, "bin/buildah"), ["--version"]);
    return { path: `${unpacked}/bin:${unpacked}/root/usr/bin:/usr/bin:/bin`, unpacked };
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    if (process.env["CI"] === "true") throw new Error(`nothing here builds images, and on CI that must be tried: ${why}`, { cause });
    console.warn(`Skipped: nothing on this machine builds images: ${why}`);
    return null;
  }
}

/** Everything in a place of its own; nothing of it is installed. */
async function unpack(to: string): Promise<void> {
  mkdirSync(join(to, ".."), { recursive: true });
  const draft = mkdtempSync(join(to, "../.new-"));
  try {
    await run("apt-get", ["download", ...PACKAGES], { cwd: draft });
    for (const file of readdirSync(draft)) await run("dpkg-deb", ["-x", file, "root"], { cwd: draft });
    mkdirSync(join(draft, "bin"));
    const libraries = ["usr/lib", "lib"].map((below) => `"$here"/root/${below}/*-linux-gnu`).join(" ");
    writeFileSync(join(draft, "bin/buildah"), `#!/bin/sh\nhere=$(dirname "$(dirname "$(readlink -f "$0")")")\nset -- ${libraries} -- "$@"\nlibraries=\nwhile [ "$1" != -- ]; do libraries=$libraries:$1; shift; done\nshift\nLD_LIBRARY_PATH=\${libraries#:} exec "$here"/root/usr/bin/buildah "$@"\n`, { mode: 0o755 });
    for (const file of readdirSync(draft)) if (file.endsWith(".deb")) rmSync(join(draft, file));
    renameSync(draft, to);
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true });
    throw cause;
  }
}

/** Variables with which podman and buildah keep everything below a directory and take a registry without TLS; docker takes those of loopback so. */
export function builderEnvironment(path: string, unpacked: string | null, directory: string, registry: string): Readonly<Record<string, string>> {
  const file = (name: string, text: string): string => {
    mkdirSync(join(directory, name, ".."), { recursive: true });
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const own = {
    CONTAINERS_REGISTRIES_CONF: file("registries.conf", `unqualified-search-registries = []\n[[registry]]\nlocation = "${registry}"\ninsecure = true\n`),
    XDG_RUNTIME_DIR: directory, TMPDIR: directory,
  };
  file(".config/containers/policy.json", '{"default": [{"type": "insecureAcceptAnything"}]}\n');
  const store = unpacked === null ? {} : { BUILDAH_ISOLATION: "chroot", CONTAINERS_STORAGE_CONF: file("storage.conf", `[storage]\ndriver = "vfs"\ngraphroot = "${directory}/graph"\nrunroot = "${directory}/run"\n`) };
  return { PATH: path, HOME: unpacked === null ? (process.env["HOME"] ?? directory) : directory, ...own, ...store };
}
