import { spawnSync } from "node:child_process";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Finding, Measurement } from "../figure.ts";
import { startReplica } from "../hand-service.ts";
import { askOnce } from "../http.ts";
import type { Platform } from "../platform.ts";
import { commandOf } from "../processes.ts";
import { HEALTH } from "../reference.ts";
import { each, median, medianOfPairs, seconds, times } from "../statistics.ts";
import { copyApi } from "../three-platform.ts";
import { repository, type Started, type Workbench } from "../workbench.ts";

const REPETITIONS = 5;
const GOAL = 1.5;
const WITHIN_MS = 60_000;
const BUILD = "npm ci --omit=dev --ignore-scripts";

export const watch: Measurement = {
  name: "watch",
  method:
    "One replica of the reference API with what it uses, under `./dailyge up --watch`. A line is added to a source file; measured is the time until the edge gives an answer of the new release. " +
    `The baseline is the same change built and started by hand: in a copy of the sources \`${BUILD}\`, which is the definition's build, then the same program with the same variables until it answers 200 once. ` +
    "Noted is the same start without the build: as the packages have not changed, a release takes those of the one before.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const platform = await bench.platform("watched", async (directory) => {
    for (const sources of ["api", "by-hand"]) await copyApi(join(directory, sources));
    const definition = (await readFile(join(import.meta.dirname, "../three.ts"), "utf8")).replace('name: "three"', 'name: "watched"').replace("replicas: 3", "replicas: 1");
    await writeFile(join(directory, "platform.ts"), definition);
    return join(directory, "platform.ts");
  });
  const watching = await startWatching(bench, platform);
  const taken = { ours: [] as number[], theirs: [] as number[], starts: [] as number[] };
  for (let turn = 0; turn < REPETITIONS; turn += 1) {
    const hand = await byHand(bench, platform, turn);
    taken.theirs.push(hand.build + hand.start);
    taken.starts.push(hand.start);
    taken.ours.push(await changeUntilAnswered(platform, turn));
  }
  await watching.stop();
  const ratio = medianOfPairs(taken.ours, taken.theirs, (one, other) => one / other);
  return {
    figures: [
      {
        what: "source change to new code answering, `up --watch`",
        measured: seconds(median(taken.ours)),
        baseline: `${seconds(median(taken.theirs))}, build and start by hand`,
        compared: times(ratio),
        goal: `≤ ${times(GOAL)}`,
        met: ratio <= GOAL,
      },
    ],
    notes: [
      `change to answer: ${each(taken.ours)} s; build and start by hand: ${each(taken.theirs)} s`,
      `against the start alone, ${each(taken.starts)} s: ${times(medianOfPairs(taken.ours, taken.starts, (one, other) => one / other))}`,
    ],
  };
}

async function startWatching(bench: Workbench, platform: Platform): Promise<Started> {
  const started = bench.start({ words: platform.watching(), directory: repository, environment: bench.environment });
  let said = "";
  started.child.stderr?.on("data", (text: Buffer) => (said += text.toString()));
  for (const end = performance.now() + WITHIN_MS; !said.includes("Ctrl-C"); await pause(50)) {
    if (performance.now() > end || started.child.exitCode !== null) throw new Error(`up --watch did not begin: ${said}`);
  }
  return started;
}

const change = (platform: Platform, sources: string, turn: number): Promise<void> => appendFile(join(platform.directory, sources, "src/server.ts"), `// ${turn}\n`);

async function changeUntilAnswered(platform: Platform, turn: number): Promise<number> {
  const { host, port } = await platform.address("api");
  const release = async (): Promise<string | undefined> => {
    const { head } = await askOnce(port, { method: "GET", host, path: HEALTH });
    return /^x-release: *(\S+)/im.exec(head)?.[1];
  };
  const before = await release();
  const began = performance.now();
  await change(platform, "api", turn);
  while ((await release()) === before) {
    if (performance.now() - began > WITHIN_MS) throw new Error("the new release does not answer after 60 s");
    await pause(5);
  }
  const took = (performance.now() - began) / 1000;
  await settled(platform);
  return took;
}

/** Until the rollout is over: the old replica has gone. */
async function settled(platform: Platform): Promise<void> {
  while ((await platform.replicas("api")).length !== 1) await pause(100);
}

async function byHand(bench: Workbench, platform: Platform, turn: number): Promise<{ readonly build: number; readonly start: number }> {
  const [replica] = await platform.replicas("api");
  const like = commandOf(replica?.pid ?? 0);
  const [sources, directory] = [join(platform.directory, "by-hand"), join(bench.directory, `built-by-hand-${turn}`)];
  await change(platform, "by-hand", turn);
  const began = performance.now();
  const { status, stderr } = spawnSync("sh", ["-c", `cp -a "$1" "$2" && cd "$2" && ${BUILD}`, "sh", sources, directory], { env: bench.environment, encoding: "utf8" });
  if (status !== 0) throw new Error(`the build by hand failed: ${stderr}`);
  const build = (performance.now() - began) / 1000;
  const { process, seconds: start } = await startReplica(bench, { ...like, directory }, 1);
  await process.stop();
  await rm(directory, { recursive: true });
  return { build, start };
}
