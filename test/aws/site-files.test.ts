import { expect, test } from "vitest";
import { order } from "../../src/aws/run/site-deploy.ts";
import { versionsAt } from "../../src/aws/run/site-rollback.ts";
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

test("a way back takes each file as it was before the second in which its release was written down", () => {
  const version = (key: string, id: string | null, since: number, latest = false) => ({ key, id, etag: `"${id}"`, since, latest });
  const { back, gone, kept } = versionsAt([
    version("index.html", "new", 9_000, true), version("index.html", "old", 3_000), version("index.html", "older", 1_000),
    version("same.css", "one", 2_000, true),
    version("touched.css", "one", 9_000, true), version("touched.css", "one", 2_000),
    version("added.html", "one", 9_000, true),
    version("same-second.html", "one", 5_000, true),
    version("removed.html", null, 9_000, true), version("removed.html", "one", 2_000),
    version("long-gone.html", null, 2_000, true), version("long-gone.html", "one", 1_000),
    version("environment.json", "terraform", 9_000, true), version("environment.json", "before", 1_000),
  ], 5_400);
  expect(back.map(({ key, id }) => `${key} ${id}`)).toEqual(["index.html old", "removed.html one"]);
  expect(gone).toEqual(["added.html", "same-second.html"]);
  expect(kept).toEqual(["same.css", "touched.css"]);
});
