import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { Visitor, freePort, newVisitor, runMigrations, startService, startDatabaseWire, stopService, until, withoutParts } from "./service.ts";

describe("its life", { skip: withoutParts }, () => {
  test("it waits for its database, says so, and outlives its absence", async () => {
    assert.equal((await runMigrations()).code, 0);
    const wire = await startDatabaseWire();
    await wire.cut();
    const service = await startService({ MYSQL_HOST: "127.0.0.1", MYSQL_PORT: String(wire.port) });
    try {
      const healthy = async () => (await new Visitor(service).ask("GET", "/api/health-check")).status === 200;
      assert.equal(await healthy(), false);
      await wire.mend();
      await until(healthy);
      const visitor = await newVisitor(service);

      await wire.cut();
      const answer = await visitor.ask("GET", "/api/tasks?day=2026-11-22");
      assert.deepEqual([answer.status, answer.body.error.code, answer.headers.get("retry-after")], [503, "unavailable", "1"]);
      await until(async () => !(await healthy()), 3_000);
      await wire.mend();
      await until(healthy, 3_000);
      assert.equal((await visitor.ask("GET", "/api/tasks?day=2026-11-22")).status, 200);
    } finally {
      await stopService(service);
      await wire.close();
    }
  });

  test("a database that has fallen silent holds nobody for long", async () => {
    const wire = await startDatabaseWire();
    const service = await startService({ MYSQL_HOST: "127.0.0.1", MYSQL_PORT: String(wire.port) });
    try {
      const visitor = await newVisitor(service);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      wire.silence();
      const start = performance.now();
      assert.equal((await visitor.ask("GET", "/api/health-check")).status, 503);
      assert(performance.now() - start < 2_500);
      assert.equal((await visitor.ask("GET", "/api/tasks?day=2026-11-22")).status, 503);
      assert(performance.now() - start < 9_000);
      await until(async () => (await visitor.ask("GET", "/api/tasks?day=2026-11-22")).status === 200, 8_000);
      wire.silence();
      const stopping = performance.now();
      assert.equal(await stopService(service), 0);
      assert(performance.now() - stopping < 2_500);
    } finally {
      await stopService(service);
      await wire.close();
    }
  });

  test("SIGTERM: requests under way are answered, kept connections end, the exit code is 0", async () => {
    const service = await startService();
    const visitor = new Visitor(service);
    await visitor.ask("GET", "/api/health-check");
    const idle = connect(Number(new URL(service.url).port), "127.0.0.1");
    await once(idle, "connect");
    const started = visitor.ask("POST", "/api/session", { email: "nobody@example.org", password: "takes a while" });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const start = performance.now();
    const stopped = stopService(service);
    const answer = await started;
    assert.deepEqual([answer.status, answer.headers.get("connection")], [401, "close"]);
    idle.resume();
    assert.equal(await stopped, 0);
    assert(performance.now() - start < 3_000);
    assert.match(service.output(), /"message":"stopped"/);
  });

  test("a port that is taken ends it with a reason", async () => {
    const service = await startService();
    try {
      await assert.rejects(startService({ PORT: new URL(service.url).port, METRICS_PORT: String(await freePort()) }), /EADDRINUSE/);
    } finally {
      await stopService(service);
    }
  });
});

test("a configuration that lacks something ends it with a reason", async () => {
  await assert.rejects(startService({ JWT_KEY: "short", MYSQL_HOST: "", MYSQL_USER: "" }), /JWT_KEY must have at least 16 characters; MYSQL_HOST is not set/);
});
