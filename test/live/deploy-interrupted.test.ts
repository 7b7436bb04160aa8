import { expect, test } from "vitest";
import { eventually } from "./fixture.ts";
import { expectOnce, makeReleasePlatform } from "./release-fixture.ts";

const lines = (step: string): RegExp => new RegExp(`api.*${step}`);

/** Moments of a deploy of two replicas, by what it says last. */
const moments: readonly (readonly [what: string, says: RegExp])[] = [
  ["while the first new replica starts", lines("starting")],
  ["while the second one starts", /✓ api\.\d(.*\n)+· api\.\d +starting/],
  ["while the release is watched", lines("watching it")],
];

test("Ctrl-C at several moments: rolled back, and serving all the time", async () => {
  const platform = makeReleasePlatform({ replicas: 2 });
  await platform.up();
  const [first = ""] = await platform.running();
  const load = platform.load();
  for (const [what, says] of moments) {
    platform.release({}, what);
    const deploy = platform.start("deploy", "api");
    await deploy.says(says);
    deploy.signal("SIGINT");
    const told = await deploy.ended();
    expect(told.code, what).toBe(2);
    expect(told.err, what).toContain(`was cancelled: rolled back, ${first} serves`);
    expect(await platform.running(), what).toEqual([first, first]);
  }
  expect(await load.stop()).toEqual([]);
  expectOnce(platform, load);
});

test("Ctrl-C during a build ends the build and changes nothing", async () => {
  const platform = makeReleasePlatform({ build: "grep -q 1 version || { echo patience; sleep 60; }" });
  await platform.up();
  const before = await platform.pids();
  platform.release({}, "2");
  const deploy = platform.start("deploy", "api");
  await deploy.says("building");
  deploy.signal("SIGINT");
  expect(await deploy.ended()).toMatchObject({ code: 2, err: expect.stringContaining("deploy api was cancelled: nothing that serves was changed") });
  expect(await platform.pids()).toEqual(before);
});

test("killing the command that deploys changes nothing: the deploy goes on and finishes", async () => {
  const platform = makeReleasePlatform({ replicas: 2 });
  await platform.up();
  const [first] = await platform.running();
  platform.release({}, "2");
  const deploy = platform.start("deploy", "api");
  await deploy.says(lines("starting"));
  deploy.signal("SIGKILL");
  await deploy.ended();
  await eventually(async () => (await platform.replicas()).every(({ release, state }) => release !== first && state === "ready"), 40);
  const running = await platform.running();
  expect(running).toHaveLength(2);
  expect(new Set(running).size).toBe(1);
});

test("the controller is killed at several moments: it serves all the time, and the next command undoes the rest", async () => {
  const platform = makeReleasePlatform({ replicas: 2 });
  await platform.up();
  const [first = ""] = await platform.running();
  const load = platform.load({ atMostSeconds: 120 });
  for (const [what, says] of moments) {
    platform.release({}, what);
    const deploy = platform.start("deploy", "api");
    await deploy.says(says);
    process.kill(platform.controller(), "SIGKILL");
    expect(await deploy.ended(), what).toMatchObject({ code: 2, err: expect.stringContaining("the controller does not answer") });
    const report = await platform.until(({ ready }) => ready, 40);
    expect(report.parts.flatMap(({ kind, release }) => (kind === "service" ? [release] : [])), what).toEqual([first, first]);
    expect(await platform.running(), what).toEqual([first, first]);
  }
  const last = await platform.deploy();
  expect(await platform.running()).toEqual([last, last]);
  expect(await load.stop()).toEqual([]);
  expectOnce(platform, load);
});

test("two deploys at once, and one during up: the second is refused by name", async () => {
  const platform = makeReleasePlatform();
  await platform.up();
  platform.release({}, "2");
  const deploy = platform.start("deploy", "api");
  await deploy.says(lines("starting"));
  expect(await platform.run("deploy", "api")).toMatchObject({ code: 2, err: expect.stringMatching(/cannot deploy api: "deploy api" is under way since \d+ s/) });
  expect(await platform.run("up", "--detach")).toMatchObject({ code: 2, err: expect.stringMatching(/cannot up: "deploy api" is under way/) });
  expect((await deploy.ended()).code).toBe(0);

  platform.release({ startAfterMs: 1000 }, "3");
  const up = platform.start("up", "--detach");
  await up.says(lines("starting"));
  expect(await platform.run("rollback", "api")).toMatchObject({ code: 2, err: expect.stringMatching(/cannot rollback api: "up" is under way/) });
  expect((await up.ended()).code).toBe(0);
});

test("down during a deploy: it is interrupted, and everything ends", async () => {
  const platform = makeReleasePlatform();
  await platform.up();
  platform.release({ startAfterMs: 20_000 }, "2");
  const deploy = platform.start("deploy", "api");
  await deploy.says(lines("starting"));
  const began = Date.now();
  expect((await platform.run("down")).code).toBe(0);
  expect(Date.now() - began).toBeLessThan(12_000);
  expect((await deploy.ended()).code).toBe(2);
  expect((await platform.status()).parts).toEqual([]);
});
