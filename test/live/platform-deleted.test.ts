import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { eventually, makePlatform, service } from "./fixture.ts";
import { processesOf } from "./fixture-residue.ts";

test("a state directory that somebody deletes leaves nothing running", async () => {
  const platform = makePlatform({ services: { api: service() }, sites: { web: { host: "www", directory: "sites/web" } } });
  await platform.up();
  rmSync(platform.state(), { recursive: true, force: true });
  await eventually(() => processesOf(platform.top).length === 0);
  expect(platform.states()).toEqual([]);
  await platform.up();
  expect((await platform.ask("/health")).status).toBe(200);
});

test("a state directory of another environment is refused by name", async () => {
  const platform = makePlatform({ services: { api: service() } });
  await platform.up();
  const told = await platform.run("up", "--detach", "--environment", "prod", "--state", platform.state());
  expect(told.code).toBe(2);
  expect(told.err).toContain("holds probe dev, not probe prod");
  expect((await platform.ask("/health")).status).toBe(200);
});
