import { expect, test } from "vitest";
import { troubleIn } from "./database-trouble.ts";
import { parseReplies } from "./redis-client.ts";
import { REDIS_WORDS } from "./redis-trouble.ts";

test.each([
  ['"OK"\n["a","b"]\n', "", 2, { lines: ['"OK"', '["a","b"]'] }],
  ["# Persistence\r\nloading:0\r\n", "", 1, { lines: ["# Persistence", "loading:0"] }],
  ['"OK"\nerror:"ERR no such thing"\n', "", 2, { refused: "ERR no such thing", inTime: true }],
  ["", "Could not connect to Redis at /s: Connection refused\n", 1, { refused: "Could not connect to Redis at /s: Connection refused", inTime: true }],
])("replies %j", (out, errors, count, answer) => expect(parseReplies(out, errors, count)).toEqual(answer));

const START = "1:C 22 Nov 2026 20:54:08.359 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo";

test.each([
  ["Could not create server TCP listening socket 127.0.0.1:6379: bind: Address already in use", "port-taken"],
  ["Can't handle RDB format version 99", "state-foreign"],
  ["Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use ./redis-check-aof --fix <filename>", "state-corrupt"],
  ["Can't open the append-only file appendonly.aof.2.incr.aof: Permission denied", "permission"],
  ["Error moving temp append only file on the final destination: No space left on device", "disk-full"],
  ["Ready to accept connections", null],
])("%s means %s", (line, trouble) => expect(troubleIn(REDIS_WORDS, [START, line])).toBe(trouble));
