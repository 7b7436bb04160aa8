import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { EdgeHost, EdgeServer } from "../../src/local/render/edge.ts";
import type { RateLimit } from "../../src/model/protection.ts";
import { freePort } from "../../src/local/run/port.ts";
import { EdgeStand, raw } from "./edge-fixture.ts";

let stand: EdgeStand;
let servers: readonly EdgeServer[];
let internalPort: number;

beforeAll(async () => {
  stand = await EdgeStand.make();
  servers = [await stand.serve("api.1")];
  internalPort = await freePort(new Set([stand.port]));
});
afterAll(() => stand.remove());
afterEach(() => stand.stop());

const host = (backend: string, change: Partial<EdgeHost> = {}): EdgeHost => ({
  backend, kind: "service", names: [`${backend}.x.localhost`], health: "/health", reachableBy: "public", paths: [], origins: [], internalPort: null, release: null, servers, ...change,
});
const hosts = (): readonly EdgeHost[] => [host("api", { internalPort }), host("admin"), host("main", { kind: "site" })];

/** Longer than a test takes, unless it waits for its end. */
const LONG = 60;
const limit = (name: string, requests: number, change: Partial<RateLimit> = {}): RateLimit => ({ name, requests, seconds: LONG, paths: [], ...change });
const login = (requests: number): RateLimit => limit("login", requests, { seconds: 120, paths: ["/login", "/*/login"] });

const ask = (path: string, { from = "127.0.0.1", to = "api", port = stand.port } = {}) =>
  raw(port, `GET ${path} HTTP/1.1\r\nHost: ${port === stand.port ? `${to}.x.localhost` : "127.0.0.1"}\r\nConnection: close\r\n\r\n`, from);

/** What these requests are answered, one after the other. */
async function answers(count: number, path: string, options: Parameters<typeof ask>[1] = {}): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) statuses.push((await ask(path, options)).status);
  return statuses;
}

const times = (count: number, status: number): readonly number[] => Array<number>(count).fill(status);
const refused = async (name: string): Promise<number | undefined> => (await stand.client.counts())[`limit.${name}`]?.requests;

test("what exceeds a limit is refused and says for how long; other addresses, sites and internal doors are not concerned", async () => {
  await stand.start(hosts(), [limit("everyone", 12)]);
  expect(await answers(12, "/x", { to: "api" })).toEqual(times(12, 200));
  const before = stand.requests().length;
  const { status, head, body } = await ask("/x", { to: "admin" });
  expect(status).toBe(429);
  expect(head).toContain("cache-control: no-store");
  expect(body).toContain("Too Many Requests");
  const seconds = Number(/retry-after: (\d+)/.exec(head)?.[1]);
  expect(seconds).toBeGreaterThan(LONG);
  expect(seconds).toBeLessThanOrEqual(2 * LONG);
  expect(stand.requests()).toHaveLength(before);
  expect(await answers(3, "/x", { from: "127.0.0.9" })).toEqual(times(3, 200));
  expect(await answers(3, "/x", { to: "main" })).toEqual(times(3, 200));
  expect(await answers(3, "/x", { port: internalPort })).toEqual(times(3, 200));
  expect(await refused("everyone")).toBe(1);
});

test("a limit for paths counts these in all their spellings, and each limit counts by itself", async () => {
  await stand.start(hosts(), [limit("everyone", 20), login(4)]);
  for (const path of ["/login", "/LOGIN", "/%6cogin?x=1", "/a/login"]) expect((await ask(path)).status).toBe(200);
  expect((await ask("/l%4fgin")).status).toBe(429);
  expect(await answers(15, "/other")).toEqual(times(15, 200));
  // What the one refused, the other had counted.
  expect((await ask("/other")).status).toBe(429);
  expect([await refused("everyone"), await refused("login")]).toEqual([1, 1]);
});

test("who asks too often, and then waits as long as he is told, is let in", async () => {
  await stand.start(hosts(), [limit("everyone", 10, { seconds: 2 })]);
  await answers(13, "/x");
  const { status, head } = await ask("/x");
  expect(status).toBe(429);
  await pause(Number(/retry-after: (\d+)/.exec(head)?.[1]) * 1_000);
  expect((await ask("/x")).status).toBe(200);
});

test("another number is told to the running edge, which forgets nothing of what it counted", async () => {
  await stand.start(hosts(), [limit("everyone", 10), login(10)]);
  expect(await answers(6, "/login")).toEqual(times(6, 200));
  await stand.client.limit(stand.slotted([limit("everyone", 10), login(7)]));
  expect(await answers(2, "/login")).toEqual([200, 429]);
  await stand.client.limit(stand.slotted([limit("everyone", 10), login(30)]));
  expect(await answers(3, "/login")).toEqual([200, 200, 429]);
  expect([await refused("everyone"), await refused("login")]).toEqual([1, 1]);
});

test("a limit that comes or goes leaves what the others counted, and its own count is its own", async () => {
  await stand.start(hosts(), [limit("first", 10), limit("everyone", 10), login(10)]);
  expect(await answers(8, "/x")).toEqual(times(8, 200));
  stand.write(hosts(), [limit("new", 10, { paths: ["/x"] }), limit("everyone", 10), login(10)]);
  await stand.client.reload();
  expect(await answers(3, "/x")).toEqual([200, 200, 429]);
  expect([await refused("new"), await refused("everyone")]).toEqual([0, 1]);
});

test("with all of AWS's windows, two minutes are twice one", async () => {
  await stand.start(hosts(), [60, 120, 300, 600].map((seconds) => limit(`over-${seconds}`, 20, { seconds, paths: [`/${seconds}`] })));
  expect(await answers(11, "/120")).toEqual([...times(10, 200), 429]);
  for (const seconds of [60, 300, 600]) expect(await answers(21, `/${seconds}`)).toEqual([...times(20, 200), 429]);
});
