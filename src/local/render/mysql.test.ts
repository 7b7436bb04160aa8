import { describe, expect, test } from "vitest";
import type { MysqlDatabase } from "../../model/database.ts";
import { accessSql, connectionsSql, rootSql } from "./mysql-access.ts";
import { quoteOption } from "./mysql-configuration.ts";
import type { PlacedDatabase } from "./mysql-placed.ts";
import { parseZone, zonesSql } from "./mysql-zones.ts";
import { renderDatabase } from "./mysql.ts";

const database: MysqlDatabase = {
  name: "mysql", deployedAs: "mysql", engine: "mysql", version: "8.4", instance: "db.t4g.small", storageGb: 20, slowQueryMs: 250, backupDays: 7, standby: false, existing: null,
  schema: "my_sql", usedBy: ["api"],
};

const placed: PlacedDatabase = {
  flavour: "mariadb", version: "10.11.19", root: "/cache/a tree", dataDirectory: "/state/data #1", workDirectory: "/state/work", configDirectory: "/state/config",
  socket: "/run/mysql/s", port: 3307, timezone: "Asia/Seoul", bufferPoolMb: 64,
};

const options = (change: Partial<PlacedDatabase> = {}): Map<string, string | undefined> => {
  const [file] = renderDatabase(database, { ...placed, ...change }).files;
  return new Map((file?.text ?? "").split("\n").slice(1).map((line) => [line.split(" = ")[0] ?? "", line.split(" = ")[1]]));
};

describe("a database's configuration", () => {
  test("is the same text each time, and the process reads it", () => {
    const { process, files } = renderDatabase(database, placed);
    expect(renderDatabase(database, placed)).toEqual({ process, files });
    expect(process.command).toEqual(["mariadbd", "--defaults-file=/state/config/my.cnf"]);
    expect(files.map(({ path }) => path)).toEqual(["/state/config/my.cnf"]);
  });

  test.each([
    ["bind-address", "127.0.0.1"],
    ["port", "3307"],
    ["datadir", '"/state/data #1"'],
    ["lc-messages-dir", '"/cache/a tree/usr/share/mysql"'],
    ["long-query-time", "0.25"],
    ["default-time-zone", "Asia/Seoul"],
    ["character-set-server", "utf8mb4"],
    ["innodb-flush-log-at-trx-commit", "1"],
    ["performance-schema", "OFF"],
    ["max-user-connections", "100"],
    ["group-concat-max-len", "1024"],
  ])("says %s = %s", (name, value) => expect(options().get(name)).toBe(value));

  test("does not ask for time zone tables in UTC", () => expect(options({ timezone: "UTC" }).get("default-time-zone")).toBe("+00:00"));

  test("leaves an installed server its own directories", () => expect(options({ root: null }).has("lc-messages-dir")).toBe(false));

  test("speaks each server's dialect", () => {
    const [mariadb, mysql] = [options(), options({ flavour: "mysql", version: "8.4.3", root: null })];
    expect(renderDatabase(database, { ...placed, flavour: "mysql" }).process.command[0]).toBe("mysqld");
    expect([mysql.get("mysqlx"), mysql.get("innodb-redo-log-capacity"), mysql.get("collation-server")]).toEqual(["OFF", "16M", "utf8mb4_0900_ai_ci"]);
    for (const own of ["mysqlx", "secure-file-priv", "innodb-redo-log-capacity"]) expect(mariadb.has(own)).toBe(false);
    for (const own of ["aria-pagecache-buffer-size", "log-slow-verbosity", "innodb-log-file-size"]) expect(mysql.has(own)).toBe(false);
  });

  test.each([
    ["plain-1.2/x", "plain-1.2/x"],
    ["with space", '"with space"'],
    ['a "b" \\ c', '"a \\"b\\" \\\\ c"'],
    ["", '""'],
  ])("quotes %j as %s", (value, quoted) => expect(quoteOption(value)).toBe(quoted));
});

describe("access to a database", () => {
  const sql = accessSql(database, [{ name: "api", password: "it's \\ `1`" }], ["api", "old"]);

  test("is to one schema, whose name is no pattern", () => expect(sql).toContain("GRANT ALL PRIVILEGES ON `my\\_sql`.* TO 'api'@'127.0.0.1';"));
  test("quotes what it is given", () => expect(sql).toContain("ALTER USER 'api'@'127.0.0.1' IDENTIFIED BY 'it''s \\\\ `1`';"));
  test("ends for who is not linked any more", () => expect(sql).toContain("DROP USER IF EXISTS 'old'@'127.0.0.1';"));
  test("stays for who is", () => expect(sql).not.toContain("DROP USER IF EXISTS 'api'"));
  test("writes no password to the slow query log", () => {
    for (const text of [sql, rootSql("x")]) expect(text.split("\n")[0]).toBe("SET SESSION long_query_time = 31536000;");
  });
  test("is not given under a name that RDS would refuse", () =>
    expect(() => accessSql(database, [{ name: "a".repeat(33), password: "x" }], [])).toThrow("too long"));
  test("asks for the connections of users, not of the administrator", () =>
    expect(connectionsSql(["a", "b'c"])).toContain("user IN ('a', 'b''c') AND host LIKE '127.0.0.1:%'"));
});

/** A zone file's block: RFC 9636, 3. */
function zoneFile(version: string, width: 4 | 8, changes: readonly (readonly [at: number, kind: number])[], footer: string): Buffer {
  const kinds = [[32_400, 0, 0], [36_000, 1, 4]] as const;
  const head = Buffer.alloc(44);
  head.write(`TZif${version}`);
  [0, 0, 0, changes.length, kinds.length, 8].forEach((count, index) => head.writeUInt32BE(count, 20 + index * 4));
  const times = changes.map(([at]) => {
    const time = Buffer.alloc(width);
    if (width === 4) time.writeInt32BE(at);
    else time.writeBigInt64BE(BigInt(at));
    return time;
  });
  const types = kinds.map(([offset, summer, name]) => {
    const type = Buffer.alloc(6);
    type.writeInt32BE(offset);
    type.set([summer, name], 4);
    return type;
  });
  return Buffer.concat([head, ...times, Buffer.from(changes.map(([, kind]) => kind)), ...types, Buffer.from("KST\0KDT\0"), Buffer.from(footer)]);
}

describe("a time zone", () => {
  const changes = [[-1_000_000_000, 0], [500_000_000, 1]] as const;
  const rules = {
    changes: [{ at: -1_000_000_000, kind: 0 }, { at: 500_000_000, kind: 1 }],
    kinds: [{ offsetSeconds: 32_400, summer: false, abbreviation: "KST" }, { offsetSeconds: 36_000, summer: true, abbreviation: "KDT" }],
  };

  test.each([
    ["the first version", zoneFile("\0", 4, changes, ""), rules],
    ["a later version, in its first block", Buffer.concat([zoneFile("2", 4, changes, ""), zoneFile("2", 8, [], "\nX\n")]), rules],
    ["a later version whose first block is empty", Buffer.concat([zoneFile("3", 4, [], ""), zoneFile("3", 8, [...changes, [2 ** 40, 0]], "\nKST-9\n")]), rules],
    ["one that ends in a formula", Buffer.concat([zoneFile("3", 4, [], ""), zoneFile("3", 8, changes, "\nKST-9KDT,M3.2.0,M11.1.0\n")]), null],
    ["what is none", Buffer.from("# a text"), null],
  ])("is read from a file: %s", (_, bytes, expected) => expect(parseZone(bytes)).toEqual(expected));

  test("is a few rows", () =>
    expect(zonesSql([{ names: ["Asia/Seoul", "ROK"], rules }])).toBe(
      [
        "USE mysql;",
        "START TRANSACTION;",
        "INSERT INTO time_zone (Time_zone_id, Use_leap_seconds) VALUES (1, 'N');",
        "INSERT INTO time_zone_name (Name, Time_zone_id) VALUES ('Asia/Seoul', 1),('ROK', 1);",
        "INSERT INTO time_zone_transition (Time_zone_id, Transition_time, Transition_type_id) VALUES (1, -1000000000, 0),(1, 500000000, 1);",
        "INSERT INTO time_zone_transition_type (Time_zone_id, Transition_type_id, `Offset`, Is_DST, Abbreviation) VALUES (1, 0, 32400, 0, 'KST'),(1, 1, 36000, 1, 'KDT');",
        "COMMIT;",
        "",
      ].join("\n"),
    ));
});
