// Requests as bytes, and what becomes of them at the edge of any target. Nothing here knows a target: who judges one says
// what {api} and {admin} are called there, sends or reads the bytes, and compares.

/** The services that the requests are for; both answer every path with 200. */
export const SERVICES = {
  api: { reachableBy: "public", paths: { "/internal/*": "nobody", "/admin/*": "office", "/it's $me/*.x": "office", "/exact": "nobody" } },
  admin: { reachableBy: "office", paths: { "/hook": "public" } },
} as const;

export interface RawRequest {
  readonly name: string;
  /** One character is one byte; `{api}` and `{admin}` stand for host names. */
  readonly bytes: string;
  readonly from: "world" | "team";
  /** Status of every answer, in order; nothing when the connection is closed without one. */
  readonly answers: readonly number[];
  /** What services are asked, in order: `api GET /x`. */
  readonly seen: readonly string[];
  /** Whether rules for hosts, paths and callers decide, or what understands the protocol: AWS's load balancer may be stricter or milder there. */
  readonly decided: "by rules" | "by protocol";
}

const request = (line: string, ...headers: readonly string[]): string => [line, ...headers, "Connection: close", "", ""].join("\r\n");
const get = (target: string, host = "{api}"): string => request(`GET ${target} HTTP/1.1`, `Host: ${host}`);

type Rows = readonly (readonly [name: string, bytes: string, seen?: string])[];

const passed = (rows: Rows, from: RawRequest["from"] = "world", decided: RawRequest["decided"] = "by rules"): readonly RawRequest[] =>
  rows.map(([name, bytes, seen = ""]) => ({ name, bytes, from, answers: [200], seen: [seen], decided }));
const refused = (status: number, rows: Rows, from: RawRequest["from"] = "world", decided: RawRequest["decided"] = "by rules"): readonly RawRequest[] =>
  rows.map(([name, bytes]) => ({ name, bytes, from, answers: [status], seen: [], decided }));

/** A rule and a service may read these in different ways: nobody gets them through, wherever they would lead. */
const AMBIGUOUS_PATHS: Rows = [
  ["an empty first segment", get("//admin/x")],
  ["an empty segment", get("/a//admin/x")],
  ["empty segments at the end", get("/a//")],
  ["a dot segment", get("/./admin/x")],
  ["two dots, up and back", get("/a/../admin/x")],
  ["two dots at the end", get("/a/..")],
  ["a dot at the end", get("/a/.")],
  ["two dots, above the root", get("/../../etc/passwd")],
  ["an encoded dot", get("/%2e/admin/x")],
  ["encoded dots in both cases", get("/a/%2E%2e/admin/x")],
  ["one dot encoded, one not", get("/a/.%2e/admin/x")],
  ["a path parameter", get("/admin;x=1/x")],
  ["a path parameter after two dots", get("/a/..;/admin/x")],
  ["an encoded semicolon", get("/admin%3bx/x")],
  ["a backslash", get("/\\admin\\x")],
  ["an encoded backslash", get("/%5cadmin")],
  ["an encoded backslash in capitals", get("/a%5Cadmin/x")],
  ["an encoded slash", get("/a%2fadmin")],
  ["an encoded slash in capitals", get("/internal%2Fx")],
  ["an encoded null byte", get("/admin%00/x")],
  ["an encoded line break", get("/a%0d%0aX:y")],
  ["an encoded control character", get("/a%1F")],
  ["an encoded delete character", get("/a%7f")],
  ["a percent sign at the end", get("/a%")],
  ["half an encoding", get("/a%4")],
  ["an encoding that is none", get("/a%zz/admin")],
  ["an encoding in the way of IIS", get("/%u0061dmin/x")],
  ["a dot in two bytes, which is no UTF-8", get("/a%c0%ae")],
  ["a slash in two bytes, which is no UTF-8", get("/a%c0%afadmin")],
  ["a byte that UTF-8 never has", get("/a%ff")],
  ["a fragment", get("/a#b")],
  ["an empty segment behind the host in the target", get("http://{api}//admin/x")],
];

const REFUSED_TO_WORLD: Rows = [
  ["a team's path", get("/admin/x")],
  ["in capitals", get("/ADMIN/x")],
  ["in some capitals", get("/AdMiN/X")],
  ["its letters encoded", get("/%61dm%49n/x")],
  ["all of it encoded", get("/%61%64%6d%69%6e/%78")],
  ["with a query", get("/admin/?x")],
  ["with a query that has a path in it", get("/admin/x?/../../public")],
  ["with nothing below it", get("/admin/")],
  ["of strange letters", get("/it's%20$me/a/b.X")],
  ["of strange letters, encoded", get("/it%27s%20%24me/b%2ex")],
  ["a team's host", get("/", "{admin}")],
  ["a team's host in capitals", request("GET / HTTP/1.1", "HOST: {ADMIN}")],
  ["a team's host with a trailing dot", get("/", "{admin}.")],
  ["beside a public path", get("/hook/x", "{admin}")],
  ["a team's path in HTTP/1.0", request("GET /admin/x HTTP/1.0", "Host: {api}")],
  ["a team's path by HEAD", request("HEAD /admin/x HTTP/1.1", "Host: {api}")],
  ["a team's path by a method nobody knows", request("FETCH /admin/x HTTP/1.1", "Host: {api}")],
  ["with the host in the target as well", get("http://{api}/admin/x")],
  ["with a forged address", request("GET /admin/x HTTP/1.1", "Host: {api}", "X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Real-IP: 127.0.0.1")],
  ["with another path in a header", request("GET /admin/x HTTP/1.1", "Host: {api}", "X-Original-URL: /", "X-Rewrite-URL: /")],
  ["with another host in a header", request("GET / HTTP/1.1", "Host: {admin}", "X-Forwarded-Host: {api}")],
  ["with another method in a header", request("GET /admin/x HTTP/1.1", "Host: {api}", "X-HTTP-Method-Override: OPTIONS")],
];

const REFUSED_TO_TEAM: Rows = [
  ["nobody's path", get("/internal/x")],
  ["nobody's path in capitals", get("/Internal/x")],
  ["nobody's path, encoded", get("/%69nternal/x")],
  ["nobody's path without a pattern", get("/exact")],
  ["nobody's path without a pattern, encoded", get("/EX%61CT?a")],
  ["a page elsewhere that asks for a team's path", request("GET /admin/x HTTP/1.1", "Host: {api}", "Sec-Fetch-Site: cross-site")],
];

const PASSED_TO_WORLD: Rows = [
  ["a plain path", get("/x"), "api GET /x"],
  ["a path beside a team's", get("/administrators"), "api GET /administrators"],
  ["a team's path without its slash", get("/admin"), "api GET /admin"],
  ["a path below nobody's exact one", get("/exact/x"), "api GET /exact/x"],
  ["dots inside of segments", get("/a.b/..c/d.."), "api GET /a.b/..c/d.."],
  ["an encoded blank and letters in UTF-8", get("/a%20b/%EC%9D%BC"), "api GET /a%20b/%EC%9D%BC"],
  ["all that a query may hold", get("/a/?x=//../%2f;\\&y=%00"), "api GET /a/?x=//../%2f;\\&y=%00"],
  ["every character that a path may hold", get("/~me/:a@b!$&'()*+,="), "api GET /~me/:a@b!$&'()*+,="],
  ["a slash at the end", get("/a/"), "api GET /a/"],
  ["a percent sign, encoded", get("/%25"), "api GET /%25"],
  ["what is only encoded twice a team's path", get("/%2561dmin/x"), "api GET /%2561dmin/x"],
  ["a public path of a team's host", get("/hook", "{admin}"), "admin GET /hook"],
  ["a host in capitals", request("GET /x HTTP/1.1", "HOST: {API}"), "api GET /x"],
  ["a host with a trailing dot", get("/x", "{api}."), "api GET /x"],
  ["a host with a port", get("/x", "{api}:8080"), "api GET /x"],
  ["the host in the target as well", get("http://{api}/x"), "api GET /x"],
];

const PASSED_TO_TEAM: Rows = [
  ["its path", get("/admin/x"), "api GET /admin/x"],
  ["its host", get("/", "{admin}"), "admin GET /"],
  ["its path of strange letters", get("/it's%20$me/a/b.X"), "api GET /it's%20$me/a/b.X"],
];

const UNKNOWN_HOSTS: Rows = [
  ["a host that nobody knows", get("/", "x.example")],
  ["a host that ends in a known one", get("/", "evil-{api}")],
  ["a host that begins with a known one", get("/", "{api}.example")],
  ["an address for a host", get("/", "127.0.0.1")],
  ["an IPv6 address for a host", get("/", "[::1]:80")],
];

/** Two programs may take these for different requests, and one of them for two. */
const MALFORMED: Rows = [
  ["no host", request("GET / HTTP/1.1")],
  ["no host in HTTP/1.0", request("GET / HTTP/1.0")],
  ["an empty host", get("/", "")],
  ["two hosts", request("GET / HTTP/1.1", "Host: {api}", "Host: {admin}")],
  ["two hosts in one", get("/", "{api}, {admin}")],
  ["another host in the target", get("http://{admin}/")],
  ["HTTP/2, unasked", request("PRI * HTTP/2.0", "Host: {api}")],
  ["a target that is no path", request("OPTIONS * HTTP/1.1", "Host: {api}")],
  ["a target without a slash", get("admin/x")],
  ["a tunnel", request("CONNECT {api}:80 HTTP/1.1", "Host: {api}")],
  ["noise", "\x16\x03\x01\r\n\r\n"],
  ["HTTP/0.9", "GET /\r\n\r\n"],
  ["a version of HTTP that is none", request("GET / HTTP/1.x", "Host: {api}")],
  ["a null byte in the target", get("/a\0b")],
  ["a blank in the target", get("/a b")],
  ["a byte above ASCII in the target", get("/\xe9")],
  ["a blank before the colon", request("GET / HTTP/1.1", "Host : {api}")],
  ["a header without a name", request("GET / HTTP/1.1", "Host: {api}", ": x")],
  ["a null byte in a header", request("GET / HTTP/1.1", "Host: {api}", "X: a\0b")],
  ["a bare CR in a header", request("GET / HTTP/1.1", "Host: {api}", "X: a\rY: b")],
  ["two lengths", `${request("POST / HTTP/1.1", "Host: {api}", "Content-Length: 1", "Content-Length: 2")}ab`],
  ["a length with a sign", `${request("POST / HTTP/1.1", "Host: {api}", "Content-Length: +1")}a`],
  ["a length that is no number", `${request("POST / HTTP/1.1", "Host: {api}", "Content-Length: 0x1")}a`],
  ["a transfer encoding that is not the last", `${request("POST / HTTP/1.1", "Host: {api}", "Transfer-Encoding: chunked, gzip")}0\r\n\r\n`],
  ["a transfer encoding that nobody knows", `${request("POST / HTTP/1.1", "Host: {api}", "Transfer-Encoding: xchunked")}0\r\n\r\n`],
  ["two transfer encodings", `${request("POST / HTTP/1.1", "Host: {api}", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked")}0\r\n\r\n`],
  ["a chunk whose length is no number", `${request("POST / HTTP/1.1", "Host: {api}", "Transfer-Encoding: chunked")}zz\r\n\r\n`],
  ["a path longer than any", get(`/${"a".repeat(20_000)}`)],
  ["a header longer than any", request("GET / HTTP/1.1", "Host: {api}", `X: ${"x".repeat(70_000)}`)],
  ["more headers than any", request("GET / HTTP/1.1", "Host: {api}", ...Array.from({ length: 300 }, (_, index) => `X-${index}: y`))],
];

const SMUGGLED = "GET /internal/smuggled HTTP/1.1\r\nHost: {api}\r\nConnection: close\r\n\r\n";

/** What follows is at most a request of its own, which meets all rules. */
const SMUGGLING: readonly (readonly [name: string, bytes: string, answers: readonly number[], seen: string])[] = [
  ["length and encoding at once", `POST /a HTTP/1.1\r\nHost: {api}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`, [200], "api POST /a"],
  ["length and encoding at once, in HTTP/1.0", `POST /a HTTP/1.0\r\nHost: {api}\r\nConnection: keep-alive\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`, [200], "api POST /a"],
  ["length and folded encoding", `POST /a HTTP/1.1\r\nHost: {api}\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${SMUGGLED}`, [200], "api POST /a"],
  ["a second request behind a length", `POST /a HTTP/1.1\r\nHost: {api}\r\nContent-Length: 1\r\n\r\nx${SMUGGLED}`, [200, 403], "api POST /a"],
  ["a second request behind chunks", `POST /a HTTP/1.1\r\nHost: {api}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n${SMUGGLED}`, [200, 403], "api POST /a"],
  ["a second request behind a GET", `GET /a HTTP/1.1\r\nHost: {api}\r\n\r\n${SMUGGLED}`, [200, 403], "api GET /a"],
  ["a second request inside of a length", `POST /a HTTP/1.1\r\nHost: {api}\r\nConnection: close\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`, [200], "api POST /a"],
];

const LENIENT: Rows = [
  ["lines that end in LF alone", "GET /x HTTP/1.1\nHost: {api}\nConnection: close\n\n", "api GET /x"],
  ["twice the same host, of which one is passed on", request("GET /x HTTP/1.1", "Host: {api}", "Host: {api}"), "api GET /x"],
  ["somebody before the host in the target", get("http://{admin}@{api}/x"), "api GET /x"],
  ["an empty line before the request", `\r\n${get("/x")}`, "api GET /x"],
  ["a folded header", request("GET /x HTTP/1.1", "Host: {api}", "X: a", " b"), "api GET /x"],
  ["a header with an underscore", request("GET /x HTTP/1.1", "Host: {api}", "X_Forwarded_For: 127.0.0.1"), "api GET /x"],
  ["a body in a GET", `${request("GET /x HTTP/1.1", "Host: {api}", "Content-Length: 1")}x`, "api GET /x"],
  ["an upgrade that nobody offers", request("GET /x HTTP/1.1", "Host: {api}", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"), "api GET /x"],
];

/** Every one of them. */
export const RAW_REQUESTS: readonly RawRequest[] = [
  ...refused(400, AMBIGUOUS_PATHS),
  ...refused(403, REFUSED_TO_WORLD),
  ...refused(403, REFUSED_TO_TEAM, "team"),
  ...refused(404, UNKNOWN_HOSTS),
  ...passed(PASSED_TO_WORLD),
  ...passed(PASSED_TO_TEAM, "team"),
  ...refused(400, MALFORMED, "team", "by protocol"),
  ...passed(LENIENT, "world", "by protocol"),
  ...SMUGGLING.map(([name, bytes, answers, seen]): RawRequest => ({ name, bytes, from: "team", answers, seen: [seen], decided: "by protocol" })),
];
