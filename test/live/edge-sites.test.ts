import { request } from "node:http";
import { describe, expect, test } from "vitest";
import type { SiteDefinition } from "../../src/definition/site.ts";
import { askAt, part, sharePlatform, type Answer } from "./fixture.ts";

const site = (name: string, change: Partial<SiteDefinition> = {}): SiteDefinition => ({ host: name, directory: `sites/${name}`, ...change });

const SCRIPT = `export const words = ${JSON.stringify(Array.from({ length: 400 }, (_, index) => `word ${index}`))};\n`;
const hashed = (release: number): string => `assets/app.${String(release).repeat(7)}a.js`;
const page = (release: number): string => `<!doctype html><title>release ${release}</title><script type="module" src="/${hashed(release)}"></script>`;

describe("sites", () => {
  const platform = sharePlatform({ sites: { www: site("www", { apex: true }), app: site("app", { singlePage: true }) } });

  /** A release of a site has one script of its own. */
  const write = (name: string, release: number, directory = `sites/${name}`): void => {
    platform.write(`${directory}/index.html`, page(release));
    platform.write(`${directory}/about/index.html`, `<!doctype html><title>about ${release}</title>`);
    platform.write(`${directory}/404.html`, "<!doctype html><title>nothing</title>");
    platform.write(`${directory}/${hashed(release)}`, `// release ${release}\n${SCRIPT}`);
    platform.write(`${directory}/plain.css`, `/* ${release} */ body { color: black; }`);
    platform.write(`${directory}/only-${release}.txt`, `only in ${release}`);
  };

  const ask = (path: string, { host = "www", ...headers }: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const asked = request({ host: "127.0.0.1", port: platform.port(), path, agent: false, headers: { host: `${host}.probe.localhost`, ...headers } }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece)).on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString("latin1"), headers: response.headers }));
    });
    asked.on("error", reject).end();
    return promise;
  };

  test("are answered with the headers of CloudFront and S3", async () => {
    for (const name of ["www", "app"]) write(name, 1);
    await platform.up();
    const secure = { "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "strict-origin-when-cross-origin" };
    for (const [path, status, type, cache] of [
      ["/", 200, "text/html; charset=utf-8", "no-cache"],
      ["/about", 200, "text/html; charset=utf-8", "no-cache"],
      ["/plain.css", 200, "text/css", "no-cache"],
      [`/${hashed(1)}`, 200, "text/javascript", "public, max-age=31536000, immutable"],
      ["/environment.json", 200, "application/json", "no-cache"],
      ["/nothing", 404, "text/html; charset=utf-8", "no-cache"],
      ["/assets/app.0a0a0a0a.js", 404, "text/html; charset=utf-8", "no-cache"],
    ] as const) {
      const { status: found, headers } = await ask(path);
      expect([path, found]).toEqual([path, status]);
      expect(headers).toMatchObject({ "content-type": type, "cache-control": cache, ...secure });
    }
    expect((await ask("/nothing")).body).toContain("<title>nothing</title>");
  });

  test("of one page answer with it where there is no file, and with 404 for what looks like one", async () => {
    const answers = await Promise.all(["/calendar/2026", "/about", `/${hashed(1)}`, "/assets/x.js", "/x.html", "/api/x.json"].map((path) => ask(path, { host: "app" })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 404, 404]);
    expect(answers[0]?.body).toBe(page(1));
    expect(answers[0]?.headers["cache-control"]).toBe("no-cache");
  });

  test("lead from the bare domain to their own host, query and all", async () => {
    const { status, headers } = await askAt(platform.port(), "/about?x=1&y", { host: "probe.localhost" });
    expect([status, headers["location"]]).toEqual([308, `http://www.probe.localhost:${platform.port()}/about?x=1&y`]);
  });

  test("are compressed for who takes that, asked for again by tag, and kept by the edge where they never change", async () => {
    const path = `/${hashed(1)}`;
    const plain = await ask(path, { "accept-encoding": "identity" });
    const packed = await ask(path, { "accept-encoding": "gzip, br" });
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(packed.headers).toMatchObject({ "content-encoding": "gzip", vary: "Accept-Encoding" });
    expect(packed.body.length).toBeLessThan(plain.body.length / 2);
    // Who comes later gets each from the cache, whatever the query.
    const [again, packedAgain] = [await ask(`${path}?v=2`, { "accept-encoding": "identity" }), await ask(path, { "accept-encoding": "gzip, br" })];
    expect([again.body, packedAgain.body]).toEqual([plain.body, packed.body]);
    expect([again.headers["age"], packedAgain.headers["age"]]).toEqual([expect.any(String), expect.any(String)]);
    expect((await ask("/plain.css")).headers["age"]).toBeUndefined();
    for (const asked of [path, "/plain.css", "/"]) {
      const { headers } = await ask(asked);
      expect((await ask(asked, { "if-none-match": String(headers["etag"]) })).status).toBe(304);
    }
    const { out } = await platform.run("logs", "edge", "--lines", "40");
    const lines = out.split("\n").flatMap((line) => /\{"time.*\}/.exec(line)?.[0] ?? []).map((line) => JSON.parse(line) as { path: string; server: string });
    expect(lines.filter(({ path: asked, server }) => asked === path && server === "<CACHE>").length).toBeGreaterThanOrEqual(2);
  });

  test("are deployed without a page that finds not all of its files, and with the files of the release before", async () => {
    write("www", 2, "next");
    const wrong: string[] = [];
    const seen = new Set<string>();
    let deploying = true;
    const visitor = async (): Promise<void> => {
      while (deploying) {
        const { status, body } = await ask("/");
        const release = /release (\d)/.exec(body)?.[1] ?? "none";
        seen.add(release);
        const script = await ask(`/${/src="\/([^"]+)"/.exec(body)?.[1]}`);
        if (status !== 200 || script.status !== 200 || !script.body.includes(`// release ${release}\n`)) wrong.push(`${status} ${release} ${script.status}`);
        const old = await ask(`/${hashed(1)}`);
        if (old.status !== 200 || !old.body.startsWith("// release 1\n")) wrong.push(`old ${old.status}`);
      }
    };
    const visitors = Promise.all(Array.from({ length: 4 }, visitor));
    const told = await platform.run("deploy", "www", "--from", "next");
    deploying = false;
    await visitors;
    expect(told, told.err).toMatchObject({ code: 0 });
    expect(wrong).toEqual([]);
    expect(seen).toEqual(new Set(["1", "2"]));
    expect((await ask("/plain.css")).body).toContain("/* 2 */");
    expect((await ask("/only-1.txt")).body).toBe("only in 1");
    // A page that is gone is gone.
    expect((await ask("/old.html")).status).toBe(404);
    expect(part(await platform.status(), "www.2").state).toBe("ready");
    // One release later nobody needs them.
    write("www", 3, "after");
    expect(await platform.run("deploy", "www", "--from", "after")).toMatchObject({ code: 0 });
    expect([(await ask("/only-1.txt")).status, (await ask("/only-2.txt")).status, (await ask("/only-3.txt")).status]).toEqual([404, 200, 200]);
  });
});
