import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
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

test("one replica alone is exchanged twice without a failed request", async () => {
  const platform = makeReleasePlatform({ replicas: 1 });
  await platform.up();
  const load = platform.load();
  for (const version of ["2", "3"]) {
    platform.release({}, version);
    await platform.deploy();
    await pause(1500);
  }
  expect(await load.stop()).toEqual([]);
  expectOnce(platform, load);
});
