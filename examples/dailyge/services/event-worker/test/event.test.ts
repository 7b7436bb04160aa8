import assert from "node:assert/strict";
import { test } from "node:test";
import { readEvent } from "../src/event.ts";

const written = { id: "8d1f", type: "task.created", person: 7, at: "2026-11-22T20:00:00.123Z", details: { task: 3, title: "한강 달리기", day: "2026-11-22" } };
const read = { id: "8d1f", type: "task.created", person: 7, at: new Date("2026-11-22T20:00:00.123Z"), title: "한강 달리기" };

test("an event is read alone, and out of the envelope of a topic", () => {
  assert.deepEqual(readEvent(JSON.stringify(written)), read);
  assert.deepEqual(readEvent(JSON.stringify({ Type: "Notification", MessageId: "x", Message: JSON.stringify(written) })), read);
  assert.deepEqual(readEvent(JSON.stringify({ ...written, details: {}, more: 1 })), { ...read, title: null });
});

for (const [body, message] of [
  ["", "it is no JSON"],
  ["{", "it is no JSON"],
  ["[]", "the message is no JSON object"],
  ["null", "the message is no JSON object"],
  [JSON.stringify({ Type: "Notification", Message: "hello" }), "it is no JSON"],
  [JSON.stringify({ ...written, id: "" }), "it has no id"],
  [JSON.stringify({ ...written, id: "x".repeat(101) }), "it has no id"],
  [JSON.stringify({ ...written, type: 7 }), "it has no type"],
  [JSON.stringify({ ...written, person: "7" }), "it has no person"],
  [JSON.stringify({ ...written, at: "yesterday" }), "it has no time"],
  [JSON.stringify({ ...written, at: undefined }), "it has no time"],
  [JSON.stringify({ ...written, details: [] }), "details is no JSON object"],
] as const) {
  test(`${body.slice(0, 60)}: ${message}`, () => assert.throws(() => readEvent(body), { name: "NoEvent", message }));
}
