import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { readDatabaseAddress } from "../src/configuration.ts";
import { connectionOptions } from "../src/database.ts";
import { migrate } from "../src/migrate.ts";
import { runMigrations, withoutParts } from "./service.ts";

describe("migrations", { skip: withoutParts }, () => {
  const table = `test_${crypto.randomUUID().slice(0, 8)}`;
  const name = `9999-${table.replace("_", "-")}`;
  let connection: Connection;
  before(async () => {
    connection = await createConnection(connectionOptions(readDatabaseAddress(process.env)));
  });
  after(async () => {
    await connection.query(`DROP TABLE IF EXISTS ${table}`);
    await connection.query("DELETE FROM schema_migrations WHERE name = ?", [name]);
    await connection.end();
  });
  const values = async () => (await connection.query<RowDataPacket[]>(`SELECT value FROM ${table} ORDER BY value`))[0].map((row) => row["value"]);

  test("the service's own can be run any number of times, also at once", async () => {
    const runs = await Promise.all([runMigrations(), runMigrations(), runMigrations()]);
    assert.deepEqual(runs.map(({ code }) => code), [0, 0, 0], runs.map(({ output }) => output).join());
    const again = await runMigrations();
    assert.equal(again.code, 0);
    assert.doesNotMatch(again.output, /"migrated"/);
  });

  test("one that fails says where, keeps what is done, and goes on from there when it is mended", async () => {
    const begin = [`CREATE TABLE ${table} (value INT)`, `INSERT INTO ${table} VALUES (1)`];
    await assert.rejects(migrate(connection, [{ name, statements: [...begin, "INSERT INTO nowhere VALUES (2)"] }]), {
      name: "MigrationError",
      message: new RegExp(`^statement 3 of 3 of ${name} failed: .*nowhere`),
    });
    await assert.rejects(migrate(connection, [{ name, statements: [begin[0] ?? "", "SELECT 1"] }]), /is not what was applied/);
    const mended = [{ name, statements: [...begin, `INSERT INTO ${table} VALUES (2)`] }];
    await migrate(connection, mended);
    await migrate(connection, mended);
    assert.deepEqual(await values(), [1, 2]);
  });

  test("one that has changed after it was applied is refused", async () => {
    await assert.rejects(migrate(connection, [{ name, statements: [`DROP TABLE ${table}`] }]), /is not what was applied/);
    assert.deepEqual(await values(), [1, 2]);
  });

  test("a database that refuses us is a reason and exit code 1", async () => {
    const { code, output } = await runMigrations({ MYSQL_PASSWORD: "wrong" });
    assert.equal(code, 1);
    assert.match(output, /"migration failed".*Access denied/);
    assert.doesNotMatch(output, /wrong/);
  });
});
