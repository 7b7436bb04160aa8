import { readFileSync, rmSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseFiles, slowLog } from "../../src/local/render/mysql-placed.ts";
import type { DatabaseServer } from "../../src/local/run/mysql-template.ts";
import { database, findServer, makeStand, nobody, ROOT_PASSWORD, temporaryDirectory } from "./mysql-fixture.ts";

let server: DatabaseServer;
let cache: string;
beforeAll(async () => {
  cache = temporaryDirectory();
  server = await findServer(cache);
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const API = { name: "api", password: "p'a\\s\"s`#1" };
const WORKER = { name: "event-worker", password: "secret" };

describe("a database on this machine", () => {
  test("gives each linked service its schema and nothing else", async () => {
    const stand = await makeStand(server, cache);
    await stand.up();
    await stand.opened.query("CREATE DATABASE myxsql; CREATE TABLE myxsql.t (id INT);");
    await stand.opened.grantAccess([API, WORKER]);
    const api = (sql: string) => stand.as(API.name, API.password, sql);
    expect(await api("USE my_sql; CREATE TABLE t (id INT PRIMARY KEY, at TIMESTAMP DEFAULT NOW()); INSERT INTO t (id) VALUES (1); ALTER TABLE t ADD x JSON;")).toEqual({ rows: [] });
    expect(await stand.as(WORKER.name, WORKER.password, "SELECT id FROM my_sql.t;")).toEqual({ rows: [{ id: "1" }] });
    for (const [sql, number] of [
      ["SELECT * FROM myxsql.t", 1142],
      ["SELECT * FROM mysql.user", 1142],
      ["SELECT * FROM dailyge_access.users", 1142],
      ["CREATE DATABASE other", 1044],
      ["CREATE USER x IDENTIFIED BY 'x'", 1227],
      ["GRANT SELECT ON my_sql.* TO 'event-worker'@'127.0.0.1'", 1044],
      ["SET GLOBAL max_connections = 1", 1227],
      ["SELECT 1 INTO OUTFILE '/tmp/x'", 1227],
    ] as const) {
      expect({ sql, answer: await api(sql) }).toMatchObject({ sql, answer: { refused: { number } } });
    }
    expect(await stand.as("api", "wrong", "SELECT 1")).toMatchObject({ refused: { number: 1045 } });
    expect(await stand.as("root", ROOT_PASSWORD, "SELECT 1")).toMatchObject({ refused: { number: 1045 } });
  });

  test("ends the access of a service that is not linked any more, at once, and lets a password change", async () => {
    const stand = await makeStand(server, cache);
    await stand.up();
    await stand.opened.query("CREATE USER person@127.0.0.1 IDENTIFIED BY 'own'");
    await stand.opened.grantAccess([API, WORKER]);
    const working = stand.as(WORKER.name, WORKER.password, "SELECT SLEEP(60)");
    await expect.poll(() => stand.opened.query("SELECT id FROM information_schema.processlist WHERE user = 'event-worker'")).toHaveLength(1);
    await stand.opened.grantAccess([{ ...API, password: "changed" }]);
    expect(await working).toMatchObject({ refused: {} });
    expect(await stand.as(WORKER.name, WORKER.password, "SELECT 1")).toMatchObject({ refused: { number: 1045 } });
    expect(await stand.as(API.name, API.password, "SELECT 1")).toMatchObject({ refused: { number: 1045 } });
    expect(await stand.as(API.name, "changed", "SELECT 1 AS one")).toEqual({ rows: [{ one: "1" }] });
    expect(await stand.as("person", "own", "SELECT 1 AS one")).toEqual({ rows: [{ one: "1" }] });
  });

  test("writes no password to a log, whose size is bounded, and keeps its own from others", async () => {
    const stand = await makeStand(server, cache);
    await stand.prepare();
    stand.start({ ...database, slowQueryMs: 0 });
    await stand.opened.waitUntilReady(stand.watch());
    await stand.opened.grantAccess([{ name: "api", password: "pass-of-api" }]);
    await stand.as("api", "pass-of-api", "SELECT 'this is logged'");
    const logs = stand.log + readFileSync(slowLog(stand.placed.workDirectory), "utf8");
    expect(logs).toContain("this is logged");
    for (const secret of ["pass-of-api", "pass\"word"]) expect(logs).not.toContain(secret);
    await stand.opened.boundSlowLog(10);
    await stand.as("api", "pass-of-api", "SELECT 'this is logged later'");
    const later = readFileSync(slowLog(stand.placed.workDirectory), "utf8");
    expect([later.includes("this is logged later"), later.includes("this is logged'")]).toEqual([true, false]);
    const files = databaseFiles(stand.placed.configDirectory);
    for (const file of [files.client, files.firstWords]) expect(statSync(file).mode & 0o077).toBe(0);
  });

  test("is set as MySQL on RDS is", async () => {
    const stand = await makeStand(server, cache);
    await stand.up();
    const [row] = await stand.opened.query(`SELECT @@sql_mode AS mode, @@character_set_server AS chars, TIMESTAMPDIFF(HOUR, UTC_TIMESTAMP(), NOW()) AS ahead,
      CONVERT_TZ('2026-07-01 12:00', 'UTC', 'Europe/Berlin') AS summer, 'é' COLLATE utf8mb4_unicode_520_nopad_ci = 'E' AS same, @@performance_schema AS watched`);
    expect(row).toEqual({
      mode: "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
      chars: "utf8mb4", ahead: "9", summer: "2026-07-01 14:00:00", same: "1", watched: "0",
    });
    expect(stand.log).not.toMatch(/ERROR|Warning/);
    if (nobody !== null) expect(statSync(`${stand.placed.dataDirectory}/ibdata1`).uid).toBe(nobody);
  });
});
