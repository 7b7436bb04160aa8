import assert from "node:assert/strict";
import { test } from "node:test";
import { hashPassword, isPassword } from "../src/passwords.ts";
import { Refusal } from "../src/refusal.ts";

test("a password fits its own hash only", async () => {
  const hash = await hashPassword("correct horse");
  assert.match(hash, /^scrypt\$16384\$8\$5\$[\w+/]+=*\$[\w+/]+=*$/);
  assert.notEqual(hash, await hashPassword("correct horse"));
  assert.equal(await isPassword("correct horse", hash), true);
  assert.equal(await isPassword("correct Horse", hash), false);
  assert.equal(await isPassword("correct horse", null), false);
});

test("a hash of lower cost stays readable", async () => {
  const { scryptSync } = await import("node:crypto");
  const key = scryptSync("correct horse", Buffer.from("salt"), 32, { N: 1024, r: 8, p: 1 }).toString("base64");
  assert.equal(await isPassword("correct horse", `scrypt$1024$8$1$${Buffer.from("salt").toString("base64")}$${key}`), true);
});

test("a crowd at the door is told to come back, and those inside are served", async () => {
  const cheap = `scrypt$1024$8$1$c2FsdA==$${Buffer.alloc(32).toString("base64")}`;
  const results = await Promise.allSettled(Array.from({ length: 60 }, () => isPassword("x", cheap)));
  const refused = results.filter((result) => result.status === "rejected");
  assert.equal(refused.length, 38);
  assert(refused.every(({ reason }) => reason instanceof Refusal && reason.status === 503));
  assert.equal(await isPassword("x", cheap), false);
});
