/**
 * Pins a program of PyPI and all that it needs, as a module of `src/local/run/parts/`: one version of each package, by the
 * hashes of its wheels for every Python and processor that we run on. Versions are the newest that the oldest Python takes.
 *
 *   node tools/python-pins.ts 'secantusdb==0.7.0b3' 3.11 3.12 3.13 > src/local/run/parts/python-pins-secantusdb.ts
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Wheel {
  readonly metadata: { readonly name: string; readonly version: string };
  readonly download_info: { readonly archive_info: { readonly hashes: { readonly sha256: string } } };
}

const PROCESSORS = ["x86_64", "aarch64"];
const directory = mkdtempSync(join(tmpdir(), "dailyge-pins-"));

/** What pip would install there. https://pip.pypa.io/en/stable/reference/installation-report/ */
function resolve(requirements: readonly string[], python: string, processor: string): readonly Wheel[] {
  const report = join(directory, "report.json");
  const platforms = ["manylinux_2_28", "manylinux_2_24", "manylinux_2_17", "manylinux2014"].flatMap((platform) => ["--platform", `${platform}_${processor}`]);
  const where = ["--python-version", python, "--implementation", "cp", ...platforms, "--target", join(directory, "target")];
  const how = ["--pre", "--ignore-installed", "--only-binary=:all:", "--dry-run", "--quiet", "--report", report];
  execFileSync("python3", ["-m", "pip", "install", ...how, ...where, ...requirements], { stdio: ["ignore", "ignore", "inherit"] });
  return (JSON.parse(readFileSync(report, "utf8")) as { readonly install: readonly Wheel[] }).install;
}

function pins(wanted: string, pythons: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const exact = resolve([wanted], pythons[0] ?? "", PROCESSORS[0] ?? "").map(({ metadata }) => `${metadata.name}==${metadata.version}`);
  const found = new Map(exact.map((name) => [name, new Set<string>()]));
  for (const python of pythons) {
    for (const processor of PROCESSORS) {
      for (const { metadata, download_info: from } of resolve(exact, python, processor)) {
        found.get(`${metadata.name}==${metadata.version}`)?.add(from.archive_info.hashes.sha256);
      }
    }
  }
  return found;
}

const [wanted = "", ...pythons] = process.argv.slice(2);
try {
  const lines = [...pins(wanted, pythons)].map(([name, hashes]) => [name, ...[...hashes].toSorted().map((hash) => `--hash=sha256:${hash}`)].join(" \\\n  ").replaceAll("\\", "\\\\"));
  const told = `/** ${wanted} and all that it needs, on Python ${pythons.join(", ")}. Written by tools/python-pins.ts. https://pip.pypa.io/en/stable/topics/secure-installs/ */`;
  process.stdout.write(`${told}\nexport const PINS = \`\n${lines.join("\n")}\n\`;\n`);
} finally {
  rmSync(directory, { recursive: true });
}
