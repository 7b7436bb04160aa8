import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makePlatform, service } from "./fixture.ts";
import { processesOf } from "./fixture-residue.ts";

test("two environments and two platforms side by side", async () => {
  const platform = makePlatform({ services: { api: service() }, sites: { web: { host: "www", directory: "sites/web" } } });
  const other = makePlatform({ services: { api: service() } }, { name: "second" });
  other.source("api", { version: "second" });
  await Promise.all([platform.up(), other.up(), platform.up("--env", "prod")]);
  const before = await platform.pids();
  expect((await platform.ask("/")).body).toContain('"version":"one"');
  expect((await platform.ask("/", { host: "api-prod", environment: "prod" })).status).toBe(200);
  expect((await other.ask("/")).body).toContain('"version":"second"');
  expect(new Set([platform.port(), platform.port("prod"), other.port()]).size).toBe(3);
  expect(await platform.status("--env", "prod")).toMatchObject({ environment: "prod", ready: true });
  expect(await platform.run("down", "--env", "prod")).toMatchObject({ code: 0 });
  expect(await other.run("down")).toMatchObject({ code: 0 });
  expect(await platform.pids()).toEqual(before);
  expect((await platform.ask("/")).status).toBe(200);
});

test("the state of another checkout is refused by name, until that one is gone", async () => {
  const platform = makePlatform({ services: { api: service() } });
  await platform.up();
  const before = await platform.pids();
  const mine = join(platform.directory, "platform.ts");
  const copy = join(platform.directory, "../copy");
  cpSync(platform.directory, copy, { recursive: true });
  for (const verb of ["up --detach", "status", "down", "deploy api", "rollback api", "releases api", "open", "logs", "secret list"]) {
    const told = await platform.run(...verb.split(" "), "--platform", join(copy, "platform.ts"));
    expect([verb, told.code]).toEqual([verb, 2]);
    expect(told.err).toContain(mine);
    expect(told.err).toMatch(/next: .*--state/);
  }
  expect(await platform.pids()).toEqual(before);
  const apart = join(platform.home, ".local/state/dailyge/apart");
  await platform.up("--platform", join(copy, "platform.ts"), "--state", apart);
  expect(await platform.pids()).toEqual(before);
  expect(await platform.run("down", "--platform", join(copy, "platform.ts"), "--state", apart)).toMatchObject({ code: 0 });

  renameSync(mine, `${mine}.gone`);
  await platform.up("--platform", join(copy, "platform.ts"));
  renameSync(`${mine}.gone`, mine);
  expect((await platform.run("down", "--platform", join(copy, "platform.ts"))).code).toBe(0);
});

test("a damaged state file: who it is, where the copy is, and back", async () => {
  const platform = makePlatform({ services: { api: service() } });
  await platform.up();
  const before = await platform.pids();
  const file = join(platform.state(), "state.json");
  const whole = readFileSync(file, "utf8");
  const { pid } = JSON.parse(readFileSync(join(platform.state(), "controller.lock"), "utf8")) as { pid: number };
  process.kill(pid, "SIGKILL");
  for (const damage of [whole.slice(0, 100), "", "[]", "null", '{"format":1}']) {
    writeFileSync(file, damage);
    for (const verb of ["status", "up --detach", "down"]) {
      const told = await platform.run(...verb.split(" "));
      expect([verb, damage, told.code]).toEqual([verb, damage, 2]);
      expect(told.err).toContain(`${file}: it is damaged`);
      expect(told.err).toContain(`${file}.before`);
    }
    expect((await platform.run("logs", "api")).out).toContain("listening");
  }
  writeFileSync(file, readFileSync(`${file}.before`));
  expect(await platform.pids()).toEqual(before);
});

test.each(["its controller", "no controller"])("a damaged state file and %s: down --erase ends everything all the same", async (left) => {
  const platform = makePlatform({ services: { api: service() }, sites: { web: { host: "www", directory: "sites/web" } } });
  await platform.up();
  const { pid } = JSON.parse(readFileSync(join(platform.state(), "controller.lock"), "utf8")) as { pid: number };
  if (left === "no controller") process.kill(pid, "SIGKILL");
  writeFileSync(join(platform.state(), "state.json"), "damaged");
  expect(await platform.run("down", "--erase", "--yes")).toMatchObject({ code: 0 });
  expect(processesOf(platform.top)).toEqual([]);
  expect(platform.states()).toEqual([]);
});
