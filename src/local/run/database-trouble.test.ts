import { expect, test } from "vitest";
import { parseRows } from "./database-client.ts";
import { troubleIn } from "./database-trouble.ts";

test.each([
  ["mariadbd: Error writing file './ddl_recovery.log' (Errcode: 28 \"No space left on device\")", "disk-full"],
  ["InnoDB: preallocating 12582912 bytes for file ./ibtmp1 failed with error 28", "disk-full"],
  ["InnoDB: Unable to lock ./ibdata1 error: 11", "state-busy"],
  ["Fatal error: Illegal or unknown default time zone 'Asia/Seoul'", "part-missing"],
  ["InnoDB: Corruption of an index tree: table `a`.`b`", "state-corrupt"],
  ["Can't create/write to file '/x/work/temporary/a' (Errcode: 13 \"Permission denied\")", "permission"],
  ["Can't start server: Bind on TCP/IP port. Got error: 98: Address already in use", "port-taken"],
  ["InnoDB: Buffer pool(s) load completed at 261122 17:22:15", null],
  ["Aborted connection 28 to db: 'my_sql' user: 'api' host: '127.0.0.1' (Got an error reading communication packets)", null],
])("%s means %s", (line, code) => expect(troubleIn([line])).toBe(code));

test("an earlier complaint does not speak for the end of the log", () =>
  expect(troubleIn(["Can't start server: Bind on TCP/IP port. Got error: 98: Address already in use", "mariadbd: ready for connections."])).toBe(null));

test.each([
  ["", []],
  ["name\tn\na\\tb\\\\t\t1\n\\n\tNULL\n", [{ name: "a\tb\\t", n: "1" }, { name: "\n", n: "NULL" }]],
])("rows of %j", (text, rows) => expect(parseRows(text)).toEqual(rows));
