import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Hono } from "hono";
import { countAttempt } from "../src/attempts.ts";
import { callerOf } from "../src/caller.ts";
import { readConfiguration, readDatabaseAddress } from "../src/configuration.ts";
import { Database } from "../src/database.ts";
import { Redis } from "../src/redis.ts";
import { superfluous } from "../src/sessions.ts";
import { Visitor, newEmail, newVisitor, runMigrations, startService, stopService, until, withoutParts, type Service } from "./service.ts";

const DAY = "/api/tasks?day=2026-11-22";

test("who asks is who the load balancer saw, whatever they say that they are", async () => {
  const app = new Hono().get("/", (context) => context.text(callerOf(context)));
  const caller = async (forwarded: string) => (await app.request("/", { headers: { "x-forwarded-for": forwarded } })).text();
  assert.deepEqual([await caller("192.0.2.7"), await caller("203.0.113.9, 10.0.0.1 ,192.0.2.7")], ["192.0.2.7", "192.0.2.7"]);
});

test("expired sessions go, and the oldest of too many", () => {
  assert.deepEqual(superfluous({ old: "999", now: "1000", live: "1001" }, 1_000), ["old", "now"]);
  const many = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`session-${index}`, String(2_000 + index)]));
  assert.deepEqual(superfluous(many, 1_000), ["session-0", "session-1", "session-2", "session-3", "session-4", "session-5"]);
});

describe("sessions", { skip: withoutParts }, () => {
  let service: Service;
  let database: Database;
  let redis: Redis;
  before(async () => {
    assert.equal((await runMigrations()).code, 0);
    service = await startService();
    database = new Database(readDatabaseAddress(process.env));
    redis = new Redis(readConfiguration({ ...process.env, JWT_KEY: "a key for these tests only" }).redis);
  });
  after(async () => {
    redis.close();
    await database.close();
    await stopService(service);
  });

  /** Someone with an account, and its number. */
  async function newPerson(): Promise<{ readonly visitor: Visitor; readonly id: number; readonly credentials: { readonly email: string; readonly password: string } }> {
    const [visitor, credentials] = [new Visitor(service), { email: newEmail(), password: "correct horse" }];
    assert.equal((await visitor.ask("POST", "/api/users", credentials)).status, 201);
    const [row] = await database.rows("SELECT id FROM users WHERE email = ?", [credentials.email]);
    return { visitor, id: Number(row?.["id"]), credentials };
  }

  test("another replica, and the next release, knows them", async () => {
    const { visitor } = await newPerson();
    const next = await startService();
    try {
      const elsewhere = new Visitor(next);
      elsewhere.cookie = visitor.cookie;
      assert.equal((await elsewhere.ask("GET", DAY)).status, 200);
      assert.equal((await elsewhere.ask("DELETE", "/api/session")).status, 204);
      assert.equal((await visitor.ask("GET", DAY)).status, 401);
    } finally {
      await stopService(next);
    }
  });

  test("they end for all browsers of one who is disabled, and nobody else's do", async () => {
    const [{ visitor, id, credentials }, other] = [await newPerson(), await newVisitor(service)];
    const second = new Visitor(service);
    assert.equal((await second.ask("POST", "/api/session", credentials)).status, 200);
    const signOut = async () => (await visitor.ask("DELETE", `/internal/people/${id}/sessions`)).status;

    assert.equal(await signOut(), 204);
    assert.equal((await visitor.ask("GET", DAY)).status, 200, "who asks cannot sign out someone of whom the database does not say so");
    await database.change("UPDATE users SET disabled_at = UTC_TIMESTAMP(3), must_sign_out = 1 WHERE id = ?", [id]);
    assert.equal((await visitor.ask("GET", DAY)).status, 401);
    assert.equal(await signOut(), 204);
    const refused = await second.ask("POST", "/api/session", credentials);
    assert.deepEqual([refused.status, refused.body.error.code], [403, "disabled"]);
    assert.equal((await second.ask("POST", "/api/users", credentials)).status, 403);

    await database.change("UPDATE users SET disabled_at = NULL WHERE id = ?", [id]);
    for (const each of [visitor, second]) assert.equal((await each.ask("GET", DAY)).status, 401, "what has ended stays ended");
    assert.equal((await visitor.ask("POST", "/api/session", credentials)).status, 200);
    assert.equal((await other.ask("GET", DAY)).status, 200);
  });

  test("they end by themselves where nobody called", async () => {
    const { visitor, id } = await newPerson();
    await database.change("UPDATE users SET must_sign_out = 1 WHERE id = ?", [id]);
    await until(async () => (await visitor.ask("GET", DAY)).status === 401);
    const [row] = await database.rows("SELECT must_sign_out FROM users WHERE id = ?", [id]);
    assert.equal(row?.["must_sign_out"], 0);
  });

  test("a guesser is told to wait, from wherever; others are not, nor is who is signed in", async () => {
    const { visitor, credentials } = await newPerson();
    const guess = (email: string) => new Visitor(service).ask("POST", "/api/session", { email, password: "wrong horse" });
    for (let count = 0; count < 9; count += 1) await countAttempt(redis, `test-${crypto.randomUUID()}`, credentials.email);
    assert.equal((await guess(credentials.email)).status, 401);
    const refused = await guess(credentials.email);
    assert.deepEqual([refused.status, refused.body.error.code], [429, "too-many"]);
    const seconds = Number(refused.headers.get("retry-after"));
    assert(seconds > 100 && seconds <= 300, String(seconds));
    assert.equal(refused.headers.get("access-control-expose-headers")?.includes("Retry-After"), true);
    assert.equal((await new Visitor(service).ask("POST", "/api/session", credentials)).status, 429, "the right password is not told apart either");
    assert.equal((await visitor.ask("GET", DAY)).status, 200);
    assert.equal((await guess(newEmail())).status, 401);
  });

  test("who knows the password has not been guessing", async () => {
    const { visitor, credentials } = await newPerson();
    for (let count = 0; count < 9; count += 1) await countAttempt(redis, `test-${crypto.randomUUID()}`, credentials.email);
    for (let count = 0; count < 2; count += 1) assert.equal((await visitor.ask("POST", "/api/session", credentials)).status, 200);
  });

  test("an address that tries many accounts is told to wait", async () => {
    const address = `test-${crypto.randomUUID()}`;
    await Promise.all(Array.from({ length: 100 }, () => countAttempt(redis, address, newEmail())));
    await assert.rejects(countAttempt(redis, address, newEmail()), { status: 429, code: "too-many" });
    await countAttempt(redis, `${address}-beside`, newEmail());
  });
});
