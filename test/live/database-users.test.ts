import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MYSQL_USERS_SCRIPT } from "../../src/aws/render/mysql-users-script.ts";
import { slowLog } from "../../src/local/render/mysql-placed.ts";
import { programOf, type DatabaseServer } from "../../src/local/run/mysql-template.ts";
import { database, findServer, makeStand, temporaryDirectory, type Stand } from "./mysql-fixture.ts";

/** The script of the task that makes users on RDS, against a real server over TLS. */
let server: DatabaseServer;
let cache: string;
beforeAll(async () => {
  cache = temporaryDirectory();
  server = await findServer(cache);
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const ADMINISTRATOR = "AdministratorsPassword1";
const TLS = "ssl\nssl-verify-server-cert=0\n";

/** A server as RDS makes one: with a certificate and an administrator of the network, and a client by the name of MySQL's. */
async function makeRds(slowQueryMs = 100): Promise<Stand> {
  const stand = await makeStand(server, cache);
  await stand.prepare();
  const [certificate, key] = ["server.pem", "server.key"].map((name) => join(stand.placed.configDirectory, name));
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", String(key), "-out", String(certificate), "-subj", "/CN=server", "-days", "2"], { stdio: "pipe" });
  execFileSync("chmod", ["644", String(key)]);
  stand.start({ ...database, slowQueryMs }, `[mysqld]\nssl_cert=${certificate}\nssl_key=${key}\n`);
  await stand.opened.waitUntilReady(stand.watch());
  await stand.opened.query(`CREATE DATABASE myxsql; CREATE TABLE myxsql.t (id INT); CREATE USER platform@'%' IDENTIFIED BY '${ADMINISTRATOR}'; GRANT ALL ON *.* TO platform@'%' WITH GRANT OPTION;`);
  mkdirSync(join(stand.directory, "bin"));
  const library = server.libraryPath === null ? "" : `export LD_LIBRARY_PATH='${server.libraryPath}'\n`;
  const client = `#!/bin/sh\n${library}for word; do shift; case $word in --ssl-mode=REQUIRED) word=--ssl ;; esac; set -- "$@" "$word"; done\nexec '${programOf(server, "client")}' --no-defaults --skip-ssl-verify-server-cert "$@"\n`;
  writeFileSync(join(stand.directory, "bin/mysql"), client, { mode: 0o755 });
  return stand;
}

/** Runs the task once: its container's environment, as ECS fills it in. */
function makeUsers(stand: Stand, users: Readonly<Record<string, string>>, { shell = "sh", pattern = "my\\_sql" } = {}) {
  const passwords = Object.fromEntries(Object.values(users).map((password, index) => [`PASSWORD_${index + 1}`, password]));
  const env = {
    PATH: `${join(stand.directory, "bin")}:${process.env["PATH"] ?? ""}`, DATABASE_HOST: "127.0.0.1", DATABASE_PORT: String(stand.placed.port),
    ADMINISTRATOR: "platform", MYSQL_PWD: ADMINISTRATOR, SCHEMA: "my_sql", SCHEMA_PATTERN: pattern, USERS: Object.keys(users).join(" "), ...passwords,
  };
  const { status, stdout, stderr } = spawnSync(shell, ["-c", MYSQL_USERS_SCRIPT], { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  return { status, output: `${stdout}${stderr}` };
}

const WORKS = { rows: [{ one: "1" }] };
const DENIED = { refused: { number: 1045 } };

describe("the users of a database of RDS", () => {
  test("are made, with one schema each can change, over TLS alone; and the same once more", async () => {
    const stand = await makeRds();
    for (const shell of ["sh", "bash"]) {
      expect(makeUsers(stand, { api: "ApisPassword1", "event-worker": "WorkersPassword1" }, { shell })).toEqual({ status: 0, output: "users: api event-worker\n" });
      const api = (sql: string, more = TLS) => stand.as("api", "ApisPassword1", sql, more);
      expect(await api("USE my_sql; CREATE TABLE IF NOT EXISTS t (id INT); ALTER TABLE t ADD COLUMN IF NOT EXISTS x INT; SELECT 1 AS one;")).toEqual(WORKS);
      expect(await stand.as("event-worker", "WorkersPassword1", "SELECT COUNT(*) AS one FROM my_sql.t;", TLS)).toEqual({ rows: [{ one: "0" }] });
      for (const [sql, number] of [
        ["SELECT * FROM myxsql.t", 1142], ["SELECT * FROM dailyge_access.users", 1142], ["SELECT * FROM mysql.user", 1142], ["CREATE USER x", 1227],
        ["GRANT SELECT ON my_sql.* TO 'event-worker'@'%'", 1044],
      ] as const) expect({ sql, answer: await api(sql) }).toMatchObject({ sql, answer: { refused: { number } } });
      expect(await api("SELECT 1 AS one", "skip-ssl\n")).toMatchObject(DENIED);
    }
  });

  test("get another password, go with their link, and leave those alone that people made", async () => {
    const stand = await makeRds();
    await stand.opened.query("CREATE DATABASE my_sql; CREATE USER person@'%' IDENTIFIED BY 'own'; GRANT SELECT ON my_sql.* TO person@'%';");
    makeUsers(stand, { api: "ApisPassword1", "event-worker": "WorkersPassword1" });
    expect(makeUsers(stand, { api: "ApisPassword2" })).toEqual({ status: 0, output: "users: api\n" });
    expect(await stand.as("api", "ApisPassword1", "SELECT 1 AS one", TLS)).toMatchObject(DENIED);
    expect(await stand.as("api", "ApisPassword2", "SELECT 1 AS one", TLS)).toEqual(WORKS);
    expect(await stand.as("event-worker", "WorkersPassword1", "SELECT 1 AS one", TLS)).toMatchObject(DENIED);
    expect(await stand.as("person", "own", "SELECT 1 AS one", TLS)).toEqual(WORKS);
    expect(await stand.opened.query("SELECT user AS name FROM mysql.user WHERE user IN ('api', 'event-worker', 'person') ORDER BY user")).toEqual([{ name: "api" }, { name: "person" }]);
    expect(makeUsers(stand, { api: "ApisPassword2", "event-worker": "WorkersPassword2" })).toMatchObject({ status: 0 });
    expect(await stand.as("event-worker", "WorkersPassword2", "SELECT 1 AS one", TLS)).toEqual(WORKS);
  });

  test("stay as they are when a password could end a statement, or the server does not take the administrator", async () => {
    const stand = await makeRds();
    makeUsers(stand, { api: "ApisPassword1" });
    expect(makeUsers(stand, { api: "x'; DROP DATABASE my_sql; --" })).toEqual({ status: 1, output: "users: the password of api is not made of letters and digits alone\n" });
    await stand.opened.query("INSERT INTO dailyge_access.users VALUES ('It''s')");
    expect(makeUsers(stand, { api: "ApisPassword2" })).toMatchObject({ status: 1, output: expect.stringContaining("which is no service's name") });
    await stand.opened.query("DELETE FROM dailyge_access.users WHERE name = 'It''s'; ALTER USER platform@'%' IDENTIFIED BY 'AnotherPassword';");
    expect(makeUsers(stand, { api: "ApisPassword2" })).toMatchObject({ status: 1, output: expect.stringMatching(/Access denied for user 'platform'/) });
    expect(await stand.as("api", "ApisPassword1", "SELECT 1 AS one", TLS)).toEqual(WORKS);
  });

  test("have passwords that no log shows, not even when the server refuses them", async () => {
    const stand = await makeRds(1);
    const done = makeUsers(stand, { api: "ApisPassword1" });
    await stand.opened.query("REVOKE ALL PRIVILEGES ON *.* FROM platform@'%'; GRANT ALL ON dailyge_access.* TO platform@'%'; GRANT ALL ON my_sql.* TO platform@'%'");
    const refused = makeUsers(stand, { api: "ApisPassword1" });
    expect(refused).toMatchObject({ status: 1, output: expect.stringMatching(/^users: the server refused: ERROR 1227 .*CREATE USER/) });
    const output = done.output + refused.output;
    const logs = stand.log + readFileSync(slowLog(stand.placed.workDirectory), "utf8");
    expect(output + logs).not.toContain("ApisPassword1");
  });
});
