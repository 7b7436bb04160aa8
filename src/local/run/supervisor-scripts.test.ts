import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { finishScript } from "./supervisor-scripts.ts";

/** Runs the script after one death and the next, in no time: what it would sleep is written down. Gives the seconds, and what is remembered. */
function crash(times: number, deathsBefore = ""): { readonly slept: number; readonly deaths: readonly string[] } {
  const directory = mkdtempSync(join(tmpdir(), "dailyge-finish-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, "finish"), finishScript("api.1"));
  // More than the kernel gives any process.
  writeFileSync(join(directory, "leader"), "99999999 1\n");
  writeFileSync(join(directory, "deaths"), deathsBefore);
  writeFileSync(join(directory, "slept"), "");
  const again = `sleep() { echo "$1" >> slept; }; count=0; while [ "$count" -lt ${times} ]; do ( . ./finish ); count=$((count + 1)); done`;
  execFileSync("sh", ["-c", again, "sh", "11", "0"], { cwd: directory });
  const lines = (name: string): readonly string[] => readFileSync(join(directory, name), "utf8").split("\n").slice(0, -1);
  return { slept: lines("slept").length, deaths: lines("deaths") };
}

test("200 deaths in a row: the waits grow to half a minute, and 50 are remembered", () => {
  const { slept, deaths } = crash(200);
  expect(slept).toBe(0 + 1 + 2 + 4 + 8 + 16 + 194 * 30);
  expect(deaths).toHaveLength(50);
  expect(deaths.at(-1)).toMatch(/^\d+ 11 0$/);
});

test("the first death waits for nothing, nor does one after deaths that a clock set back has put into the future", () => {
  const future = Math.floor(Date.now() / 1000) + 3600;
  expect(crash(1).slept).toBe(0);
  expect(crash(1, `${future} 1 0\n`.repeat(20)).slept).toBe(0);
});
