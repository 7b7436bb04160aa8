import assert from "node:assert/strict";
import { test } from "node:test";
import { readToken, signToken } from "../src/tokens.ts";

const KEY = "a key for these tests only";
const token = { session: "5f1c", user: 7 };
const soon = () => new Date(Date.now() + 60_000);

test("a token says again what it was given", async () => {
  assert.deepEqual(await readToken(await signToken(token, soon(), KEY), KEY), token);
});

test("a token that is not ours, or old, says nothing", async () => {
  const good = await signToken(token, soon(), KEY);
  const [head, , signature] = good.split(".");
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const forged = encoded({ sub: "8", sid: "5f1c", exp: 4_000_000_000 });
  for (const [why, text] of [
    ["another key", await signToken(token, soon(), `${KEY}!`)],
    ["expired", await signToken(token, new Date(Date.now() - 1_000), KEY)],
    ["another user in it", [head, forged, signature].join(".")],
    ["no signature", [encoded({ alg: "none", typ: "JWT" }), forged, ""].join(".")],
    ["no token", "x"],
    ["empty", ""],
  ] as const) assert.equal(await readToken(text, KEY), null, why);
});
