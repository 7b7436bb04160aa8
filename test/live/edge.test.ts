import { statSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EdgeHost } from "../../src/local/render/edge.ts";
import { freePort } from "../../src/local/run/port.ts";
import { EdgeStand, raw } from "./edge-fixture.ts";

let stand: EdgeStand;
let internalPort: number;

const WORLD = "127.0.0.9";
const API = "api.x.localhost";

beforeAll(async () => {
  stand = await EdgeStand.make();
  const servers = [await stand.serve("api.1")];
  internalPort = await freePort(new Set([stand.port]));
  const host = (backend: string, change: Partial<EdgeHost>): EdgeHost => ({
    backend, kind: "service", names: [`${backend}.x.localhost`], health: "/health", reachableBy: "public", paths: [], origins: [], internalPort: null, release: null, servers, ...change,
  });
  await stand.start([
    host("api", { paths: [{ pattern: "/internal/*", reachableBy: [] }, { pattern: "/it's $me/*.x", reachableBy: ["office"] }, { pattern: "/admin/*", reachableBy: ["office"] }] }),
    host("admin", { internalPort, reachableBy: ["office"], paths: [{ pattern: "/hook", reachableBy: "public" }, { pattern: "/inside", reachableBy: [] }], origins: [`http://x.localhost:${stand.port}`] }),
    host("closed", { reachableBy: [] }),
    host("main", { kind: "site", names: ["www.x.localhost", "x.localhost"] }),
    host("empty", { servers: [] }),
  ]);
});
afterAll(() => stand.remove());

/** A request without a body; each is the only one of its connection. */
const ask = (target: string, { host = API, from = "127.0.0.1", method = "GET", headers = [] as readonly string[], version = "1.1" } = {}) =>
  raw(stand.port, [`${method} ${target} HTTP/${version}`, `Host: ${host}`, "Connection: close", ...headers, "", ""].join("\r\n"), from);

test.each<[string, string, number]>([
  ["a host", API, 200],
  ["with a port", `${API}:8080`, 200],
  ["with dot and port", `${API}.:8080`, 200],
  ["of another part", "www.x.localhost", 200],
  ["of its bare domain", "x.localhost", 308],
  ["without a server", "empty.x.localhost", 503],
  ["that is a name for this machine", "localhost", 404],
  ["that is two, with a port", `${API}:80, x.localhost`, 400],
])("a host name %s (%s) is answered %i", async (_, host, status) => {
  expect((await ask("/", { host })).status).toBe(status);
});

const foreign = (site: string, origin?: string) => [`Sec-Fetch-Site: ${site}`, ...(origin === undefined ? [] : [`Origin: ${origin}`])];
const page = (host: string) => `http://${host}:${stand.port}`;

test.each<[string, string, string, "team" | "world", () => readonly string[], number]>([
  ["the world, a team's path", "api", "/admin/x", "world", () => [], 403],
  ["the world, nobody's path", "api", "/internal/x", "world", () => [], 403],
  ["the team, nobody's path", "api", "/internal/x", "team", () => [], 403],
  ["the team, its path", "api", "/admin/x", "team", () => [], 200],
  ["the world, a team's host", "admin", "/", "world", () => [], 403],
  ["the team, its host", "admin", "/", "team", () => [], 200],
  ["the team, nobody's host", "closed", "/", "team", () => [], 403],
  ["a link that the team types", "admin", "/", "team", () => foreign("none"), 200],
  ["the host's own page", "admin", "/", "team", () => foreign("same-origin", page("admin.x.localhost")), 200],
  ["a page elsewhere", "admin", "/", "team", () => foreign("cross-site"), 403],
  ["a page elsewhere, with its origin", "admin", "/", "team", () => foreign("cross-site", "https://evil.example"), 403],
  ["a page elsewhere in a browser that says only the origin", "admin", "/", "team", () => ["Origin: https://evil.example"], 403],
  ["a page without an origin", "admin", "/", "team", () => ["Origin: null"], 403],
  ["a page of another host of ours", "admin", "/", "team", () => foreign("same-site", page(API)), 403],
  ["a page of another host of ours, with no origin", "admin", "/", "team", () => foreign("same-site"), 403],
  ["a page that the definition lets call it", "admin", "/", "team", () => foreign("same-site", page("x.localhost")), 200],
  ["that page's origin from another site", "admin", "/", "team", () => foreign("cross-site", page("x.localhost")), 403],
  ["a page elsewhere, a team's path", "api", "/admin/x", "team", () => foreign("cross-site"), 403],
  ["a page elsewhere, what is public", "api", "/x", "team", () => foreign("cross-site", "https://evil.example"), 200],
  ["a page elsewhere, a public path of a team's host", "admin", "/hook", "team", () => foreign("cross-site"), 200],
])("%s: %s %s from the %s", async (_, backend, path, who, headers, status) => {
  const before = stand.requests().length;
  expect((await ask(path, { host: `${backend}.x.localhost`, from: who === "team" ? "127.0.0.1" : WORLD, headers: headers() })).status).toBe(status);
  expect(stand.requests()).toHaveLength(before + (status === 200 ? 1 : 0));
});

test.each<[string, string, string, string, readonly string[], number]>([
  ["a service of this machine", "/", "127.0.0.1:PORT", "127.0.0.1", [], 200],
  ["a service, for what nobody reaches from outside,", "/inside", "127.0.0.1:PORT", "127.0.0.1", [], 200],
  ["a service, with an ambiguous path,", "//inside", "127.0.0.1:PORT", "127.0.0.1", [], 400],
  ["the world", "/", "127.0.0.1:PORT", WORLD, [], 403],
  ["the world, for what is public outside,", "/hook", "127.0.0.1:PORT", WORLD, [], 403],
  ["a page elsewhere", "/", "127.0.0.1:PORT", "127.0.0.1", ["Sec-Fetch-Site: cross-site"], 403],
  ["a page elsewhere in a browser that says only the origin", "/", "127.0.0.1:PORT", "127.0.0.1", ["Origin: https://evil.example"], 403],
  ["a page elsewhere whose own name leads here", "/", "evil.example:PORT", "127.0.0.1", [], 404],
])("where services call it, %s asking for %s (%s from %s) is answered %j %i", async (_, path, host, from, headers, status) => {
  const text = [`GET ${path} HTTP/1.1`, `Host: ${host.replace("PORT", String(internalPort))}`, "Connection: close", ...headers, "", ""].join("\r\n");
  expect((await raw(internalPort, text, from)).status).toBe(status);
});

test("what nobody reaches is not reached by its host name either, where services call it", async () => {
  expect((await ask("/inside", { host: "admin.x.localhost" })).status).toBe(403);
});

/** Headers as the service saw them, names in lower case, several of one name in order. */
async function seen(...headers: readonly string[]): Promise<(name: string) => readonly string[]> {
  const { headers: flat } = JSON.parse((await ask("/", { headers, from: WORLD })).body) as { headers: readonly string[] };
  return (name) => flat.filter((_, index) => index % 2 === 1 && flat[index - 1]?.toLowerCase() === name);
}

test("a header whose name a load balancer does not take is taken away", async () => {
  const name = await seen("X_Forwarded_For: 127.0.0.1", "X.Real.IP: 127.0.0.1", "X-Kept-1: yes");
  expect([name("x_forwarded_for"), name("x.real.ip"), name("x-kept-1")]).toEqual([[], [], ["yes"]]);
});

test("headers of 14 KB are passed on", async () => {
  const long = "x".repeat(14_000);
  expect((await seen(`X-Long: ${long}`))("x-long")).toEqual([long]);
});

test("client, protocol and port are told as a load balancer tells them", async () => {
  const plain = await seen();
  expect(plain("x-forwarded-for")).toEqual([WORLD]);
  expect(plain("x-forwarded-proto")).toEqual(["http"]);
  expect(plain("x-forwarded-port")).toEqual([String(stand.port)]);
  const forged = await seen("X-Forwarded-For: 203.0.113.7, 10.0.0.1", "X-Forwarded-Proto: https", "X-Forwarded-Port: 443");
  expect(forged("x-forwarded-for")).toEqual([`203.0.113.7, 10.0.0.1, ${WORLD}`]);
  expect(forged("x-forwarded-proto")).toEqual(["http"]);
  expect(forged("x-forwarded-port")).toEqual([String(stand.port)]);
  expect((await seen("X-Forwarded-For: a", "X-Forwarded-For: b"))("x-forwarded-for").join(", ")).toBe(`a, b, ${WORLD}`);
});

test("a trace is begun, or kept and added to", async () => {
  const id = "1-[0-9a-f]{8}-[0-9a-f]{24}";
  const trace = async (...headers: readonly string[]) => (await seen(...headers))("x-amzn-trace-id").join("|");
  expect(await trace()).toMatch(new RegExp(`^Root=${id}$`));
  const root = "Root=1-67891233-abcdef012345678912345678";
  expect(await trace(`X-Amzn-Trace-Id: ${root}`)).toMatch(new RegExp(`^Self=${id};${root}$`));
  expect(await trace(`X-Amzn-Trace-Id: Self=1-00000000-000000000000000000000000;${root};CalledFrom=app`)).toMatch(new RegExp(`^Self=${id};${root};CalledFrom=app$`));
  expect(await trace("X-Amzn-Trace-Id: CalledFrom=app")).toMatch(new RegExp(`^Root=${id};CalledFrom=app$`));
});

test("what the edge answers itself is short and is not kept by caches", async () => {
  for (const [target, options] of [["/", { host: "unknown" }], ["//", {}], ["/internal/x", {}], ["/", { host: "empty.x.localhost" }]] as const) {
    const { head, body } = await ask(target, options);
    expect(head).toContain("cache-control: no-store");
    expect(head).toContain("content-type: text/html");
    expect(body.length).toBeLessThan(300);
    expect((await ask(target, { ...options, method: "HEAD" })).body).toBe("");
  }
});

test("a service's own 503 is passed on, and is asked for once", async () => {
  expect((await ask("/busy")).status).toBe(503);
  expect(stand.requests().filter((line) => line.includes("/busy"))).toHaveLength(1);
});

test("a broken connection is tried again for GET, HEAD and OPTIONS, and never for what may change something", async () => {
  for (const [method, most] of [["GET", 4], ["HEAD", 4], ["OPTIONS", 4], ["POST", 1], ["PUT", 1], ["PATCH", 1], ["DELETE", 1]] as const) {
    expect((await ask("/drop", { method, headers: ["Content-Length: 0"] })).status).toBe(502);
    expect(stand.requests().filter((line) => line.startsWith(`${method} /drop`))).toHaveLength(most);
  }
});

test("refusals, failures and requests are counted for each host", async () => {
  const before = (await stand.client.counts())["api"];
  await ask("/");
  await ask("/internal/x");
  await ask("/busy");
  const after = (await stand.client.counts())["api"];
  const more = (name: "requests" | "failed" | "refused") => (after?.[name] ?? 0) - (before?.[name] ?? 0);
  expect({ requests: more("requests"), failed: more("failed"), refused: more("refused") }).toEqual({ requests: 3, failed: 1, refused: 1 });
});

test("each request is one line of JSON, with its id and without its query", async () => {
  stand.log = "";
  await ask('/a"b%20?password=hunter2', { headers: ["Authorization: Bearer hunter2", "Cookie: session=hunter2"], from: WORLD });
  await ask("/a\\b", { host: 'x"\\\xe9' });
  await ask(`/${"\"".repeat(9_000)}`);
  await raw(stand.port, "\x00\x01\r\n\r\n");
  const { head, body } = await ask("/last");
  expect(head).toContain("200");
  const lines = await stand.logged(5);
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries).toHaveLength(5);
  expect(entries[0]).toMatchObject({ client: WORLD, method: "GET", host: API, path: "/a#22b%20", status: 200, backend: "api", server: "api.1", retries: "0", end: "--" });
  expect(Math.abs(Date.now() / 1_000 - Number(entries[0]?.["time"]))).toBeLessThan(30);
  expect(body).toContain(String(entries[4]?.["id"]));
  expect(stand.log).not.toContain("hunter2");
});

test("the sockets are their owner's alone", async () => {
  for (const name of ["admin.sock", "master.sock"]) expect(statSync(`${stand.sockets}/${name}`).mode & 0o777).toBe(0o600);
});

test("a second edge on the same port does not start", async () => {
  const second = stand.rival();
  try {
    await expect(second.start([])).rejects.toMatchObject({ code: "not-running" });
    expect((await ask("/")).status).toBe(200);
  } finally {
    await second.remove();
  }
});
