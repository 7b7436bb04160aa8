import assert from "node:assert/strict";
import { test } from "node:test";
import { MigrationError, checksum, readMigrations, remaining, splitStatements } from "../src/migrations.ts";

test("statements end with a semicolon at the end of a line; comments are no statements", () => {
  assert.deepEqual(splitStatements("-- why\nCREATE TABLE a (\n  b INT -- kept; here\n);\n\nINSERT INTO a VALUES ('x;y'); \r\nDROP TABLE a"), [
    "CREATE TABLE a (\n  b INT -- kept; here\n)", "INSERT INTO a VALUES ('x;y')", "DROP TABLE a",
  ]);
  assert.deepEqual(splitStatements("-- nothing\n;\n"), []);
});

test("files are read in the order of their numbers", () => {
  assert.deepEqual(readMigrations([["0010-b.sql", "B;"], ["0002-a.sql", "A;"]]), [{ name: "0002-a", statements: ["A"] }, { name: "0010-b", statements: ["B"] }]);
});

for (const [files, message] of [
  [[["2-a.sql", "A;"]], "2-a.sql must be called like 0001-what-it-does.sql"],
  [[["0001-a.sql", "-- later"]], "0001-a.sql has no statement"],
  [[["0001-a.sql", "A;"], ["0001-b.sql", "B;"]], "0001-a and 0001-b have the same number"],
] as const) {
  test(message, () => assert.throws(() => readMigrations(files), { name: "MigrationError", message }));
}

const migration = { name: "0001-a", statements: ["A", "B", "C"] };
const applied = (statements: readonly string[], finished: boolean) => [{ name: "0001-a", statements: statements.length, checksum: checksum(statements), finished }];

test("what is left to do", () => {
  assert.deepEqual(remaining([migration], []), [{ migration, done: 0 }]);
  assert.deepEqual(remaining([migration], applied(["A", "B", "C"], true)), []);
  assert.deepEqual(remaining([], applied(["A"], true)), [], "an older release meets a newer schema");
});

test("a run that was cut off goes on, also where the rest was mended", () => {
  assert.deepEqual(remaining([migration], applied(["A", "B"], false)), [{ migration, done: 2 }]);
  assert.deepEqual(remaining([migration], applied(["A"], false)), [{ migration, done: 1 }]);
});

test("what was applied must not change", () => {
  for (const before of [applied(["A", "B", "X"], true), applied(["X"], false), applied(["A", "B"], true)]) {
    assert.throws(() => remaining([migration], before), MigrationError);
  }
});
