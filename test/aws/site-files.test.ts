import { expect, test } from "vitest";
import { order } from "../../src/aws/run/site-deploy.ts";
import { invalidationPaths } from "../../src/aws/run/site-invalidation.ts";

test("files are written so that no page names one that is not there yet", () => {
  const keys = ["index.html", "guide/index.html", "style.css", "assets/app.3f2a1bc9.js", "404.html"];
  expect(keys.toSorted((one, other) => order({ key: one }) - order({ key: other }))).toEqual(["assets/app.3f2a1bc9.js", "style.css", "guide/index.html", "404.html", "index.html"]);
});

test.each([
  ["paths as they are in a URL", ["index.html", "ko/안내.html", "a b/c+d.css"], ["/index.html", "/ko/%EC%95%88%EB%82%B4.html", "/a%20b/c%2Bd.css"]],
  ["nothing", [], []],
  ["everything, where it is much", Array.from({ length: 31 }, (_, index) => `${index}.html`), ["/*"]],
])("CloudFront forgets %s", (_what, keys, paths) => {
  expect(invalidationPaths(keys)).toEqual(paths);
});
