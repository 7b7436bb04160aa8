import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ScheduleStatus } from "../../src/local/run/status-duties.ts";
import { eventually, makePlatform, part, type Platform } from "./fixture.ts";

/** Waits where the turn of a minute, at which something begins, would come in the middle of what is to be seen. */
async function awayFromTheMinute(): Promise<void> {
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 25_000) await pause(leftMs + 500);
}

/** Runs until the file `go` is there. */
const JOB = "echo begun $RELEASE; while [ ! -e $GO ]; do sleep 0.05; done; echo over; exit 3";

async function schedule(platform: Platform, service: string): Promise<ScheduleStatus> {
  const found = (await platform.status()).schedules.find((one) => one.service === service);
  return found ?? expect.fail(`no schedule of ${service}`);
}

/** As if the platform had not been up for so long. */
function setBack(platform: Platform, service: string, minutes: number): void {
  const file = join(platform.state(), "state.json");
  const state = JSON.parse(readFileSync(file, "utf8")) as { workloads: Record<string, { schedule: { considered: string } }> };
  const known = state.workloads[service] ?? expect.fail("no such service");
  known.schedule.considered = new Date(Date.now() - minutes * 60_000).toISOString();
  writeFileSync(file, JSON.stringify(state));
}

const controller = (platform: Platform): number => (JSON.parse(readFileSync(join(platform.state(), "controller.lock"), "utf8")) as { pid: number }).pid;

test("a scheduled service runs at its times, to its end; what was missed and passed over is told", async () => {
  const platform = makePlatform({});
  const go = join(platform.top, "go");
  const job = { directory: "services/job", start: JOB, environment: { GO: go }, stopWithin: "5 seconds" } as const;
  platform.define({ services: { minutely: { ...job, schedule: "* * * * *" }, yearly: { ...job, schedule: { cron: "0 0 1 1 *", timezone: "Europe/Berlin" } } } });
  await awayFromTheMinute();
  await platform.up();
  expect(await schedule(platform, "minutely")).toMatchObject({ timezone: "UTC", next: expect.stringMatching(/:00\.000Z$/), skipped: [] });
  expect((await schedule(platform, "yearly")).next).toMatch(/-12-31T23:00:00\.000Z$/);
  expect((await platform.status()).ready).toBe(true);

  // The last time is less than a minute ago: it is begun. The others are missed.
  await platform.run("down");
  setBack(platform, "minutely", 10);
  await platform.up();
  await eventually(async () => (await schedule(platform, "minutely")).runs[0]?.end === null);
  const [begun] = (await schedule(platform, "minutely")).runs;
  const { skipped } = await schedule(platform, "minutely");
  expect(skipped.find(({ why }) => why.startsWith("missed"))?.count).toBeGreaterThanOrEqual(8);
  const { pid, release } = part(await platform.status(), "minutely");

  // Killed, the controller is followed by one that knows the run, and does not begin a second one.
  process.kill(controller(platform), "SIGKILL");
  setBack(platform, "minutely", 2);
  await eventually(async () => (await schedule(platform, "minutely")).skipped.some(({ why }) => why.startsWith("passed over: minutely.run")));
  expect((await schedule(platform, "minutely")).runs[0]).toEqual(begun);
  expect(part(await platform.status(), "minutely")).toMatchObject({ pid, state: "ready" });
  expect(await platform.run("run", "minutely")).toMatchObject({ code: 2, err: expect.stringContaining("cannot run minutely: minutely.run runs since") });

  writeFileSync(go, "");
  await eventually(async () => (await schedule(platform, "minutely")).runs.some(({ startedAt, end }) => startedAt === begun?.startedAt && end?.exitCode === 3));
  expect((await platform.run("logs", "minutely")).out).toMatch(new RegExp(`begun ${release}\\n(.*\\n)*.*over\\n`));
  const text = await platform.run("status");
  expect(text.out).toMatch(/Scheduled:\n {2}minutely {2}next .* \(\* \* \* \* \*, UTC\)\n/);
  expect(text.out).toMatch(/ended with exit code 3 after \d+(\.\d)? s\n/);
  const told = await platform.run("logs", "controller");
  expect(told.out).toMatch(/minutely: \d+ runs, the last due \S+, were missed: the platform was not up then/);
});

test("run shows what a run writes and ends with its exit code; a release starts none; Ctrl-C and down stop it", async () => {
  const platform = makePlatform({});
  const go = join(platform.top, "go");
  platform.define({ services: { job: { directory: "services/job", start: JOB, environment: { GO: go }, schedule: "0 0 1 1 *", stopWithin: "5 seconds" } } });
  await platform.up();
  writeFileSync(go, "");
  const first = part(await platform.status(), "job").release;
  expect(await platform.run("run", "job")).toMatchObject({ code: 3, out: `begun ${first}\nover\n`, err: expect.stringMatching(/^job\.run ended with exit code 3 after \d+(\.\d)? s\n$/) });

  rmSync(go);
  platform.source("job", { version: "two" });
  expect((await platform.run("deploy", "job")).code).toBe(0);
  const second = part(await platform.status(), "job").release;
  expect([second === first, (await schedule(platform, "job")).runs.length]).toEqual([false, 1]);

  const command = platform.start("run", "job");
  await command.says(`begun ${second}`);
  process.kill(controller(platform), "SIGKILL");
  await platform.status();
  command.signal("SIGINT");
  expect(await command.ended()).toMatchObject({ code: 130, err: expect.stringContaining("job.run was stopped after") });

  const stopped = platform.start("run", "job");
  await stopped.says("begun");
  expect((await platform.run("down")).code).toBe(0);
  expect(await stopped.ended()).toMatchObject({ code: 2 });
  await platform.up();
  expect((await schedule(platform, "job")).runs.map(({ due, end }) => [due, end?.why ?? end?.exitCode])).toEqual([[null, "was stopped with the platform"], [null, "was stopped"], [null, 3]]);
});
