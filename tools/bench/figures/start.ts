import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Figure, Finding, Measurement } from "../figure.ts";
import { each, median, medianOfPairs, milliseconds, times } from "../statistics.ts";
import { repository, type Workbench } from "../workbench.ts";

const REPETITIONS = 15;
const GOALS = { model: 2.5 } as const;

export const start: Measurement = {
  name: "start",
  method:
    "`./dailyge model` of the reference platform, as typed, launcher and all, in turn with `node hello.ts`, a file of one typed line; " +
    "the same Node, and the same compile cache, warm.",
  measure,
};

async function measure(bench: Workbench): Promise<Finding> {
  const directory = join(bench.directory, "start");
  await mkdir(directory);
  const hello = join(directory, "hello.ts");
  await writeFile(hello, 'const whom: string = "world"; console.log(`hello, ${whom}`);\n');
  const commands = {
    hello: [process.execPath, "--disable-warning=ExperimentalWarning", hello],
    model: ["./dailyge", "model"],
  } as const;
  const run = ([program, ...words]: readonly [string, ...string[]]): number => {
    const began = performance.now();
    const { status, stderr } = spawnSync(program, words, { cwd: repository, env: bench.environment, encoding: "utf8" });
    if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}: ${stderr}`);
    return performance.now() - began;
  };
  for (const command of Object.values(commands)) for (let turn = 0; turn < 2; turn += 1) run(command);
  const taken = { hello: [] as number[], model: [] as number[] };
  for (let turn = 0; turn < REPETITIONS; turn += 1) for (const name of ["hello", "model"] as const) taken[name].push(run(commands[name]));
  const figure = (name: "model", what: string): Figure => {
    const ratio = medianOfPairs(taken[name], taken.hello, (one, other) => one / other);
    return {
      what,
      measured: milliseconds(median(taken[name])),
      baseline: `${milliseconds(median(taken.hello))}, \`node hello.ts\``,
      compared: times(ratio),
      goal: `≤ ${times(GOALS[name])}`,
      met: ratio <= GOALS[name],
    };
  };
  return {
    figures: [figure("model", "`model`")],
    notes: [`model: ${each(taken.model, 0)} ms; hello: ${each(taken.hello, 0)} ms`],
  };
}
