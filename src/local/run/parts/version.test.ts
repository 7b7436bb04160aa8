import { expect, test } from "vitest";
import { compareVersions, fits, withoutEpoch } from "./version.ts";

test.each([
  ["2.6.12-1+deb12u4", "2.6", 1],
  ["2.4.24-0ubuntu0.22.04.1", "2.6", -1],
  ["2.10", "2.9", 1],
  ["8.4", "8.4.0", 0],
  ["nonsense", "1", -1],
])("%s against %s", (left, right, sign) => {
  expect(Math.sign(compareVersions(left, right))).toBe(sign);
});

test.each([
  ["8.4.3", true],
  ["8.0.40", false],
  ["9.1.0", false],
  ["8.5", false],
  ["unknown", true],
])("MySQL %s fits 8.4 and below 8.5: %s", (version, expected) => {
  expect(fits(version, { least: "8.4", below: "8.5" })).toBe(expected);
});

test("a package's epoch stays out of paths", () => {
  expect(withoutEpoch("1:10.11.19-0+deb12u1")).toBe("10.11.19-0+deb12u1");
});
