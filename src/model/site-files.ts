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

/** The types that browsers need to be told. https://www.iana.org/assignments/media-types */
export const CONTENT_TYPES: Readonly<Record<string, string>> = {
  "text/html": "html htm",
  "text/css": "css",
  "text/javascript": "js mjs",
  "application/json": "json map",
  "application/manifest+json": "webmanifest",
  "application/xml": "xml",
  "application/wasm": "wasm",
  "application/pdf": "pdf",
  "text/plain": "txt",
  "image/svg+xml": "svg",
  "image/png": "png",
  "image/jpeg": "jpg jpeg",
  "image/gif": "gif",
  "image/webp": "webp",
  "image/avif": "avif",
  "image/x-icon": "ico",
  "font/woff": "woff",
  "font/woff2": "woff2",
  "video/mp4": "mp4",
  "audio/mpeg": "mp3",
};

const TYPE_OF: ReadonlyMap<string, string> = new Map(Object.entries(CONTENT_TYPES).flatMap(([type, endings]) => endings.split(" ").map((ending) => [ending, type] as const)));

/** The `Content-Type` of a site's file: text is in UTF-8, and what is not known here is for nobody to guess. */
export function contentType(path: string): string {
  const type = TYPE_OF.get(/[.]([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "") ?? "application/octet-stream";
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}
