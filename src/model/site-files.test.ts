import { expect, test } from "vitest";
import { ASK_AGAIN, cacheControl, contentType, KEEP_FOREVER } from "./site-files.ts";

test.each([
  "/app.3f2a1bc9.js", "/notes.0a1b2c3d4e.css", "/js/chunk-vendors.5f0c3b1a.js.map", "/main-5QXTJ2ZL.js", "/assets/index-BqX3kZ_a.js", "/assets/index-B-q3kZ_a.js",
  "/_astro/page.CkRb2pX1.css", "/_next/static/chunks/main-0f1e2d3c4b5a6978.js", "/assets/logo.DhYr8kQz.svg",
])("%s never changes", (path) => {
  expect(cacheControl(path)).toBe(KEEP_FOREVER);
});

test.each([
  "/", "/index.html", "/app.js", "/environment.json", "/jquery-3.7.1.min.js", "/report-20240101.pdf", "/photo-iPhone15.jpg", "/app-navigation.js", "/main-IMPORTANT.md",
  "/assets/app-feedback.js", "/assets/complete.js", "/assets/logo-monochrome.svg", "/assets/logo-DarkMode.svg", "/assets/icon-app-tool.svg", "/assets/icon-app-2024.svg", "/assets/index-abcDefgh.js", "/assets/3f2a1bc9", "/3f2a1bc9/app.js", "/decade-facade.js",
])("%s is asked for again", (path) => {
  expect(cacheControl(path)).toBe(ASK_AGAIN);
});

test.each([
  ["index.html", "text/html; charset=utf-8"], ["assets/app.JS", "text/javascript; charset=utf-8"], ["a.b/app.js.map", "application/json"], ["photo.webp", "image/webp"],
  ["LICENSE", "application/octet-stream"], ["a.css/b", "application/octet-stream"], ["odd.xyz", "application/octet-stream"],
])("%s is %s", (path, type) => {
  expect(contentType(path)).toBe(type);
});
