import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { EdgeHost, EdgeServer } from "../../src/local/render/edge.ts";
import { EdgeStand, Load, raw } from "./edge-fixture.ts";

const API = "api.x.localhost";
const API_BACKEND = { backend: "api", kind: "service" } as const;
const host = (servers: readonly EdgeServer[], change: Partial<EdgeHost> = {}): EdgeHost => ({
  backend: "api", kind: "service", names: [API], health: "/health", reachableBy: "public", paths: [], origins: [], internalPort: null, release: null, servers, ...change,
});

let stand: EdgeStand;
let servers: readonly EdgeServer[];

beforeAll(async () => {
  stand = await EdgeStand.make();
});
afterAll(() => stand.remove());

let round = 0;
beforeEach(async () => {
  round += 1;
  servers = await Promise.all([1, 2, 3].map((replica) => stand.serve(`api.${round}${replica}`)));
  await stand.start([host(servers)]);
});
afterEach(async () => {
  await stand.stop();
  for (const { name } of servers) await stand.end(name, "SIGKILL");
});

/** Every POST began at most once, and each that was answered began. */
function expectNoRepetition(load: Load): void {
  const begun = stand.requests().filter((line) => line.startsWith(`POST ${load.path} `)).map((line) => line.split(" ")[2]);
  expect(new Set(begun).size).toBe(begun.length);
  expect(load.posted.filter((body) => !begun.includes(body))).toEqual([]);
}

const get = async () => raw(stand.port, `GET / HTTP/1.1\r\nHost: ${API}\r\nConnection: close\r\n\r\n`);
const names = async () => (await stand.client.servers("api")).map(({ name, state }) => `${name} ${state}`).sort();

test("three replicas are replaced under load and no request fails", async () => {
  const load = new Load(stand.port, API, { gets: 8, posts: 8, path: "/rolling?ms=5" });
  for (const old of servers) {
    const fresh = await stand.serve(`${old.name}0`);
    await stand.client.add(API_BACKEND, fresh);
    expect(await stand.client.drain("api", old.name, 10)).toBe(true);
    await stand.client.remove("api", old.name);
    await stand.end(old.name);
  }
  const replaced = stand.requests().length;
  await pause(300);
  const answers = await load.stop();
  expect(Object.keys(answers).sort()).toEqual(["GET 200", "POST 200"]);
  expect(stand.requests().length).toBeGreaterThan(replaced + 20);
  expectNoRepetition(load);
  expect(await names()).toEqual(servers.map(({ name }) => `${name}0 up`));
  for (const old of servers) await stand.end(`${old.name}0`, "SIGKILL");
});

test("a killed replica fails no GET, and no POST is sent again", async () => {
  const load = new Load(stand.port, API, { gets: 16, posts: 4, path: "/killed?ms=20" });
  await pause(300);
  await stand.end(servers[0]?.name ?? "", "SIGKILL");
  await pause(1_500);
  const answers = await load.stop();
  expect(answers["GET 200"]).toBeGreaterThan(200);
  expect(Object.keys(answers).filter((answer) => answer.startsWith("GET"))).toEqual(["GET 200"]);
  // Whether it had done what it worked on, nobody knows, so that is not sent again: one POST of each client at most. HAProxy
  // answers 502 on a new connection, and closes one that was used before.
  const posts = Object.entries(answers).filter(([answer]) => answer.startsWith("POST"));
  expect(posts.map(([answer]) => answer).filter((answer) => !["POST 200", "POST 502", "POST socket hang up"].includes(answer))).toEqual([]);
  expect(posts.filter(([answer]) => answer !== "POST 200").reduce((sum, [, count]) => sum + count, 0)).toBeLessThanOrEqual(4);
  expectNoRepetition(load);
  expect((await stand.client.servers("api")).map(({ state }) => state).sort()).toEqual(["down", "up", "up"]);
});

test("a replica that hangs is out of the edge after a few seconds, and back when it answers again", async () => {
  const [first] = servers;
  stand.signal(first?.name ?? "", "SIGSTOP");
  const state = async () => (await stand.client.servers("api")).find(({ name }) => name === first?.name)?.state;
  await expect.poll(state, { timeout: 7_000, interval: 100 }).toBe("down");
  expect((await get()).status).toBe(200);
  stand.signal(first?.name ?? "", "SIGCONT");
  await expect.poll(state, { timeout: 5_000, interval: 50 }).toBe("up");
});

test("a drain waits for the last request, or says that it did not end", async () => {
  const [first, second, third] = servers;
  for (const other of [second, third]) await stand.client.out("api", other?.name ?? "");
  const slow = raw(stand.port, `GET /slow?ms=900 HTTP/1.1\r\nHost: ${API}\r\nConnection: close\r\n\r\n`);
  await expect.poll(async () => (await stand.client.servers("api")).find(({ name }) => name === first?.name)?.sessions).toBe(1);
  expect(await stand.client.drain("api", first?.name ?? "", 0.1)).toBe(false);
  expect(await names()).toEqual([`${first?.name} drain`, `${second?.name} maintenance`, `${third?.name} maintenance`]);
  expect((await get()).status).toBe(503);
  expect(await stand.client.drain("api", first?.name ?? "", 5)).toBe(true);
  expect((await slow).status).toBe(200);
  for (const server of servers) await stand.client.add(API_BACKEND, server);
  expect(await names()).toEqual(servers.map(({ name }) => `${name} up`));
  expect((await get()).status).toBe(200);
});

test("what is done twice, or to what is gone, does no harm", async () => {
  const [first] = servers;
  if (first === undefined) throw new Error("no server");
  await stand.client.add(API_BACKEND, first);
  await stand.client.remove("api", first.name);
  await stand.client.remove("api", first.name);
  await stand.client.out("api", first.name);
  expect(await stand.client.drain("api", first.name, 1)).toBe(true);
  await stand.client.add(API_BACKEND, first);
  await stand.client.add(API_BACKEND, first);
  const moved = { name: first.name, port: (await stand.serve(`${first.name}7`)).port };
  await stand.client.add(API_BACKEND, moved);
  expect((await stand.client.servers("api")).find(({ name }) => name === first.name)).toMatchObject({ port: moved.port, state: "up" });
  await stand.end(`${first.name}7`, "SIGKILL");
  await expect(stand.client.add({ backend: "unknown", kind: "service" }, first)).rejects.toMatchObject({ code: "start-failed" });
  await expect(stand.client.servers("unknown")).rejects.toThrow(/no host unknown/);
});

test("a new host is taken over under load without a failed request, and the counts begin anew", async () => {
  const load = new Load(stand.port, API, { gets: 8, posts: 8, path: "/reload?ms=2" });
  for (const index of [1, 2, 3]) {
    stand.write([host(servers), host(servers, { backend: `other${index}`, names: [`other${index}.x.localhost`] })]);
    await stand.client.reload();
    expect((await raw(stand.port, `GET / HTTP/1.1\r\nHost: other${index}.x.localhost\r\nConnection: close\r\n\r\n`)).status).toBe(200);
    await pause(100);
  }
  const answers = await load.stop();
  expect(Object.keys(answers).sort()).toEqual(["GET 200", "POST 200"]);
  expectNoRepetition(load);
  expect(Object.keys(await stand.client.counts()).sort()).toEqual(["api", "other3"]);
});

test("a configuration that HAProxy refuses changes nothing", async () => {
  stand.write([host(servers, { names: [API, "new.x.localhost"], health: "/health", backend: "not a name" })]);
  await expect(stand.client.reload()).rejects.toMatchObject({ code: "start-failed", message: expect.stringContaining("old configuration") });
  expect((await get()).status).toBe(200);
  stand.write([host(servers)]);
  await stand.client.reload();
  expect((await get()).status).toBe(200);
});

test("after a crash the edge is brought to exactly the servers that run now", async () => {
  const [first, second, third] = servers;
  if (first === undefined || second === undefined || third === undefined) throw new Error("no servers");
  await stand.client.remove("api", third.name);
  await stand.crash();
  const again = stand.start([host([second, third])]);
  // It waits out the restart.
  await stand.client.reconcile([host([first, second])]);
  await again;
  expect(await names()).toEqual([`${first.name} up`, `${second.name} up`]);
  await stand.client.drain("api", first.name, 1);
  await stand.client.reconcile([host([first, { name: second.name, port: third.port }])]);
  expect((await stand.client.servers("api")).map(({ name, port, state }) => ({ name, port, state }))).toEqual([
    { ...first, state: "up" }, { name: second.name, port: third.port, state: "up" },
  ]);
});
