import { BSON, Long, MinKey, ObjectId } from "mongodb";
import { expect, test } from "vitest";
import { decodeBson, encodeBson, type BsonDocument } from "./mongodb-bson.ts";

const DOCUMENTS: readonly BsonDocument[] = [
  {},
  { text: "ü\u{1f600}", empty: "", number: 1, least: -(2 ** 31) + 1, more: 2 ** 31, fraction: 0.5, yes: true, no: false, nothing: null },
  { wide: 2n ** 60n, at: new Date(1_700_000_000_123) },
  { roles: [{ role: "readWrite", db: "store" }, { role: "dbAdmin", db: "store" }], nested: { deep: { deeper: [[1], []] } } },
];

test.each(DOCUMENTS.map((document) => [JSON.stringify(document, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value)), document] as const))(
  "%s is written as the official library writes it, and read back",
  (_, document) => {
    const written = encodeBson(document);
    expect(written.equals(Buffer.from(BSON.serialize(document)))).toBe(true);
    expect(decodeBson(written)).toEqual(document);
  },
);

test("bytes are written as the official library writes them, and read back", () => {
  const written = encodeBson({ payload: Buffer.from("n,,n=api") });
  expect(BSON.deserialize(written, { promoteBuffers: true })).toEqual({ payload: Buffer.from("n,,n=api") });
  expect(decodeBson(written)).toEqual({ payload: Buffer.from("n,,n=api") });
});

test("what is not understood is passed over, and what follows it is read", () => {
  const strange = { id: new ObjectId(), pattern: /a/i, least: new MinKey(), wide: Long.fromNumber(5), list: [new ObjectId(), "x"], last: "read" };
  expect(decodeBson(Buffer.from(BSON.serialize(strange)))).toEqual({ id: null, pattern: null, least: null, wide: 5n, list: [null, "x"], last: "read" });
});

test("a document that is cut short is an error and no endless loop", () => {
  expect(() => decodeBson(encodeBson({ a: "text", b: 1 }).subarray(0, 12))).toThrow(RangeError);
});
