import { expect, test } from "vitest";
import type { PathRule } from "../../model/service.ts";
import { accessRules, pathMatch } from "./edge-access.ts";
import { quoted } from "./edge-text.ts";
import { renderEdge, type Edge, type EdgeHost } from "./edge.ts";

test.each([
  ["/api", "-m str -- '/api'"],
  ["/api/*", "-m beg -- '/api/'"],
  ["*.php", "-m end -- '.php'"],
  ["/a/*/b", "-m reg -- '^/a/.*/b$'"],
  ["/a+(b)/*.x", String.raw`-m reg -- '^/a\+\(b\)/.*\.x$'`],
  ["/it's $HOME/*", String.raw`-m beg -- '/it'\''s $HOME/'`],
])("the pattern %s is matched as %s", (pattern, match) => {
  expect(pathMatch(pattern)).toBe(match);
});

test("nothing in a quoted word is special to HAProxy", () => {
  expect(quoted(`a b "c" $d \\ #e`)).toBe(`'a b "c" $d \\ #e'`);
});

const host = (change: Partial<EdgeHost>): EdgeHost => ({
  backend: "api", kind: "service", names: ["api.x.localhost"], health: "/", reachableBy: "public", paths: [], origins: [], internalPort: null, release: null, servers: [], ...change,
});

/** The rules alone: conditions are declared above them. */
const rules = (change: Partial<EdgeHost>): readonly string[] =>
  accessRules(host(change), 8080).split("\n").filter((line) => /http-request (deny|allow)/.test(line)).map((line) => line.trim().replace("deny status 403 default-errorfiles", "deny"));

const FOREIGN = ["has-origin !known-origin", "from-page !from-own-page !from-same-site", "from-same-site !known-origin"];

const only = (pattern: string, ...reachableBy: string[]): PathRule => ({ pattern, reachableBy });

test.each<[string, Partial<EdgeHost>, readonly string[]]>([
  ["everyone", {}, []],
  ["nobody", { reachableBy: [] }, ["http-request deny"]],
  ["either team", { reachableBy: ["office", "ops"] }, ["http-request deny if !team.office !team.ops", ...FOREIGN.map((page) => `http-request deny if ${page}`)]],
  ["everyone, but for some paths", { paths: [only("/internal/*"), only("/admin/*", "office")] }, [
    "http-request allow unless ruled",
    "http-request deny if path.1", "http-request allow if path.1",
    "http-request deny if path.2 !team.office", ...FOREIGN.map((page) => `http-request deny if path.2 ${page}`), "http-request allow if path.2",
  ]],
  ["nobody, by a rule for everything", { paths: [{ pattern: "/open", reachableBy: "public" }, only("*")] }, ["http-request allow if path.1", "http-request deny"]],
  ["what stands below a rule for everything never counts", { paths: [{ pattern: "/*", reachableBy: "public" }, only("/admin/*")] }, []],
])("reachable by %s", (_, change, expected) => {
  expect(rules(change)).toEqual(expected);
});

test("the same edge is the same bytes, and its servers are in the file with all that the runtime API would be told", () => {
  const edge: Edge = {
    listen: { address: "127.0.0.1", port: 8080 }, teams: ["office"], limits: [], directory: "/a place", sockets: { admin: "/a place/a.sock", master: "/a place/m.sock", peer: "/a place/p.sock" },
    hosts: [host({ servers: [{ name: "api.1", port: 4001 }] }), host({ backend: "main", kind: "site", names: ["www.x.localhost", "x.localhost"] })],
  };
  const { files, arguments: given } = renderEdge(edge);
  expect(renderEdge(edge).files).toEqual(files);
  expect(given).toEqual(["-W", "-S", "/a place/m.sock,mode,600", "-f", "/a place/haproxy.cfg"]);
  expect(files.map(({ path }) => path)).toEqual(["/a place/haproxy.cfg", "/a place/hosts.map", "/a place/releases.map", "/a place/limits.map", "/a place/team-office.list"]);
  expect(files[0]?.text).toContain("server api.1 127.0.0.1:4001 check inter 500ms fall 2 rise 1 weight 1 pool-max-conn -1 pool-purge-delay 5s\n");
  expect(files[1]?.text).toBe("api.x.localhost api\nwww.x.localhost main\nx.localhost main\n");
});
