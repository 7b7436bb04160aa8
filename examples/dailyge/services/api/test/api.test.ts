import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PAGE, Visitor, newEmail, newVisitor, runMigrations, startService, stopService, withoutParts, type Service } from "./service.ts";

describe("the API", { skip: withoutParts }, () => {
  let service: Service;
  before(async () => {
    assert.equal((await runMigrations()).code, 0);
    service = await startService();
  });
  after(() => stopService(service));

  test("someone signs up, is known, signs out, signs in", async () => {
    const visitor = new Visitor(service);
    const credentials = { email: newEmail(), password: "correct horse" };
    assert.deepEqual((await visitor.ask("GET", "/api/session")).body, { email: null });
    const { status, body, headers } = await visitor.ask("POST", "/api/users", credentials);
    assert.deepEqual([status, body], [201, { email: credentials.email }]);
    assert.match(headers.get("set-cookie") ?? "", /^session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
    assert.deepEqual((await visitor.ask("GET", "/api/session")).body, { email: credentials.email });

    const before = visitor.cookie;
    assert.equal((await visitor.ask("DELETE", "/api/session")).status, 204);
    visitor.cookie = before;
    assert.equal((await visitor.ask("GET", "/api/tasks?day=2026-11-22")).status, 401, "a copied cookie is worth nothing after sign-out");

    assert.equal((await visitor.ask("POST", "/api/session", { ...credentials, email: credentials.email.toUpperCase() })).status, 200);
    assert.equal((await visitor.ask("GET", "/api/tasks?day=2026-11-22")).status, 200);
  });

  test("over https the cookie is bound to the host and to https", async () => {
    const https = { "x-forwarded-proto": "https" };
    const visitor = new Visitor(service);
    const { headers } = await visitor.ask("POST", "/api/users", { email: newEmail(), password: "correct horse" }, https);
    assert.match(headers.get("set-cookie") ?? "", /^__Host-session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/);
    assert.equal((await visitor.ask("GET", "/api/tasks?day=2026-11-22", undefined, https)).status, 200);
    assert.equal((await visitor.ask("GET", "/api/tasks?day=2026-11-22")).status, 401);
  });

  test("signing up twice with the same password is the same account, with another it is refused", async () => {
    const email = newEmail();
    const visitor = new Visitor(service);
    const signUp = async (password: string) => (await visitor.ask("POST", "/api/users", { email, password })).status;
    assert.deepEqual([await signUp("correct horse"), await signUp("correct horse"), await signUp("wrong horse")], [201, 200, 409]);
  });

  test("a wrong password and an unknown address are told alike", async () => {
    const visitor = new Visitor(service);
    const email = newEmail();
    await visitor.ask("POST", "/api/users", { email, password: "correct horse" });
    const wrong = await visitor.ask("POST", "/api/session", { email, password: "wrong horse" });
    const unknown = await visitor.ask("POST", "/api/session", { email: newEmail(), password: "wrong horse" });
    assert.deepEqual([wrong.status, wrong.body], [401, unknown.body]);
  });

  test("a day is planned, lived and cleaned up", async () => {
    const visitor = await newVisitor(service);
    const add = async (title: string, time: string | null, day = "2026-11-22") => (await visitor.ask("POST", "/api/tasks", { title, day, time })).body;
    const [late, untimed, early] = [await add("late", "18:00"), await add("운동하기 🏃", null), await add("early", "07:30")];
    await add("another day", null, "2026-11-23");
    const list = async () => (await visitor.ask("GET", "/api/tasks?day=2026-11-22")).body;
    assert.deepEqual(await list(), { day: "2026-11-22", tasks: [early, late, untimed] });
    assert.deepEqual(early, { id: early.id, title: "early", day: "2026-11-22", time: "07:30", completed: false });

    const complete = async (completed: boolean) => (await visitor.ask("PATCH", `/api/tasks/${late.id}`, { completed })).body;
    assert.deepEqual([await complete(true), await complete(true), await complete(false)].map((task) => task.completed), [true, true, false]);
    const remove = async () => (await visitor.ask("DELETE", `/api/tasks/${late.id}`)).status;
    assert.deepEqual([await remove(), await remove()], [204, 404]);
    assert.deepEqual((await list()).tasks, [early, untimed]);
  });

  test("nobody sees or changes what belongs to another", async () => {
    const [owner, other] = [await newVisitor(service), await newVisitor(service)];
    const { body: task } = await owner.ask("POST", "/api/tasks", { title: "mine", day: "2026-11-22" });
    assert.deepEqual((await other.ask("GET", "/api/tasks?day=2026-11-22")).body.tasks, []);
    assert.equal((await other.ask("PATCH", `/api/tasks/${task.id}`, { completed: true })).status, 404);
    assert.equal((await other.ask("DELETE", `/api/tasks/${task.id}`)).status, 404);
    assert.deepEqual((await owner.ask("GET", "/api/tasks?day=2026-11-22")).body.tasks, [task]);
  });

  test("a creation that is sent again, even at the same time, creates one task", async () => {
    const visitor = await newVisitor(service);
    const send = (title: string) => visitor.ask("POST", "/api/tasks", { title, day: "2026-11-22" }, { "idempotency-key": "first" });
    const answers = await Promise.all(Array.from({ length: 8 }, () => send("once")));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 201]);
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    assert.equal((await send("something else")).status, 409);
    assert.equal((await visitor.ask("GET", "/api/tasks?day=2026-11-22")).body.tasks.length, 1);
  });

  test("what is wrong with a request is said", async () => {
    const visitor = await newVisitor(service);
    const invalid = await visitor.ask("POST", "/api/tasks", { title: "", day: "2026-02-30" });
    assert.deepEqual([invalid.status, invalid.body.error.code, invalid.body.error.fields], [422, "invalid", { title: "required", day: "malformed" }]);
    for (const [body, headers, status, code] of [
      ["{", {}, 400, "malformed"],
      ["[]", {}, 400, "malformed"],
      ["title=x", { "content-type": "text/plain" }, 415, "not-json"],
      [{ title: "x".repeat(20_000), day: "2026-11-22" }, {}, 413, "too-large"],
      [{ title: "x", day: "2026-11-22" }, { "idempotency-key": "a b" }, 400, "malformed"],
    ] as const) {
      const answer = await visitor.ask("POST", "/api/tasks", body, headers);
      assert.deepEqual([answer.status, answer.body.error.code], [status, code]);
    }
    for (const path of ["/", "/api", "/api/tasks/abc", "/api/tasks/0", "/api/tasks/99999999999999999999"]) {
      assert.equal((await visitor.ask("DELETE", path)).status, 404, path);
    }
  });

  test("only our pages may call it from a browser", async () => {
    const visitor = await newVisitor(service);
    const preflight = { "access-control-request-method": "PATCH", "access-control-request-headers": "content-type" };
    const ours = await visitor.ask("OPTIONS", "/api/tasks/1", undefined, preflight);
    assert.equal(ours.status, 204);
    assert.equal(ours.headers.get("access-control-allow-origin"), PAGE);
    assert.equal(ours.headers.get("access-control-allow-credentials"), "true");
    assert.match(ours.headers.get("access-control-allow-methods") ?? "", /PATCH/);
    assert.match(ours.headers.get("access-control-allow-headers") ?? "", /Idempotency-Key/);
    assert.equal((await visitor.ask("GET", "/api/tasks?day=x")).headers.get("access-control-allow-origin"), PAGE, "also on an error");
    for (const origin of ["http://evil.example", `${PAGE}0`, "null"]) {
      assert.equal((await visitor.ask("OPTIONS", "/api/tasks/1", undefined, { ...preflight, origin })).headers.get("access-control-allow-origin"), null, origin);
      assert.equal((await visitor.ask("POST", "/api/tasks", { title: "x", day: "2026-11-22" }, { origin })).status, 403, origin);
    }
  });

  test("it says how it is, and which release it is", async () => {
    const visitor = await newVisitor(service);
    const health = await visitor.ask("GET", "/api/health-check");
    assert.deepEqual([health.status, health.body.status, health.body.release, health.headers.get("x-release")], [200, "ok", "test-1", "test-1"]);
    assert.deepEqual((await visitor.ask("GET", "/internal/version")).body.release, "test-1");
    const { body } = await visitor.ask("GET", "/api/admin/statistics");
    await visitor.ask("POST", "/api/tasks", { title: "x", day: "2026-11-22" });
    assert.equal((await visitor.ask("GET", "/api/admin/statistics")).body.tasks, body.tasks + 1);
  });

  test("its metrics name routes, never paths", async () => {
    const visitor = await newVisitor(service);
    await visitor.ask("DELETE", "/api/tasks/424242");
    await visitor.ask("GET", "/no/such/path");
    const text = await (await fetch(service.metricsUrl)).text();
    assert.match(text, /^http_requests_total\{method="DELETE",route="\/api\/tasks\/:id",status="404"\} \d+$/m);
    assert.match(text, /^http_request_duration_seconds_count\{method="POST",route="\/api\/users",status="201"\} \d+$/m);
    assert.match(text, /^database_connections\{state="waiting"\} 0$/m);
    assert.match(text, /^outbox_waiting \d+$/m);
    assert.match(text, /^build_info\{release="test-1"\} 1$/m);
    assert.match(text, /^process_cpu_seconds_total /m);
    assert.doesNotMatch(text, /424242|no\/such/);
    assert.equal((await visitor.ask("GET", "/metrics")).status, 404, "and not on the public port");
  });
});
