import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { readDatabaseAddress } from "../src/configuration.ts";
import { Database } from "../src/database.ts";
import { Visitor, newVisitor, runMigrations, startService, stopService, until, wireTo, withoutParts, type Service, type Wire } from "./service.ts";

const DAY = "/api/tasks?day=2026-11-22";

/** A member of a replica set tells its driver where it is; we want the driver to stay on the wire. */
function directly(address: string): string {
  const url = new URL(address);
  url.searchParams.set("directConnection", "true");
  if (url.pathname === "") url.pathname = "/";
  return url.href;
}

describe("a part that is away", { skip: withoutParts }, () => {
  let service: Service;
  let database: Database;
  const wires: Record<string, Wire> = {};
  const wireOf = (part: string): Wire => wires[part] ?? assert.fail(part);
  before(async () => {
    assert.equal((await runMigrations()).code, 0);
    database = new Database(readDatabaseAddress(process.env));
    const redis = await wireTo(process.env["REDIS_URL"] ?? "");
    const mongodb = await wireTo(process.env["MONGODB_URL"] ?? "");
    const topic = await wireTo(process.env["AWS_ENDPOINT_URL_SNS"] ?? "");
    Object.assign(wires, { redis: redis.wire, mongodb: mongodb.wire, topic: topic.wire });
    for (const wire of Object.values(wires)) await wire.cut();
    const variables = {
      REDIS_URL: redis.address,
      MONGODB_URL: directly(mongodb.address),
      AWS_ENDPOINT_URL_SNS: process.env["AWS_ENDPOINT_URL_SNS"] ?? "",
      REDIRECT: `${topic.farPort}:${topic.wire.port}`,
      NODE_OPTIONS: `--import ${new URL("redirect.js", import.meta.url).href}`,
    };
    service = await startService(variables);
  });
  after(async () => {
    await stopService(service);
    for (const wire of Object.values(wires)) await wire.close();
    await database.close();
  });

  /** The parts that are away; the service is healthy all the while. */
  const away = async (): Promise<readonly string[]> => {
    const { status, body } = await new Visitor(service).ask("GET", "/api/health-check");
    assert.deepEqual([status, body.status], [200, "ok"]);
    return body.away;
  };
  const isAway = (part: string) => until(async () => (await away()).includes(part));
  const allAreThere = () => until(async () => (await away()).length === 0, 20_000);

  test("all of them at the start: the service starts, is healthy, and finds them when they come", async () => {
    await isAway("redis");
    await isAway("mongodb");
    for (const wire of Object.values(wires)) await wire.mend();
    await allAreThere();
  });

  test("Redis: who is signed in is told to try again, and is still signed in when it is back; the service is healthy", async () => {
    const visitor = await newVisitor(service);
    await wireOf("redis").cut();
    const answer = await visitor.ask("GET", DAY);
    assert.deepEqual([answer.status, answer.body.error.code, answer.headers.get("retry-after")], [503, "unavailable", "1"]);
    assert.equal((await new Visitor(service).ask("POST", "/api/session", { email: "nobody@example.org", password: "wrong horse" })).status, 503);
    await isAway("redis");
    await wireOf("redis").mend();
    await until(async () => (await visitor.ask("GET", DAY)).status === 200);
    await allAreThere();
  });

  test("Redis for a moment: nobody notices", async () => {
    const visitor = await newVisitor(service);
    await wireOf("redis").cut();
    const answer = visitor.ask("GET", DAY);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await wireOf("redis").mend();
    assert.equal((await answer).status, 200);
  });

  test("Redis that has fallen silent holds nobody for long", async () => {
    const visitor = await newVisitor(service);
    wireOf("redis").silence();
    const start = performance.now();
    assert.equal((await visitor.ask("GET", DAY)).status, 503);
    assert(performance.now() - start < 4_000);
    await until(async () => (await visitor.ask("GET", DAY)).status === 200);
  });

  test("MongoDB: the activity alone is missing", async () => {
    const visitor = await newVisitor(service);
    await wireOf("mongodb").cut();
    const answer = await visitor.ask("GET", "/api/activity");
    assert.deepEqual([answer.status, answer.body.error.code], [503, "unavailable"]);
    assert.equal((await visitor.ask("POST", "/api/tasks", { title: "x", day: "2026-11-22" })).status, 201);
    await isAway("mongodb");
    await wireOf("mongodb").mend();
    await until(async () => (await visitor.ask("GET", "/api/activity")).status === 200);
    await allAreThere();
  });

  test("the topic, silent and then away: nobody waits for it, and what happened meanwhile is told when it is back", async () => {
    const visitor = await newVisitor(service);
    const waiting = async (title: string) => (await database.rows("SELECT id FROM outbox WHERE published_at IS NULL AND details LIKE ?", [`%${title}%`])).length;
    const title = crypto.randomUUID();
    const plan = async () => {
      const start = performance.now();
      assert.equal((await visitor.ask("POST", "/api/tasks", { title, day: "2026-11-22" })).status, 201);
      return performance.now() - start;
    };
    wireOf("topic").silence(true);
    const times = [];
    for (let count = 0; count < 12; count += 1) times.push(await plan());
    assert(Math.max(...times) < 2_000, times.join());
    await wireOf("topic").cut();
    await isAway("events");
    assert.equal(await waiting(title), 12);
    await wireOf("topic").mend();
    await until(async () => (await waiting(title)) === 0, 20_000);
    await allAreThere();
  });
});
