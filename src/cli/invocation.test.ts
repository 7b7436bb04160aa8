import { expect, test } from "vitest";
import { readOptions, type Verb } from "./invocation.ts";

const plan: Verb = { usage: "plan", summary: "", options: { "out DIR": "where" }, load: () => Promise.reject(new Error("not run")) };

test.each([
  [["--out", "--platform", "x"], "--out needs a value"],
  [["--out"], "--out needs a value"],
  [["--outt", "x"], "plan has no option --outt: did you mean --out?"],
  [["--json=yes"], "--json takes no value"],
])("%j is refused: %s", (given, why) => {
  expect(() => readOptions("plan", plan, given)).toThrow(why);
});

test.each([
  [["--out", "here", "shared"], "here", ["shared"]],
  [["--out=--here"], "--here", []],
  [["--out", "-"], "-", []],
])("%j is --out %s", (given, out, words) => {
  expect(readOptions("plan", plan, given)).toMatchObject({ values: { out }, words });
});
