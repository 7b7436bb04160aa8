import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Platform } from "../bench/platform.ts";
import { machineFacts } from "../bench/report.ts";
import { reference } from "../bench/reference.ts";
import { repository, Workbench } from "../bench/workbench.ts";
import { breakIt, type Fault, type Outcome } from "./fault.ts";
import { FAULTS } from "./faults.ts";
import { failuresText, page, tableText } from "./page.ts";

// Breaks the reference platform in every way that we know, while it is used. All of them: docs/faults.md is written. Some, by words in their names: they are printed.
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(words: readonly string[]): Promise<number> {
  const wanted = words.length === 0 ? FAULTS : FAULTS.filter(({ what }) => words.some((word) => what.includes(word)));
  if (wanted.length === 0) {
    tell(`no fault has ${words.join(" or ")} in its name\n  next: one of\n${FAULTS.map(({ what }) => `    ${what}\n`).join("")}`);
    return 2;
  }
  let breaking: { readonly fault: Fault; readonly platform: Platform } | null = null;
  const bench = await Workbench.open(tell);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      tell("ending what was started");
      if (breaking !== null) breaking.fault.restore?.(breaking.platform);
      void bench.close().finally(() => process.exit(130));
    });
  }
  try {
    const platform = await reference(bench);
    const outcomes: Outcome[] = [];
    for (const fault of wanted) {
      tell(fault.what);
      breaking = { fault, platform };
      const outcome = await breakIt(bench, platform, fault);
      outcomes.push(outcome);
      if (outcome.how.length > 0) tell(`  failed: ${failuresText(outcome)}`);
      if (outcome.last.length > 0) tell(`  ready last: ${outcome.last.join(", ")}`);
    }
    process.stdout.write(`\n${tableText(outcomes)}`);
    if (words.length === 0) writeFileSync(join(repository, "docs/faults.md"), page(outcomes, await machineFacts(bench)));
    return outcomes.some(({ lostWrites, lostMessages }) => lostWrites + lostMessages > 0) ? 1 : 0;
  } finally {
    await bench.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
