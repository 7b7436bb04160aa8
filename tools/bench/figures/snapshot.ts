import { spawnSync } from "node:child_process";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Finding, Measurement } from "../figure.ts";
import type { Platform } from "../platform.ts";
import { each, median, medianOfPairs, seconds, times } from "../statistics.ts";
import type { Workbench } from "../workbench.ts";

const REPETITIONS = 3;
const GOAL = 2;
/** 128 Ki rows of 8,000 bytes: 1 GB. */
const FILL =
  "CREATE DATABASE bench; USE bench; CREATE TABLE kept (id INT PRIMARY KEY, body MEDIUMTEXT) ENGINE = MyISAM CHARACTER SET ascii; " +
  "INSERT INTO kept SELECT seq, REPEAT(MD5(seq), 250) FROM seq_1_to_131072;";

export const snapshot: Measurement = {
  name: "snapshot",
  method:
    "A platform with one SQL database that holds 1 GB of rows. Measured are `./dailyge snapshot` and then `./dailyge restore` of it, each command from its start to its end: the database is held still, copied, and let go; " +
    "what is kept is copied beside the data, the database stopped, the directories exchanged, the database started and asked. The baseline is `cp --reflink=auto -a` of the same data directory there, and of that copy to a third place. " +
    "Before each, what is in memory only is written to the disk (sync).",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const platform = await bench.platform("kept", async (directory) => {
    await copyFile(join(import.meta.dirname, "../kept.ts"), join(directory, "platform.ts"));
    return join(directory, "platform.ts");
  });
  await platform.sql(FILL);
  const ours: { there: number; back: number }[] = [];
  const theirs: { there: number; back: number }[] = [];
  for (let turn = 0; turn < REPETITIONS; turn += 1) {
    theirs.push(await byHand(bench, platform));
    ours.push({ there: await timed(() => platform.snapshot("bench")), back: await timed(() => platform.restore("bench")) });
    await platform.deleteSnapshot("bench");
  }
  await platform.sql("DROP DATABASE bench");
  const whole = (values: typeof ours): readonly number[] => values.map(({ there, back }) => there + back);
  const ratio = medianOfPairs(whole(ours), whole(theirs), (one, other) => one / other);
  const both = (values: typeof ours): string => `${each(values.map(({ there }) => there))} and ${each(values.map(({ back }) => back))} s`;
  return {
    figures: [
      {
        what: "`snapshot` and `restore` of 1 GB",
        measured: seconds(median(whole(ours))),
        baseline: `${seconds(median(whole(theirs)))}, \`cp\` there and back`,
        compared: times(ratio),
        goal: `≤ ${times(GOAL)}`,
        met: ratio <= GOAL,
      },
    ],
    notes: [`snapshot and restore: ${both(ours)}; cp there and back: ${both(theirs)}`],
  };
}

async function byHand(bench: Workbench, platform: Platform): Promise<{ there: number; back: number }> {
  const [data, there, back] = [join(platform.state, "data"), join(bench.directory, "there"), join(bench.directory, "back")];
  const taken = { there: await timed(async () => copy(data, there)), back: await timed(async () => copy(there, back)) };
  for (const path of [there, back]) await rm(path, { recursive: true });
  return taken;
}

const copy = (from: string, to: string): void => run("cp", "--reflink=auto", "-a", from, to);

async function timed(act: () => Promise<void>): Promise<number> {
  run("sync");
  const began = performance.now();
  await act();
  return (performance.now() - began) / 1000;
}

function run(program: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
}
