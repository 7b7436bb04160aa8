import { expect, test } from "vitest";
import { makeReleasePlatform } from "./release-fixture.ts";

test("replicas follow the load within their range, and no request fails by it", async () => {
  const platform = makeReleasePlatform({ size: { cpu: 0.05, memory: "256 MB" }, replicas: { least: 1, most: 2, targetCpuPercent: 50 } });
  await platform.up();
  expect((await platform.status()).scaling).toEqual([{ service: "api", replicas: 1, least: 1, most: 2, cpuPercent: expect.toSatisfy((value) => value === null || typeof value === "number"), targetCpuPercent: 50, lastChange: null }]);
  const load = platform.load();
  await platform.until(({ scaling, ready }) => scaling[0]?.replicas === 2 && ready, 40);
  expect(await platform.replicas()).toHaveLength(2);
  const text = await platform.run("status");
  expect(text.out).toMatch(/api +2 of 2 ready, at most 2 /);
  expect(text.out.replaceAll(/\s+/g, " ")).toMatch(/- api: 2 of 1 to 2, CPU .* target 50 %; from 1 to 2 at .*: CPU \d+ % of its share, target 50 %/);

  // Who takes over keeps the number, and so does a release.
  process.kill(platform.controller(), "SIGKILL");
  platform.release({}, "2");
  const release = await platform.deploy();
  expect((await platform.replicas()).map((replica) => replica.release)).toEqual([release, release]);

  const failed = await load.stop();
  await platform.until(({ scaling, ready }) => scaling[0]?.replicas === 1 && ready, 60);
  expect(await platform.replicas()).toHaveLength(1);
  expect(failed).toEqual([]);
});
