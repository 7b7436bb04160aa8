import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Measurement } from "./figure.ts";
import { cold } from "./figures/cold.ts";
import { deploy } from "./figures/deploy.ts";
import { edge } from "./figures/edge.ts";
import { kill } from "./figures/kill.ts";
import { memory } from "./figures/memory.ts";
import { peers } from "./figures/peers.ts";
import { plan } from "./figures/plan.ts";
import { refused } from "./figures/refused.ts";
import { site } from "./figures/site.ts";
import { snapshot } from "./figures/snapshot.ts";
import { start } from "./figures/start.ts";
import { up } from "./figures/up.ts";
import { watch } from "./figures/watch.ts";
import { machineFacts, page, tableText, type Outcome } from "./report.ts";
import { repository, Workbench } from "./workbench.ts";

// The project's figures. All of them: docs/benchmarks.md is written. Some of them, by name: they are printed.
const MEASUREMENTS: readonly Measurement[] = [up, edge, site, refused, memory, cold, deploy, kill, watch, snapshot, start, plan];

/** Only when they are asked for by name. */
const ON_DEMAND: readonly Measurement[] = [peers];

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

async function measureAll(bench: Workbench, wanted: readonly Measurement[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const measurement of wanted) {
    tell(`measuring ${measurement.name}`);
    const found = await measurement.measure(bench).catch((error: unknown) => ({ failed: error instanceof Error ? error.message : String(error) }));
    outcomes.push({ measurement, found });
  }
  return outcomes;
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => ![...MEASUREMENTS, ...ON_DEMAND].some((measurement) => measurement.name === name));
  if (unknown !== undefined) {
    tell(`there is no figure "${unknown}"\n  next: ./dailyge bench ${[...MEASUREMENTS, ...ON_DEMAND].map(({ name }) => name).join(" ")}`);
    return 2;
  }
  const bench = await Workbench.open(tell);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      tell("ending what was started");
      void bench.close().finally(() => process.exit(130));
    });
  }
  process.once("uncaughtException", (error) => {
    tell(error.stack ?? error.message);
    void bench.close().finally(() => process.exit(70));
  });
  try {
    const wanted = names.length === 0 ? MEASUREMENTS : [...MEASUREMENTS, ...ON_DEMAND].filter(({ name }) => names.includes(name));
    const outcomes = await measureAll(bench, wanted);
    process.stdout.write(`\n${tableText(outcomes)}`);
    const complete = outcomes.every(({ found }) => !("failed" in found));
    if (complete && names.length === 0) {
      mkdirSync(join(repository, "docs"), { recursive: true });
      writeFileSync(join(repository, "docs/benchmarks.md"), page(outcomes, await machineFacts(bench)));
    }
    return complete ? 0 : 2;
  } finally {
    await bench.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
