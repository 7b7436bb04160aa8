import { createServer, type Server } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { eventually, part } from "./fixture.ts";
import { expectOnce, makeReleasePlatform } from "./release-fixture.ts";

test("a deploy of three replicas under load breaks no request and repeats none; all run the new release", async () => {
  const platform = makeReleasePlatform({ replicas: 3 });
  await platform.up();
  const load = platform.load();
  const first = (await platform.running())[0];
  for (const version of ["2", "3"]) {
    platform.release({}, version);
    const release = await platform.deploy();
    expect(release).not.toBe(first);
    expect(await platform.running()).toEqual([release, release, release]);
    expect((await platform.replicas()).map((replica) => [replica.release, replica.state])).toEqual(Array(3).fill([release, "ready"]));
  }
  expect(await load.stop()).toEqual([]);
  expect(load.gets).toBeGreaterThan(200);
  expectOnce(platform, load);
});

test("one replica alone is exchanged without a failed request, by a release and by another definition", async () => {
  const platform = makeReleasePlatform({ replicas: 1 });
  await platform.up();
  const load = platform.load();
  for (const version of ["2", "3"]) {
    platform.release({}, version);
    await platform.deploy();
    await pause(1500);
  }
  const [before] = platform.ports();
  platform.defineApi({ replicas: 1, stopWithin: "6 seconds", size: { memory: "200 MB" } });
  platform.release({}, "3");
  await platform.up();
  expect(platform.ports()).not.toContain(before);
  expect(await load.stop()).toEqual([]);
  expectOnce(platform, load);
});

test("a site is released without a failed request, and its new files are served", async () => {
  const platform = makeReleasePlatform({}, { sites: { web: { host: "www", directory: "sites/web" } } });
  platform.page("web", "first");
  await platform.up();
  const load = platform.load({ host: "www", posts: false, clients: 3 });
  for (const html of ["second", "third"]) {
    platform.page("web", html);
    expect((await platform.run("deploy", "web")).code).toBe(0);
    expect((await platform.ask("/", { host: "www" })).body).toBe(html);
  }
  expect((await platform.run("rollback", "web")).code).toBe(0);
  expect((await platform.ask("/", { host: "www" })).body).toBe("second");
  expect(await load.stop()).toEqual([]);
});

test("a port that another program takes while a replica starts is exchanged for another", async () => {
  const platform = makeReleasePlatform();
  await platform.up();
  const before = new Set(platform.ports());
  platform.release({ startAfterMs: 2500 }, "2");
  const deploy = platform.start("deploy", "api");
  const strangers: Server[] = [];
  onTestFinished(() => strangers.forEach((stranger) => stranger.close()));
  await eventually(() => platform.ports().some((port) => !before.has(port)));
  const taken = platform.ports().filter((port) => !before.has(port));
  for (const port of taken) strangers.push(createServer().listen(port, "127.0.0.1"));
  expect((await deploy.ended()).code).toBe(0);
  expect(taken).toHaveLength(1);
  expect(platform.ports()).not.toContain(taken[0]);
  expect((await platform.ask("/")).status).toBe(200);
});

test("the edge is killed in the middle of a deploy: it comes back with what serves, and the deploy finishes", async () => {
  const platform = makeReleasePlatform({ replicas: 2 });
  await platform.up();
  platform.release({}, "2");
  const deploy = platform.start("deploy", "api");
  await deploy.says(/api.* starting/);
  process.kill(part(await platform.status(), "edge").pid ?? 0, "SIGKILL");
  const told = await deploy.ended();
  expect(told, told.err).toMatchObject({ code: 0 });
  await platform.until(({ ready }) => ready);
  const load = platform.load();
  await pause(1000);
  expect(await load.stop()).toEqual([]);
  expect(new Set(await platform.running()).size).toBe(1);
});
