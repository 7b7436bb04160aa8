import { expect, test } from "vitest";
import { resolve } from "../../src/model/resolve/index.ts";
import { service } from "./shop.ts";

const found = (earlier: string, later: string) => {
  const resolved = resolve(service({ paths: { [earlier]: "office", [later]: "public" } }));
  return resolved.ok ? [] : resolved.findings.map(({ rule }) => rule);
};

test.each([
  ["/*", "/a"], ["/a*", "/a/b"], ["/a/*", "/a/b/*"], ["/*/b", "/a/x/b"], ["/a*b*c", "/axbxc"], ["/*a*a", "/aa/a"], ["/a/*", "/a/"],
])("%s leaves nothing to %s", (earlier, later) => {
  expect(found(earlier, later)).toEqual(["unreachable-path"]);
});

test.each([
  ["/a", "/a/*"], ["/a/*", "/a"], ["/a/b/*", "/a/*"], ["/*/b", "/a/*"], ["/a*b*c", "/axcxb"], ["/ab*bc", "/abc"], ["/a.b", "/axb"],
])("%s leaves something to %s", (earlier, later) => {
  expect(found(earlier, later)).toEqual([]);
});
