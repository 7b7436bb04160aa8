import { expect, test } from "vitest";
import { readEdge } from "./edge.ts";
import { wordsOf } from "./haproxy.ts";
import { readLocal } from "./index.ts";

const FRONTEND = "frontend edge\n bind 127.0.0.1:8080\n use_backend %[req.hdr(host),lower,map_str(hosts.map)]\n";
const TEAMS = "acl team.office src -f team-office.list\nacl team.ops src -f team-ops.list\n";
const PATH = "acl path.1 var(txn.decoded) -m beg -- '/admin/'\n";

const edge = (rules: string, { frontend = FRONTEND, hosts = "api.x.localhost api\n", office = "127.0.0.1\n" } = {}) =>
  readEdge([
    { path: "/etc with space/haproxy.cfg", text: `${frontend}backend api\n${rules}` },
    { path: "/etc with space/hosts.map", text: hosts },
    { path: "/etc with space/team-office.list", text: office },
    { path: "/etc with space/team-ops.list", text: "127.0.0.1\n::1\n" },
  ]).ways.map(({ from }) => from.replace("team:", ""));

test.each<[string, string, readonly string[]]>([
  ["no rule", "", ["world", "office", "ops"]],
  ["nobody", "http-request deny", []],
  ["one team", `${TEAMS}http-request deny if !team.office`, ["office"]],
  ["two teams", `${TEAMS}http-request deny if !team.office !team.ops`, ["office", "ops"]],
  ["a denial for either of two", `${TEAMS}http-request deny if !team.office || !team.ops`, []],
  ["a path for a team, nothing else", `${TEAMS}${PATH}http-request deny if path.1 !team.ops\nhttp-request allow if path.1\nhttp-request deny`, ["ops"]],
  ["a path for everyone, the rest for a team", `${TEAMS}${PATH}http-request allow if path.1\nhttp-request deny if !team.ops`, ["world", "office", "ops"]],
  ["a denied path in an open service", `${PATH}http-request deny if path.1\nhttp-request allow if path.1`, ["world", "office", "ops"]],
  ["a denial of what only browsers say", `acl from-page req.fhdr(sec-fetch-site) -m found\nhttp-request deny if from-page`, ["world", "office", "ops"]],
  ["a denial that cannot be judged closes nothing", "acl night date gt 5\nhttp-request deny if night\nhttp-request deny unless night", ["world", "office", "ops"]],
  ["an allowance that cannot be judged opens", "acl night date gt 5\nhttp-request allow if night\nhttp-request deny", ["world", "office", "ops"]],
  ["a list that nobody filled", "acl team.hr src -f team-hr.list\nhttp-request deny if !team.hr", []],
])("%s", (_, rules, callers) => {
  expect(edge(rules)).toEqual(callers);
});

const OFFICE_ONLY = `${TEAMS}http-request deny if !team.office`;

test("a strange address in a team's list lets the world in", () => {
  expect(edge(OFFICE_ONLY, { office: "127.0.0.1\n127.0.0.0/8\n" })).toEqual(["world", "office", "ops"]);
});

test("nobody comes in without a door, or a host that leads there", () => {
  expect(edge("", { frontend: FRONTEND.replace(/ bind .*\n/, "") })).toEqual([]);
  expect(edge("", { hosts: "" })).toEqual([]);
  expect(edge("", { hosts: "", frontend: `${FRONTEND} default_backend api\n` })).toEqual(["world", "office", "ops"]);
});

const DOOR = `frontend internal.api
 bind 127.0.0.1:5000
 acl a-service src -f services.list
 http-request deny if !a-service
 default_backend api
`;

test.each<[string, string, string, readonly string[]]>([
  ["what it is told of", "http://127.0.0.1:5000", OFFICE_ONLY, []],
  ["what lets services in before its rules", "http://127.0.0.1:5000/x", `acl inside fe_name internal.api\nhttp-request allow if inside\n${OFFICE_ONLY}`, ["service:caller service:api", "team:office service:api"]],
  ["what another door lets in", "http://127.0.0.1:5000", `acl inside fe_name internal.other\nhttp-request allow if inside\n${OFFICE_ONLY}`, []],
  ["what is open to all", "http://127.0.0.1:5000", "", ["service:caller service:api"]],
  ["no door that begins like the one it knows", "http://127.0.0.1:50001 http://1127.0.0.1:5000", "", []],
  ["nothing that it is not told of", "http://127.0.0.1:6000", "", []],
])("of services, a service reaches %s", (_, url, rules, edges) => {
  const files = [
    { path: "/e/haproxy.cfg", text: `${DOOR}frontend edge\n bind 127.0.0.1:8080\n use_backend %[var(txn.host),map_str(hosts.map)]\nbackend api\n description service\n${rules}\n` },
    { path: "/e/hosts.map", text: edges.some((edge) => edge.startsWith("team")) ? "api.x api\n" : "" },
    { path: "/e/team-office.list", text: "127.0.0.1\n" },
    { path: "/e/services.list", text: "127.0.0.1\n" },
  ];
  const processes = [{ name: "caller.1", kind: "service", environment: [{ name: "API_URL", value: [url] }] }] as const;
  expect(readLocal({ edgeFiles: files, processes }).edges.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(edges);
});

test("words of a line are those that HAProxy reads", () => {
  expect(wordsOf(String.raw`  acl  p 'it'\''s $x' "a\"b"c d\ e # comment`)).toEqual(["acl", "p", "it's $x", 'a"bc', "d e"]);
  expect(wordsOf("# comment")).toEqual([]);
});

test("a service reaches the databases whose passwords it holds, whoever they belong to", () => {
  const secret = (path: string) => [{ name: "X", value: ["mysql://", { secret: path }] }];
  const graph = readLocal({
    edgeFiles: [],
    processes: [
      { name: "api.1", kind: "service", environment: secret("databases/mysql/users/api") },
      { name: "api.2", kind: "service", environment: secret("databases/mysql/users/api") },
      { name: "spy.1", kind: "service", environment: secret("databases/other/users/api") },
      { name: "idle.1", kind: "service", environment: secret("services/idle/KEY") },
      { name: "mysql", kind: "database", environment: [] },
    ],
  });
  expect(graph.nodes).toEqual(["world", "service:api", "service:spy", "service:idle", "database:mysql"]);
  expect(graph.edges.map(({ from, to }) => `${from} ${to}`)).toEqual(["service:api database:mysql", "service:spy database:other"]);
});
