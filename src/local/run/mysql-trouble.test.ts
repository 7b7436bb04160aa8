import { expect, test } from "vitest";
import { parseRows } from "./mysql-client.ts";
import { troubleIn } from "./database-trouble.ts";
import { MYSQL_WORDS } from "./mysql-trouble.ts";

test.each([
  ["mariadbd: Error writing file './ddl_recovery.log' (Errcode: 28 \"No space left on device\")", "disk-full"],
  ["InnoDB: preallocating 12582912 bytes for file ./ibtmp1 failed with error 28", "disk-full"],
  ["InnoDB: Unable to lock ./ibdata1 error: 11", "state-busy"],
  ["Fatal error: Illegal or unknown default time zone 'Asia/Seoul'", "part-missing"],
  ["InnoDB: Corruption of an index tree: table `a`.`b`", "state-corrupt"],
  ["InnoDB: The Auto-extending data file './ibdata1' is of a different size 61 pages than specified by innodb_data_file_path", "state-corrupt"],
  ["InnoDB: File ./ib_logfile0 was not found", "state-corrupt"],
  ["Fatal error: Can't open and lock privilege tables: Incorrect file format 'global_priv'", "state-corrupt"],
  ["InnoDB: Cannot allocate memory for the buffer pool\nPlugin 'InnoDB' registration as a STORAGE ENGINE failed.", null],
  ["Can't create/write to file '/x/work/temporary/a' (Errcode: 13 \"Permission denied\")", "permission"],
  ["Can't start server: Bind on TCP/IP port. Got error: 98: Address already in use", "port-taken"],
  ["InnoDB: Buffer pool(s) load completed at 261122 17:22:15", null],
  ["Aborted connection 28 to db: 'my_sql' user: 'api' host: '127.0.0.1' (Got an error reading communication packets)", null],
])("%s means %s", (line, code) => expect(troubleIn(MYSQL_WORDS, [line])).toBe(code));

const START = "2026-11-22 17:29:51 0 [Note] Starting MariaDB 10.11.19-MariaDB source revision 1 as process 2";
const TAKEN = "Can't start server: Bind on TCP/IP port. Got error: 98: Address already in use";
const FULL = "[FATAL] InnoDB: Error (Out of disk space) in rollback.";
const READY = "mariadbd: ready for connections.";

test.each([
  ["an earlier start that failed says nothing about one that did not", [START, TAKEN, START, READY], null],
  ["it does while the last one has not got so far", [START, TAKEN, START], "port-taken"],
  ["what follows readiness counts", [START, READY, FULL], "disk-full"],
  ["what came before it does not", [START, FULL, READY], null],
])("%s", (_, log, code) => expect(troubleIn(MYSQL_WORDS, log)).toBe(code));

test.each([
  ["", []],
  ["name\tn\na\\tb\\\\t\t1\n\\n\tNULL\n", [{ name: "a\tb\\t", n: "1" }, { name: "\n", n: "NULL" }]],
])("rows of %j", (text, rows) => expect(parseRows(text)).toEqual(rows));
