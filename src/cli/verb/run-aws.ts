import { runScheduled } from "../../aws/run/run.ts";
import { groundOf } from "../../aws/run/deploy-ground.ts";
import { Failure } from "../../kit/failure.ts";
import { onAws, serviceNamed } from "../aws.ts";
import { Interrupts } from "../interrupts.ts";
import type { Invocation } from "../invocation.ts";
import { ProgressView } from "../progress.ts";

/** Runs a scheduled service on AWS now, to its end; Ctrl-C stops it. What it wrote last is on stdout, its exit code is ours. */
export async function runOnAws(invocation: Invocation): Promise<number> {
  const [name, ...more] = invocation.words;
  if (name === undefined || more.length > 0) throw new Failure("usage", "run needs the name of one scheduled service", { hint: "./dailyge status --target aws" });
  return onAws(invocation, `${name} cannot be run`, async (aws) => {
    const { model: { shared }, environment, settings } = aws;
    const service = serviceNamed(aws, name, "nothing of it runs");
    const interrupts = new Interrupts(invocation.tell);
    interrupts.words = [`stopping ${name}`, "stopping it"];
    const view = new ProgressView({ tell: interrupts.tell, terminal: invocation.terminal });
    try {
      const { exitCode, reason, lastLines, task } = await runScheduled(groundOf({ shared, environment, service, settings, signal: interrupts.signal, report: view.show }));
      view.close();
      for (const line of lastLines) invocation.print(`${line}\n`);
      invocation.tell(`${name} (task ${task}) ${exitCode === null ? "never ran" : `ended with ${exitCode}`}${reason === "" ? "" : `: ${reason}`}\n`);
      return exitCode ?? 130;
    } finally {
      view.close();
      interrupts.release();
    }
  }, (located) => serviceNamed(located, name, "nothing of it runs"));
}
