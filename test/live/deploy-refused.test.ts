import { expect, test } from "vitest";
import { makeReleasePlatform, type ReleasePlatform } from "./release-fixture.ts";
import type { Conduct } from "./release-service.ts";

interface Case {
  readonly what: string;
  readonly conduct: Conduct;
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  { what: "ends at its start", conduct: { exitsAtStart: true }, says: /api\.\d did not become ready: it ended with exit code 9 .* after its start;(.*\n)*  \| cannot find its configuration/ },
  { what: "listens on no port", conduct: { listens: "nowhere" }, says: /it runs but listened on no port for 8 s/ },
  { what: "listens on another port", conduct: { listens: "on another port" }, says: /it listens on port \d+ instead of the one that PORT names \(\d+\)/ },
  { what: "finds its port taken by a program that is not ours", conduct: { stranger: true }, says: /api\.\d cannot have port \d+: another program listens there/ },
  { what: "answers 500", conduct: { health: 500 }, says: /GET \/health answered 500, not 200/ },
  { what: "redirects", conduct: { health: 302 }, says: /GET \/health answered 302 to \/elsewhere, a redirect, not 200/ },
  { what: "does not answer", conduct: { health: "hangs" }, says: /GET \/health got no answer: none within 2 s/ },
  { what: "ends after it was ready", conduct: { exitAfterMs: 1500 }, says: /(was ready and did not stay so: it|did not become ready: it) ended with exit code 7(.*\n)*  \| lost its mind/ },
  { what: "is unhealthy after it was ready", conduct: { unhealthyAfterMs: 1500 }, says: /was ready and did not stay so: GET \/health answered 500, not 200/ },
];

test("releases that are refused, each told apart and undone, while the one before serves; a slow start is waited for", async () => {
  // Most of it is waiting: several platforms wait at the same time. One replica alone has nobody who could stand in.
  const groups = [2, 1, 2].map((replicas, group) => ({ replicas, platform: makeReleasePlatform({ replicas, startWithin: "8 seconds" }), cases: cases.filter((_, index) => index % 3 === group) }));
  // It shows its metrics at once: that it listens there says nothing.
  const slow = makeReleasePlatform({ startWithin: "40 seconds", metrics: { port: 9090 } });
  await Promise.all([waitForSlowStart(slow), ...groups.map(({ platform, replicas, cases: refused }) => refuseEach(platform, replicas, refused))]);
});

async function refuseEach(platform: ReleasePlatform, replicas: number, refused: readonly Case[]): Promise<void> {
  await platform.up();
  const [first = ""] = await platform.running();
  const load = platform.load({ clients: 2, posts: false, atMostSeconds: 150 });
  for (const { what, conduct, says } of refused) {
    platform.release(conduct, what);
    const told = await platform.run("deploy", "api");
    expect(told.code, what).toBe(2);
    expect(told.err, what).toMatch(says);
    expect(told.err, what).toContain(`rolled back, ${first} serves`);
    expect(await platform.running(), what).toEqual(Array(replicas).fill(first));
    const status = await platform.status();
    expect(status.parts.map(({ release, state }) => [release, state]), what).toEqual([[null, "ready"], ...Array(replicas).fill([first, "ready"])]);
  }
  const failed = await load.stop();
  expect(failed, await edgeTrouble(platform)).toEqual([]);
}

/** What the edge wrote of requests that were not answered 200 at once, for whoever looks into a failure. */
async function edgeTrouble(platform: ReleasePlatform): Promise<string> {
  const { out } = await platform.run("logs", "edge", "--lines", "0");
  return out.split("\n").filter((line) => line.includes('"status"') && !/"status":200,.*"retries":"\+?0"/.test(line)).slice(-40).join("\n");
}

async function waitForSlowStart(platform: ReleasePlatform): Promise<void> {
  await platform.up();
  platform.release({ startAfterMs: 11_000, metricsFirst: true }, "2");
  expect(await platform.running()).not.toContain(await platform.deploy());
}
