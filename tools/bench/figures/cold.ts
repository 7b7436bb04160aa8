import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Finding, Measurement } from "../figure.ts";
import { insteadOf, type HandPlatform } from "../hand-platform.ts";
import { rootOf } from "../hand-site.ts";
import type { Platform } from "../platform.ts";
import { BUILDS, coldReference } from "../reference.ts";
import { each, median, medianOfPairs, seconds, times } from "../statistics.ts";
import { repository, type Started, type Workbench } from "../workbench.ts";

const REPETITIONS = 2;
const GOAL = 1.5;

export const cold: Measurement = {
  name: "cold",
  method:
    "The whole reference platform from nothing but cached parts: `./dailyge up --detach` in a state directory that does not exist, from its start to its end. It makes the databases and their users, builds every service and site, migrates and starts. " +
    "The baseline does it by hand with templates: data directories in which users and tables are there already are copied, and every process is started as for `up`; meanwhile all services and sites are built, " +
    "all at once, in copies of their sources with the definition's commands, and the API's migration runs, which finds nothing to do. npm has every package in its cache on both sides.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const platform = await coldReference(bench);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let turn = 0; turn < REPETITIONS; turn += 1) {
    theirs.push(await insteadOf(bench, platform, (hand) => byHand(bench, platform, hand)));
    await platform.erase();
    const began = performance.now();
    await platform.up();
    ours.push((performance.now() - began) / 1000);
  }
  const ratio = medianOfPairs(ours, theirs, (one, other) => one / other);
  return {
    figures: [
      {
        what: "the same, cold, parts cached",
        measured: seconds(median(ours)),
        baseline: `${seconds(median(theirs))} by hand with templates`,
        compared: times(ratio),
        goal: `≤ ${times(GOAL)}`,
        met: ratio <= GOAL,
      },
    ],
    notes: [`up: ${each(ours)} s; by hand: ${each(theirs)} s`],
  };
}

/** The templates are the data of the platform that is down. */
async function byHand(bench: Workbench, platform: Platform, hand: HandPlatform): Promise<number> {
  const [data, templates] = [join(platform.state, "data"), join(bench.directory, "templates")];
  await rm(templates, { recursive: true, force: true });
  await shell(bench, 'mv "$1" "$2"', data, templates);
  for (const made of ["releases", "packages"]) await rm(join(platform.state, made), { recursive: true, force: true });
  const began = performance.now();
  const built = Object.fromEntries(Object.keys(BUILDS).map((workload) => [workload, build(bench, platform, hand, workload)]));
  // Each is waited for below; one that fails meanwhile is no surprise.
  for (const one of Object.values(built)) one.catch(() => {});
  await shell(bench, 'cp --reflink=auto -a "$1" "$2"', templates, data);
  await hand.start(async (workload) => {
    await built[workload];
    await migrate(bench, hand, workload);
  });
  await Promise.all(Object.values(built));
  return (performance.now() - began) / 1000;
}

async function build(bench: Workbench, platform: Platform, hand: HandPlatform, workload: string): Promise<void> {
  const made = BUILDS[workload];
  if (made === undefined) throw new Error(`nobody knows how ${workload} is built`);
  const copy = 'mkdir -p "$2" && git -C "$1" ls-files -z --cached --others --exclude-standard | tar --create --directory="$1" --null --files-from=- | tar --directory="$2" --extract';
  const script = made.build === null ? copy : `${copy} && cd "$2" && ${made.build}`;
  await shell(bench, script, join(repository, "examples/dailyge", made.sources), await releaseDirectory(bench, platform, hand, workload));
}

/** Where the platform has the release that it serves; of what runs only at times, anywhere. */
async function releaseDirectory(bench: Workbench, platform: Platform, hand: HandPlatform, workload: string): Promise<string> {
  const part = hand.parts.find(({ name }) => name.startsWith(`${workload}.`));
  if (part === undefined) return mkdtemp(join(bench.directory, `${workload}-`));
  if (!BUILDS[workload]?.sources.startsWith("sites/")) return part.directory;
  return (await rootOf(join(platform.state, "config", part.name, "nginx.conf"))).replace(/\/dist$/, "");
}

async function migrate(bench: Workbench, hand: HandPlatform, workload: string): Promise<void> {
  const [part] = hand.parts.filter(({ name }) => name.startsWith(`${workload}.`));
  const words = BUILDS[workload]?.migrate;
  if (part === undefined || words === undefined || words === null) return;
  await ended(bench.start({ words: ["sh", "-c", words], directory: part.directory, environment: part.environment }), words);
}

const shell = (bench: Workbench, script: string, ...words: readonly string[]): Promise<void> =>
  ended(bench.start({ words: ["sh", "-c", script, "sh", ...words], directory: bench.directory, environment: bench.environment }), script);

async function ended(started: Started, what: string): Promise<void> {
  const { code, stderr } = await started.ended;
  if (code !== 0) throw new Error(`by hand, ${what} ended with ${code}: ${stderr}`);
}
