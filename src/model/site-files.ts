/**
 * What a site's answers say of keeping them, by path: a name with a hash of its content in it never means another content.
 * A hash that could be a word is not taken for one (`assets/logo-DarkMode.svg`), nor `photo-iPhone15.jpg` outside of the
 * directories that build tools keep for such files. What is not recognised is asked for again each time, and mostly answered 304.
 */
export const NEVER_CHANGING: readonly string[] = [
  // webpack, Parcel and others: app.3f2a1bc9.js
  "[.-](?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}([.][a-z0-9]+)+$",
  // esbuild, Angular: main-5QXTJ2ZL.js
  "[.-](?=[A-Z2-7]*[2-7])(?=[A-Z2-7]*[A-Z])[A-Z2-7]{8}([.][a-z0-9]+)+$",
  // Vite, Rollup: assets/index-BqX3kZ_a.js
  "/(assets|chunks|static|_[a-z]+)/(.*/)?[^/]*[.-](?=[a-z0-9_-]*[A-Z])(?=[A-Za-z-]*[0-9_])[A-Za-z0-9_-]{8}([.][a-z0-9]+)+$",
];

export const KEEP_FOREVER = "public, max-age=31536000, immutable";
export const ASK_AGAIN = "no-cache";

/** The `Cache-Control` of a site's file. */
export const cacheControl = (path: string): string => (NEVER_CHANGING.some((expression) => new RegExp(expression).test(path)) ? KEEP_FOREVER : ASK_AGAIN);
