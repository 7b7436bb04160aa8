import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { makePlatform, service, withNotes } from "./fixture.ts";
import { processesOf } from "./fixture-residue.ts";

test("Ctrl-C ends the platform in order; a killed command leaves it; a killed controller is followed by another", async () => {
  const platform = makePlatform({ services: { api: service(await withNotes()) }, databases: { db: { engine: "mysql" } } });
  const first = platform.start("up");
  await first.says("until Ctrl-C");
  expect((await platform.ask("/")).status).toBe(200);
  first.signal("SIGKILL");
  await first.ended();
  const before = await platform.pids();
  expect((await platform.ask("/")).status).toBe(200);

  const second = platform.start("up");
  await second.says("until Ctrl-C");
  expect(await platform.pids()).toEqual(before);
  const { pid } = JSON.parse(readFileSync(join(platform.state(), "controller.lock"), "utf8")) as { pid: number };
  process.kill(pid, "SIGKILL");
  await second.says("a new one has taken over");
  expect(await platform.pids()).toEqual(before);
  const slow = platform.ask("/slow?ms=1000");
  await pause(200);
  second.signal("SIGINT");
  expect((await second.ended()).code).toBe(0);
  const order = ["edge", "api.1", "db"].map((name) => second.err.search(new RegExp(`${name.replace(".", "\\.")} +stopped`)));
  expect(order).toEqual(order.toSorted((one, other) => one - other));
  expect(Math.min(...order)).toBeGreaterThan(0);
  await slow;
  expect(processesOf(platform.top)).toEqual([]);
  expect((await platform.run("status")).out).toContain("not running");
});

test("a second Ctrl-C does not wait for what does not want to end", async () => {
  const platform = makePlatform({ services: { api: service({ stopWithin: "60 seconds" }) } });
  platform.source("api", { stays: true });
  const command = platform.start("up");
  await command.says("until Ctrl-C");
  command.signal("SIGINT");
  await command.says("Ctrl-C again");
  await pause(500);
  expect(command.child.exitCode).toBeNull();
  const started = Date.now();
  command.signal("SIGINT");
  await command.ended();
  expect(Date.now() - started).toBeLessThan(5_000);
  expect(processesOf(platform.top)).toEqual([]);
});

test("Ctrl-C while it comes up, and down in the middle of up", async () => {
  const platform = makePlatform({ services: { api: service(), late: service({}, "late") } });
  platform.source("late", { startAfterMs: 30_000 });
  const first = platform.start("up");
  await first.says(/late\.1 +starting/);
  first.signal("SIGINT");
  expect((await first.ended()).code).toBe(130);
  expect(processesOf(platform.top)).toEqual([]);

  const second = platform.start("up", "--detach");
  await second.says(/late\.1 +starting/);
  expect(await platform.run("down")).toMatchObject({ code: 0 });
  const told = await second.ended();
  expect(told.code).toBe(2);
  expect(told.err).toContain("cancelled");
  expect(processesOf(platform.top)).toEqual([]);
  platform.source("late");
  await platform.up();
  expect((await platform.ask("/", { host: "late" })).status).toBe(200);
});

test("two ups at once: one of them brings it up, the other does too or is refused by name", async () => {
  const platform = makePlatform({ services: { api: service() } });
  const both = await Promise.all([platform.run("up", "--detach"), platform.run("up", "--detach")]);
  expect(both.map(({ code }) => code)).toContain(0);
  for (const { code, err } of both) if (code !== 0) expect(err).toMatch(/cannot up: "up" is under way since \d+ s/);
  expect((await platform.status()).ready).toBe(true);
  expect(processesOf(platform.top).filter(({ command }) => command.includes(" controller "))).toHaveLength(1);
});

test("down --erase without a terminal wants --yes", async () => {
  const platform = makePlatform({ services: { api: service() } });
  await platform.up();
  const refused = await platform.run("down", "--erase");
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.err).toContain("./dailyge down --erase --yes");
  expect((await platform.ask("/")).status).toBe(200);
  expect(await platform.run("down", "--erase", "--yes")).toMatchObject({ code: 0 });
  expect(platform.states()).toEqual([]);
});

test("on a terminal down --erase asks, and secret set does not show what is typed", async () => {
  const platform = makePlatform({ services: { api: service({ secrets: ["MAIL_KEY"] }) } });
  const set = platform.onTerminal("secret", "set", "api", "MAIL_KEY");
  await set.says("MAIL_KEY: ");
  set.type("hidden words\r");
  expect((await set.ended()).code).toBe(0);
  expect(set.out).not.toContain("hidden");
  const up = platform.onTerminal("up", "--detach");
  expect((await up.ended()).code).toBe(0);
  expect((await platform.ask("/variable?name=MAIL_KEY")).body).toBe("hidden words");
  for (const [answer, code] of [["n", 2], ["yes", 0]] as const) {
    expect((await platform.status()).ready).toBe(true);
    const down = platform.onTerminal("down", "--erase");
    await down.says("[y/N]");
    down.type(`${answer}\r`);
    expect((await down.ended()).code).toBe(code);
  }
  expect(platform.states()).toEqual([]);
});
