import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { extname } from "node:path";

/** `src/` as `dist/`: scripts and styles get names that change with what is in them, and pages call them by these names. */
const from = new URL("src/", import.meta.url);
const to = new URL("dist/", import.meta.url);
await rm(to, { recursive: true, force: true });
await mkdir(to);

const files = new Map(await Promise.all((await readdir(from)).sort().map(async (name) => [name, await readFile(new URL(name, from), "utf8")])));
const renamed = new Map([...files].map(([name, text]) => [name, nameOf(name, text)]));

function nameOf(name, text) {
  const ending = extname(name);
  if (ending === ".html") return name;
  return `${name.slice(0, -ending.length)}.${createHash("sha256").update(text).digest("hex").slice(0, 10)}${ending}`;
}

for (const [name, text] of files) {
  const page = extname(name) === ".html";
  const written = page ? [...renamed].reduce((html, [before, after]) => html.replaceAll(`"/${before}"`, `"/${after}"`), text) : text;
  await writeFile(new URL(renamed.get(name), to), written);
}
console.log([...renamed.values()].join("\n"));
