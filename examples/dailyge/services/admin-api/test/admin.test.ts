import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { createServer as createHttpServer, type Server } from "node:http";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createConnection, type Connection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { readConfiguration } from "../src/configuration.ts";

/** Why tests that need the schedule service's database, with its schema, are skipped. */
const withoutDatabase = process.env["MYSQL_HOST"] === undefined ? "MYSQL_HOST is not set" : false;

interface Service {
  readonly url: string;
  readonly child: ChildProcess;
}

async function startService(variables: Record<string, string> = {}): Promise<Service & { readonly output: () => string }> {
  const port = await freePort();
  const child = spawn(process.execPath, [fileURLToPath(new URL("../src/server.ts", import.meta.url))], {
    env: { ...process.env, HOST: "127.0.0.1", PORT: String(port), RELEASE: "test-1", PLATFORM_ENVIRONMENT: "test", API_URL: "http://127.0.0.1:1", ...variables }, stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  while (!text.includes('"listening"') && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  return { url: `http://127.0.0.1:${port}`, child, output: () => text };
}

async function stopService({ child }: Service): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const [code] = await closed;
  return code;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** What stands where the API is: says these statuses, one after the other, and remembers what it was asked. */
async function startListener(...statuses: readonly number[]): Promise<{ readonly url: string; readonly server: Server; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(statuses[asked.length - 1] ?? 204).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, asked };
}

describe("the admin API", { skip: withoutDatabase }, () => {
  let service: Service;
  let connection: Connection;
  before(async () => {
    const { tls: _tls, ...address } = readConfiguration({ ...process.env, API_URL: "http://127.0.0.1:1" }).database;
    connection = await createConnection({ ...address, dateStrings: true });
    service = await startService();
  });
  after(async () => {
    await connection.end();
    await stopService(service);
  });

  // oxlint-disable-next-line typescript/no-explicit-any -- what an answer holds is what the tests ask
  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, at = service): Promise<{ readonly status: number; readonly body: any }> {
    const response = await fetch(at.url + path, {
      method, headers: body === undefined ? headers : { "content-type": "application/json", ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  async function newPerson(email = `${crypto.randomUUID()}@example.org`): Promise<number> {
    const [{ insertId }] = await connection.execute<ResultSetHeader>("INSERT INTO users (email, password_hash, created_at) VALUES (?, 'none', UTC_TIMESTAMP(3))", [email]);
    return insertId;
  }
  const rowOf = async (id: number) => (await connection.execute<RowDataPacket[]>("SELECT disabled_at IS NOT NULL AS disabled, must_sign_out FROM users WHERE id = ?", [id]))[0][0];
  const eventsOf = async (id: number) => (await connection.execute<RowDataPacket[]>("SELECT type FROM outbox WHERE person_id = ? ORDER BY id", [id]))[0].map((row) => row["type"]);

  test("people are found by a part of their address, a page at a time", async () => {
    const word = `find_me%${crypto.randomUUID().slice(0, 8)}`;
    const ids = [];
    for (let count = 0; count < 52; count += 1) ids.push(await newPerson(`${word}-${count}@example.org`));
    const first = (await ask("GET", `/api/people?search=${encodeURIComponent(word.toUpperCase())}`)).body;
    assert.deepEqual([first.people.length, first.more, first.people[0].id, first.people[0].tasks, first.people[0].disabled], [50, true, ids[51], 0, false]);
    const second = (await ask("GET", `/api/people?search=${encodeURIComponent(word)}&before=${first.people[49].id}`)).body;
    assert.deepEqual([second.people.map((person: { readonly id: number }) => person.id), second.more], [[ids[1], ids[0]], false]);
    assert.deepEqual((await ask("GET", `/api/people?search=${encodeURIComponent(word.replace("%", "x"))}`)).body.people, [], "% stands for itself");
    assert.equal((await ask("GET", "/api/people?before=x")).status, 400);
  });

  test("disabling someone is written with its event and the duty to sign them out, and only once", async () => {
    const [id, other] = [await newPerson(), await newPerson()];
    assert.deepEqual(await ask("PUT", `/api/people/${id}/disabled`, true), { status: 200, body: { disabled: true, signedOut: false } });
    assert.deepEqual(await rowOf(id), { disabled: 1, must_sign_out: 1 });
    await ask("PUT", `/api/people/${id}/disabled`, true);
    await ask("PUT", `/api/people/${id}/disabled`, false);
    assert.deepEqual(await rowOf(id), { disabled: 0, must_sign_out: 1 }, "the sessions of before still end");
    assert.deepEqual(await eventsOf(id), ["person.disabled", "person.enabled"]);
    assert.deepEqual([await rowOf(other), await eventsOf(other)], [{ disabled: 0, must_sign_out: 0 }, []]);
    assert.equal((await ask("PUT", "/api/people/999999999/disabled", true)).status, 404);
    assert.equal((await ask("PUT", `/api/people/${id}/disabled`, "yes")).status, 400);
  });

  test("the API is asked to sign them out, again where it fails at first", async () => {
    const id = await newPerson();
    const { url, server, asked } = await startListener(503, 204);
    const calling = await startService({ API_URL: url });
    try {
      assert.deepEqual((await ask("PUT", `/api/people/${id}/disabled`, true, {}, calling)).body, { disabled: true, signedOut: true });
      assert.deepEqual(asked, Array(2).fill(`DELETE /internal/people/${id}/sessions`));
      await ask("PUT", `/api/people/${id}/disabled`, false, {}, calling);
      assert.equal(asked.length, 2);
    } finally {
      await stopService(calling);
      server.close();
    }
  });

  test("a page elsewhere cannot borrow an office browser", async () => {
    const id = await newPerson();
    const put = async (headers: Record<string, string>) => (await ask("PUT", `/api/people/${id}/disabled`, true, headers)).status;
    assert.equal(await put({ origin: "http://evil.example" }), 403);
    assert.equal(await put({ origin: "null" }), 403);
    assert.equal(await put({ "sec-fetch-site": "same-site" }), 403);
    assert.equal(await put({ "content-type": "text/plain" }), 415);
    assert.deepEqual(await rowOf(id), { disabled: 0, must_sign_out: 0 });
    assert.equal(await put({ origin: service.url, "sec-fetch-site": "same-origin" }), 200);
  });

  test("figures", async () => {
    const before = (await ask("GET", "/api/statistics")).body;
    await newPerson();
    const after = (await ask("GET", "/api/statistics")).body;
    assert(after.people > before.people);
    assert(Array.isArray(after.days) && after.days.length <= 14);
  });

  test("its page, which nothing else may be loaded into", async () => {
    const page = await fetch(service.url);
    assert.match(await page.text(), /<title>Dailyge admin<\/title>/);
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'self'.*frame-ancestors 'none'/);
    assert.equal((await fetch(`${service.url}/page.js`)).headers.get("content-type")?.split(";")[0], "text/javascript");
    for (const path of ["/../src/server.ts", "/%2e%2e/package.json", "/src/server.ts", "/nothing"]) assert.equal((await fetch(service.url + path)).status, 404, path);
  });

  test("without the database it says so, and is not healthy; it stops all the same", async () => {
    const lost = await startService({ MYSQL_HOST: "127.0.0.1", MYSQL_PORT: String(await freePort()) });
    assert.deepEqual(await ask("GET", "/health", undefined, {}, lost), { status: 503, body: { status: "the database does not answer", release: "test-1" } });
    assert.equal((await ask("GET", "/api/people", undefined, {}, lost)).status, 503);
    assert.equal(await stopService(lost), 0);
  });
});

test("a configuration that lacks something ends it with a reason", async () => {
  const { child, output } = await startService({ MYSQL_HOST: "", MYSQL_USER: "", MYSQL_DATABASE: "", API_URL: "nowhere" });
  assert.equal(child.exitCode, 1);
  assert.match(output(), /MYSQL_HOST is not set; API_URL is no address: \\"nowhere\\"; MYSQL_USER is not set; MYSQL_DATABASE is not set/);
});
