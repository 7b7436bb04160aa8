import { readFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { EdgeHost } from "../../src/local/render/edge.ts";
import { EdgeStand, raw } from "./edge-fixture.ts";

let stand: EdgeStand;
const clients: Socket[] = [];

beforeAll(async () => {
  stand = await EdgeStand.make();
  const host: EdgeHost = {
    backend: "api", kind: "service", names: ["api.x.localhost"], health: "/health", reachableBy: "public", paths: [{ pattern: "/internal/*", reachableBy: [] }], origins: [], internalPort: null, release: null,
    servers: [await stand.serve("api.1")],
  };
  await stand.start([host]);
});
afterEach(() => {
  for (const each of clients.splice(0)) each.destroy();
});
afterAll(() => stand.remove());

/** A client that goes on; what happens to its connection is its own trouble. */
function client(from: string, begin = ""): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port: stand.port, host: "127.0.0.1", localAddress: from }, () => {
      socket.off("error", reject).on("error", () => {});
      if (begin !== "") socket.write(begin);
      resolve(socket);
    });
    clients.push(socket);
    socket.once("error", reject).resume();
  });
}

/** Writes on and on until the other side has enough; what it answered, and how many bytes it let be written. */
async function pour(socket: Socket, piece: string, most: number): Promise<{ readonly answer: string; readonly written: number }> {
  let answer = "";
  let ended = false;
  socket.on("data", (data: Buffer) => (answer += data.toString("latin1")));
  const end = new Promise<void>((resolve) => socket.on("close", resolve)).then(() => (ended = true));
  let written = 0;
  for (; !ended && written < most; written += piece.length) if (!socket.write(piece)) await Promise.race([end, new Promise((resolve) => socket.once("drain", resolve)), pause(1_000)]);
  await Promise.race([end, pause(5_000)]);
  return { answer, written };
}

const ask = () => raw(stand.port, "GET /x HTTP/1.1\r\nHost: api.x.localhost\r\nConnection: close\r\n\r\n", "127.0.0.9");
const POST = "POST /x HTTP/1.1\r\nHost: api.x.localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

test("clients that are idle, slow, endless or huge disturb nobody else", { timeout: 60_000 }, async () => {
  const files = Number(/^Max open files +\d+ +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? 1_024);
  const idle = Math.min(5_000, Math.floor(files / 3));
  for (let made = 0; made < idle; made += 250) await Promise.all(Array.from({ length: Math.min(250, idle - made) }, () => client("127.0.0.66")));
  const slow = await Promise.all(Array.from({ length: 200 }, () => client("127.0.0.67", "GET / HTTP/1.1\r\nHost: api.x.localhost\r\nX-")));
  const endless = await Promise.all(Array.from({ length: 20 }, () => client("127.0.0.68", POST)));
  const drip = setInterval(() => {
    for (const socket of slow) socket.write("a");
    for (const socket of endless) socket.write(`4000\r\n${"x".repeat(0x4000)}\r\n`);
  }, 100);
  const line = "x".repeat(60_000);
  const huge = pour(await client("127.0.0.69", "GET / HTTP/1.1\r\nHost: api.x.localhost\r\nX: "), line, 100_000_000);
  const target = pour(await client("127.0.0.69", "GET /"), line, 100_000_000);
  // What is refused need not be heard out.
  const refused = pour(await client("127.0.0.69", POST.replace("/x", "/internal/x")), `4000\r\n${"x".repeat(0x4000)}\r\n`, 100_000_000);
  const statuses: number[] = [];
  for (let count = 0; count < 100; count += 1) statuses.push((await ask()).status);
  clearInterval(drip);
  expect(statuses).toEqual(Array(100).fill(200));
  for (const [poured, status] of [[huge, 400], [target, 400], [refused, 403]] as const) {
    const { answer, written } = await poured;
    // A connection that is closed while one writes may lose the answer.
    expect(answer === "" || answer.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(written).toBeLessThan(20_000_000);
  }
  expect([...slow, ...endless].every(({ destroyed }) => !destroyed)).toBe(true);
  expect((await stand.client.servers("api"))[0]).toMatchObject({ state: "up" });
});

test("a client that goes away in the middle of its request is forgotten", async () => {
  for (const begin of ["GET /x HT", POST, "GET /x?ms=300 HTTP/1.1\r\nHost: api.x.localhost\r\n\r\n"]) for (let count = 0; count < 20; count += 1) (await client("127.0.0.70", begin)).resetAndDestroy();
  expect((await ask()).status).toBe(200);
  await expect.poll(async () => (await stand.client.servers("api"))[0]?.sessions, { timeout: 5_000 }).toBe(0);
});
