import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../src/refusal.ts";
import { readCredentials, readDay, readIdempotencyKey, readTask, readTaskChange } from "../src/validation.ts";

/** What a reader refuses, as `field: problem`; "accepted" where it does not. */
function refused(work: () => unknown): string {
  try {
    work();
    return "accepted";
  } catch (error) {
    assert(error instanceof Refusal);
    return Object.entries(error.fields).map(([field, problem]) => `${field}: ${problem}`).join(", ") || error.code;
  }
}

const task = { title: "Stand-up", day: "2026-11-22", time: "09:30" };

test("a task is read as it is meant", () => {
  assert.deepEqual(readTask({ ...task, title: "  Stand-up ", more: 1 }), task);
  assert.deepEqual(readTask({ title: "x", day: "2028-02-29" }), { title: "x", day: "2028-02-29", time: null });
  assert.equal(readTask({ ...task, title: "e\u0301" }).title, "\u00e9");
  assert.equal(readTask({ ...task, title: "🙂".repeat(200) }).title.length, 400);
});

for (const [change, expected] of [
  [{ title: undefined }, "title: required"],
  [{ title: "   " }, "title: required"],
  [{ title: "x".repeat(201) }, "title: too-long"],
  [{ title: "two\nlines" }, "title: malformed"],
  [{ title: "\ud800" }, "title: malformed"],
  [{ title: 7 }, "title: malformed"],
  [{ day: "" }, "day: required"],
  [{ day: "2026-02-30" }, "day: malformed"],
  [{ day: "2027-02-29" }, "day: malformed"],
  [{ day: "22.11.2026" }, "day: malformed"],
  [{ day: "1969-12-31" }, "day: malformed"],
  [{ day: ["2026-11-22"] }, "day: malformed"],
  [{ time: "24:00" }, "time: malformed"],
  [{ time: "9:30" }, "time: malformed"],
  [{ title: "", day: "x", time: "x" }, "title: required, day: malformed, time: malformed"],
] as const) {
  test(`a task with ${JSON.stringify(change)} is refused`, () => assert.equal(refused(() => readTask({ ...task, ...change })), expected));
}

for (const body of [null, [], "text", 7, undefined]) {
  test(`${JSON.stringify(body)} is no task`, () => assert.equal(refused(() => readTask(body)), "malformed"));
}

test("credentials", () => {
  assert.deepEqual(readCredentials({ email: " Kim@Example.ORG ", password: " 8 chars" }), { email: "kim@example.org", password: " 8 chars" });
  assert.equal(refused(() => readCredentials({ email: "kim", password: "short" })), "email: malformed, password: too-short");
  assert.equal(refused(() => readCredentials({ email: `${"k".repeat(250)}@example.org`, password: "x".repeat(201) })), "email: too-long, password: too-long");
  assert.equal(refused(() => readCredentials({ email: "a b@example.org", password: {} })), "email: malformed, password: malformed");
});

test("a change of a task", () => {
  assert.deepEqual(readTaskChange({ completed: false }), { completed: false });
  assert.equal(refused(() => readTaskChange({})), "completed: required");
  assert.equal(refused(() => readTaskChange({ completed: 1 })), "completed: malformed");
});

test("a day in the address", () => {
  assert.equal(readDay("2026-11-22"), "2026-11-22");
  assert.equal(refused(() => readDay(undefined)), "day: required");
});

test("an idempotency key", () => {
  assert.equal(readIdempotencyKey(undefined), null);
  assert.equal(readIdempotencyKey("8d1f"), "8d1f");
  for (const key of ["", "a b", "ü", "x".repeat(101)]) assert.equal(refused(() => readIdempotencyKey(key)), "malformed");
});
