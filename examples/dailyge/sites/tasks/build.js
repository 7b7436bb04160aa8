import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { build } from "esbuild";

/** `src/` as `dist/`: one script, one style, one icon, named after what is in them, and the page that calls them by these names. */
const from = new URL("src/", import.meta.url);
const to = new URL("dist/", import.meta.url);

const { outputFiles } = await build({
  entryPoints: ["app.js", "style.css", "favicon.svg"],
  absWorkingDir: from.pathname,
  outdir: to.pathname,
  write: false,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".svg": "copy" },
  entryNames: "[name]",
  logLevel: "warning",
});

await rm(to, { recursive: true, force: true });
await mkdir(new URL("assets/", to), { recursive: true });
let page = await readFile(new URL("index.html", from), "utf8");
for (const { path, contents } of outputFiles) {
  const ending = extname(path);
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 10);
  const name = `assets/${basename(path, ending)}-${hash}${ending}`;
  if (!page.includes(`"/${basename(path)}"`)) throw new Error(`index.html does not call /${basename(path)}`);
  page = page.replaceAll(`"/${basename(path)}"`, `"/${name}"`);
  await writeFile(new URL(name, to), contents);
  console.log(`${name}  ${contents.length} bytes`);
}
await writeFile(new URL("index.html", to), page);
