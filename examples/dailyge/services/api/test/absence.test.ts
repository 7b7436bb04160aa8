import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { readDatabaseAddress } from "../src/configuration.ts";
import { Database } from "../src/database.ts";
import { Visitor, newVisitor, runMigrations, startService, stopService, until, wireTo, withoutParts, type Service, type Wire } from "./service.ts";

const DAY = "/api/tasks?day=2026-11-22";

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
    const variables: Record<string, string> = {};
    for (const name of ["REDIS_URL", "MONGODB_URL", "AWS_ENDPOINT_URL_SNS"]) {
      const { wire, address } = await wireTo(process.env[name] ?? "");
      wires[name] = wire;
      await wire.cut();
      // A member of a replica set tells its driver where it is; we want the driver to stay on the wire.
      variables[name] = name === "MONGODB_URL" ? directly(address) : address;
    }
    service = await startService(variables);
  });
  after(async () => {
    await stopService(service);
    for (const wire of Object.values(wires)) await wire.close();
    await database.close();
  });

  const health = async () => {
    const { status, body } = await new Visitor(service).ask("GET", "/api/health-check");
    return [status, body.status, ...body.away];
  };
  const healthIs = (away: readonly string[]) => until(async () => JSON.stringify(await health()) === JSON.stringify([200, "ok", ...away]));

  test("all of them at the start: the service starts, is healthy, and finds them when they come", async () => {
    await healthIs(["redis", "mongodb"]);
    for (const wire of Object.values(wires)) await wire.mend();
    await healthIs([]);
  });

  test("Redis: who is signed in is told to try again, and is still signed in when it is back; the service is healthy", async () => {
    const visitor = await newVisitor(service);
    await wireOf("REDIS_URL").cut();
    const answer = await visitor.ask("GET", DAY);
    assert.deepEqual([answer.status, answer.body.error.code, answer.headers.get("retry-after")], [503, "unavailable", "1"]);
    assert.equal((await new Visitor(service).ask("POST", "/api/session", { email: "nobody@example.org", password: "wrong horse" })).status, 503);
    await healthIs(["redis"]);
    await wireOf("REDIS_URL").mend();
    await until(async () => (await visitor.ask("GET", DAY)).status === 200);
    await healthIs([]);
  });

  test("Redis for a moment: nobody notices", async () => {
    const visitor = await newVisitor(service);
    await wireOf("REDIS_URL").cut();
    const answer = visitor.ask("GET", DAY);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await wireOf("REDIS_URL").mend();
    assert.equal((await answer).status, 200);
  });

  test("Redis that has fallen silent holds nobody for long", async () => {
    const visitor = await newVisitor(service);
    wireOf("REDIS_URL").silence();
    const start = performance.now();
    assert.equal((await visitor.ask("GET", DAY)).status, 503);
    assert(performance.now() - start < 4_000);
    await until(async () => (await visitor.ask("GET", DAY)).status === 200);
  });

  test("MongoDB: the activity alone is missing", async () => {
    const visitor = await newVisitor(service);
    await wireOf("MONGODB_URL").cut();
    const answer = await visitor.ask("GET", "/api/activity");
    assert.deepEqual([answer.status, answer.body.error.code], [503, "unavailable"]);
    assert.equal((await visitor.ask("POST", "/api/tasks", { title: "x", day: "2026-11-22" })).status, 201);
    await healthIs(["mongodb"]);
    await wireOf("MONGODB_URL").mend();
    await until(async () => (await visitor.ask("GET", "/api/activity")).status === 200);
    await healthIs([]);
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
    wireOf("AWS_ENDPOINT_URL_SNS").silence(true);
    const times = [];
    for (let count = 0; count < 12; count += 1) times.push(await plan());
    assert(Math.max(...times) < 2_000, times.join());
    await wireOf("AWS_ENDPOINT_URL_SNS").cut();
    await healthIs(["events"]);
    assert.equal(await waiting(title), 12);
    await wireOf("AWS_ENDPOINT_URL_SNS").mend();
    await until(async () => (await waiting(title)) === 0, 20_000);
    await healthIs([]);
  });
});
