import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { clearOutbox, countDays } from "../src/work.ts";

/** Why tests that need the schedule service's database, with its schema, are skipped. */
const withoutDatabase = process.env["MYSQL_HOST"] === undefined ? "MYSQL_HOST is not set" : false;

async function run(variables: Record<string, string> = {}): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../src/nightly.ts", import.meta.url))], { env: { ...process.env, ...variables }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const [code] = await once(child, "close");
  return { code, output };
}

describe("the night", { skip: withoutDatabase }, () => {
  let connection: Connection;
  before(async () => {
    const { MYSQL_HOST: host = "", MYSQL_PORT: port = "3306", MYSQL_USER: user = "", MYSQL_PASSWORD: password = "", MYSQL_DATABASE: database = "" } = process.env;
    connection = await createConnection({ host, port: Number(port), user, password, database, dateStrings: true });
    await connection.query("SET time_zone = '+09:00'");
    await connection.query("DELETE FROM daily_figures");
  });
  after(() => connection.end());

  test("a day is counted from midnight to midnight of the platform's zone, once; days that were missed are made up for", async () => {
    const figures = async () => (await connection.query<RowDataPacket[]>("SELECT DATEDIFF(CURDATE(), day) AS ago, people FROM daily_figures ORDER BY day DESC"))[0];
    // 23:59 of two days ago and 00:01 of yesterday in Seoul are the same day in Greenwich.
    for (const time of ["14:59:00", "15:01:00"]) {
      await connection.query(
        `INSERT INTO users (email, password_hash, created_at) VALUES (?, 'none', TIMESTAMP(CURDATE() - INTERVAL 2 DAY, ?))`,
        [`${crypto.randomUUID()}@example.org`, time],
      );
    }
    assert.equal(await countDays(connection), 7);
    const counted = await figures();
    assert.deepEqual(counted.map(({ ago }) => ago), [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(counted.slice(0, 2).map(({ people }) => people), [1, 1]);
    assert.equal(await countDays(connection), 0);
    await connection.query("DELETE FROM daily_figures WHERE day = CURDATE() - INTERVAL 3 DAY");
    assert.equal(await countDays(connection), 1);
    assert.deepEqual(await figures(), counted);
  });

  test("of the outbox only what was told long ago goes", async () => {
    const marker = crypto.randomUUID().slice(0, 8);
    for (const [index, published] of ["UTC_TIMESTAMP() - INTERVAL 8 DAY", "UTC_TIMESTAMP() - INTERVAL 6 DAY", "NULL"].entries()) {
      await connection.query(
        `INSERT INTO outbox (event_id, type, person_id, details, happened_at, published_at) VALUES (?, 'test', 0, ?, UTC_TIMESTAMP() - INTERVAL 9 DAY, ${published})`,
        [crypto.randomUUID(), `${marker} ${index}`],
      );
    }
    assert(await clearOutbox(connection) >= 1);
    const [left] = await connection.query<RowDataPacket[]>("SELECT details FROM outbox WHERE details LIKE ? ORDER BY id", [`${marker}%`]);
    assert.deepEqual(left.map(({ details }) => details), [`${marker} 1`, `${marker} 2`]);
    await connection.query("DELETE FROM outbox WHERE details LIKE ?", [`${marker}%`]);
  });

  test("as a program it says what it did and ends", async () => {
    const { code, output } = await run();
    assert.equal(code, 0, output);
    assert.match(output, /"days counted","days":\d/);
    assert.match(output, /"outbox cleared","events":\d/);
  });

  test("a database that refuses it is a reason and exit code 1", async () => {
    const { code, output } = await run({ MYSQL_PASSWORD: "wrong" });
    assert.equal(code, 1);
    assert.match(output, /"failed".*Access denied/);
    assert.doesNotMatch(output, /wrong/);
  });
});

test("without an address it says which variable is missing", async () => {
  const { code, output } = await run({ MYSQL_HOST: "" });
  assert.equal(code, 1);
  assert.match(output, /MYSQL_HOST is not set/);
});
