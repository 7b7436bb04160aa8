import { expect, test } from "vitest";
import { makePlatform, service } from "./fixture.ts";

test("up, twice, and down", async () => {
  const platform = makePlatform({ services: { api: service({ replicas: 2 }) }, sites: { web: { host: "www", directory: "sites/web" } } });
  const told = await platform.up();
  expect(told.out).toContain("api");
  const before = await platform.pids();
  await platform.up();
  expect(await platform.pids()).toEqual(before);
  expect((await platform.ask("/")).status).toBe(200);
  expect((await platform.ask("/", { host: "www" })).body).toContain("hello");
});
