import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DATABASE_DIFFERENCES } from "../../src/local/render/mysql-differences.ts";
import type { DatabaseServer } from "../../src/local/run/mysql-template.ts";
import { findServer, makeStand, temporaryDirectory } from "./mysql-fixture.ts";

let server: DatabaseServer;
let cache: string;
beforeAll(async () => {
  cache = temporaryDirectory();
  server = await findServer(cache);
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const ZONES = Intl.supportedValuesOf("timeZone");
const TIMES = ["1999-12-31T15:00:00Z", "2010-07-01T00:30:00Z", "2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"];

test("it differs from MySQL in what we say", async () => {
  const stand = await makeStand(server, cache);
  await stand.up();
  await stand.opened.grantAccess([{ name: "api", password: "x" }]);
  const api = (sql: string) => stand.as("api", "x", `USE my_sql; ${sql}`);
  expect(await api("CREATE TABLE probe (id INT PRIMARY KEY, name TEXT, j JSON)")).toEqual({ rows: [] });
  for (const { refuses, accepts } of DATABASE_DIFFERENCES[server.flavour]) {
    if (refuses !== undefined) expect({ refuses, answer: await api(refuses) }).toHaveProperty("answer.refused");
    if (accepts !== undefined) expect({ accepts, answer: await api(accepts) }).toHaveProperty("answer.rows");
  }
});

test("it knows the clocks of every time zone", async () => {
  const stand = await makeStand(server, cache);
  await stand.up();
  const questions = ZONES.flatMap((zone) => TIMES.map((at) => `SELECT '${zone}' AS zone, '${at}' AS at, CONVERT_TZ('${at.slice(0, 19)}', 'UTC', '${zone}') AS clock`));
  const rows = await stand.opened.query(questions.join(" UNION ALL "));
  expect(rows).toHaveLength(ZONES.length * TIMES.length);
  const wrong = rows.filter(({ zone, at, clock }) => clock !== new Date(at ?? "").toLocaleString("sv-SE", { timeZone: zone }));
  expect(wrong).toEqual([]);
});
