import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { eventually, makePlatform, service } from "./fixture.ts";

const HOUR_MS = 3_600_000;

test("a clock that is set back, and on: nothing waits for it, who hangs is replaced, who runs is known", async () => {
  const job = { directory: "services/job", start: "true", schedule: { cron: "0 * * * *" } } as const;
  const platform = makePlatform({ services: { api: service({ replicas: 2 }), job } });
  const clock = join(platform.top, "clock");
  const set = (hours: number): void => writeFileSync(clock, String(hours * HOUR_MS));
  set(0);
  const environment = { CLOCK_OFF_BY: clock, NODE_OPTIONS: `--import=${fileURLToPath(new URL("fixture-clock.ts", import.meta.url))}` };
  const up = await platform.startWith({ environment }, "up", "--detach").ended();
  expect(up, up.err).toMatchObject({ code: 0 });

  set(-5);
  const first = await platform.pids();
  void platform.ask("/hang", { method: "POST" });
  await eventually(async () => Object.entries(await platform.pids()).some(([name, pid]) => pid !== first[name]), 30);
  await platform.until(({ ready }) => ready);
  expect((await platform.run("logs", "controller", "--lines", "100")).out).toMatch(/api\.\d: does not answer any more: ended, to be started again/);
  const considered = (): number => Date.parse((JSON.parse(readFileSync(join(platform.state(), "state.json"), "utf8")) as { workloads: { job: { schedule: { considered: string } } } }).workloads.job.schedule.considered);
  await eventually(() => considered() <= Date.now() - 4 * HOUR_MS);

  const before = await platform.pids();
  set(5);
  expect((await platform.status()).ready).toBe(true);
  expect(await platform.pids()).toEqual(before);
  await eventually(async () => /job: (9|10|11) runs, the last due .*, were missed/.test((await platform.run("logs", "controller", "--lines", "100")).out));
});
