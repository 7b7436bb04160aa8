import type { Audience, PathRule } from "../../model/service.ts";
import { accessRules, internalDoor, internalDoorRules, SERVICES_FILE, teamFile } from "./edge-access.ts";
import { limitRules, limitSections, limitsMap, LOCAL_PEER, type EdgeLimit } from "./edge-limits.ts";
import { cacheSection, releasesMap, SITE_SERVER_OPTIONS, siteRules } from "./edge-sites.ts";
import { line, page, quoted } from "./edge-text.ts";
import type { ConfigFile } from "./process.ts";

/** The one door of a platform: HAProxy, which sends each request to the site or service whose host it names. */
export interface Edge {
  readonly listen: { readonly address: string; readonly port: number };
  /** Every team of the environment; each is this machine. */
  readonly teams: readonly string[];
  readonly hosts: readonly EdgeHost[];
  /** What one client may ask of all services together. */
  readonly limits: readonly EdgeLimit[];
  /** Where its files are, absolute. */
  readonly directory: string;
  /** Absolute, at most 90 bytes, without `$` and `,`: HAProxy reads these as a variable and as the path's end. */
  readonly sockets: { readonly admin: string; readonly master: string; readonly peer: string };
}

export interface EdgeHost {
  /** Name of the site or service. */
  readonly backend: string;
  readonly kind: "service" | "site";
  /** Its host names, lower-case, without port. */
  readonly names: readonly string[];
  /** Path that answers 200 while a server can serve. */
  readonly health: string;
  readonly reachableBy: Audience;
  readonly paths: readonly PathRule[];
  /** Origins of pages, besides its own, that may call what only a team may reach: `http://dailyge.localhost:8080`. */
  readonly origins: readonly string[];
  /** Port of 127.0.0.1 on which other services call it, who know no host names; null where none does. */
  readonly internalPort: number | null;
  /** What takes requests now; of a site's servers, the first one that can. */
  readonly servers: readonly EdgeServer[];
  /** Of a site: the release that it serves; null where it has no server. */
  readonly release: string | null;
}

export interface EdgeServer {
  /** `api.1` */
  readonly name: string;
  /** Port on 127.0.0.1. */
  readonly port: number;
}

/** Sources that are the team; any other loopback address is the world. */
const TEAM_ADDRESSES: readonly string[] = ["127.0.0.1", "::1"];

/**
 * What is said of every server, in the file and when it is added at run time. Servers added at run time inherit nothing,
 * and without the pool's two settings their connections are not kept. A check costs one small request, so that a dead
 * process is out after a second; one that hangs gets the time of a slow answer.
 */
const SERVER_OPTIONS = "check inter 500ms fall 2 rise 1 weight 1 pool-max-conn -1 pool-purge-delay 5s";

/** The same, as the runtime API takes it too. */
export const serverOptions = (kind: EdgeHost["kind"]): string => (kind === "site" ? `${SERVER_OPTIONS} ${SITE_SERVER_OPTIONS}` : SERVER_OPTIONS);

/** The files of an edge, and the arguments with which HAProxy serves from them. */
export function renderEdge(edge: Edge): { readonly files: readonly ConfigFile[]; readonly arguments: readonly string[] } {
  const file = (name: string, text: string): ConfigFile => ({ path: `${edge.directory}/${name}`, text });
  return {
    files: [
      file("haproxy.cfg", sections(edge).join("\n")),
      file("hosts.map", edge.hosts.flatMap(({ names, backend }) => names.map((name) => `${name} ${backend}\n`)).join("")),
      file("releases.map", releasesMap(edge.hosts)),
      file("limits.map", limitsMap(edge.limits)),
      ...(edge.hosts.some(({ internalPort }) => internalPort !== null) ? [file(SERVICES_FILE, "127.0.0.1\n")] : []),
      ...edge.teams.map((team) => file(teamFile(team), TEAM_ADDRESSES.map((address) => `${address}\n`).join(""))),
    ],
    arguments: ["-W", "-S", `${edge.sockets.master},mode,600`, "-f", `${edge.directory}/haproxy.cfg`],
  };
}

const sections = (edge: Edge): readonly string[] => [
  globalSection(edge),
  defaultsSection(),
  ...frontendSections(edge),
  ...limitSections(edge.limits, edge.sockets.peer),
  ...(edge.hosts.some(({ kind }) => kind === "site") ? [cacheSection()] : []),
  ...edge.hosts.map((host) => backendSection(host, edge.listen.port)),
];

/**
 * One thread answers 15,000 requests a second and wastes nothing on locks. `noreuseport`: a second edge on our port fails
 * instead of taking half. Two descriptors make a connection: as many as this machine lets us have, 12,000 at the most.
 */
function globalSection({ sockets }: Edge): string {
  return `global
  default-path config
  fd-hard-limit 25000
  nbthread 1
  noreuseport
  hard-stop-after 5m
  localpeer ${LOCAL_PEER}
  stats socket ${quoted(sockets.admin)} mode 600 level admin expose-fd listeners
`;
}

/**
 * Times are an Application Load Balancer's: idle for 60 s. Headers may have 15 KB in all, where a load balancer takes 64:
 * Node refuses above 16 and Tomcat above 8, and larger buffers cost time with each request.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
 *
 * On a reload a connection that waits gets one more answer before it is closed, so that no request meets a closed one.
 *
 * A request is sent again only where nobody can have acted on it: when no connection came about, or when it changes
 * nothing (GET, HEAD, OPTIONS) and no byte of an answer came. A service's own 503 is its answer, and is passed on.
 */
function defaultsSection(): string {
  return `defaults
  mode http
  balance roundrobin
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout http-request 60s
  timeout http-keep-alive 60s
  timeout check 2s
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response
  option httpchk
  http-check expect status 200
  option http-ignore-probes
  option disable-h2-upgrade
  option idle-close-on-response
${Object.entries(PAGES).map(([status, [title, text]]) => line(`http-error ${page(status, title, text)}`)).join("")}`;
}

const PAGES: Readonly<Record<string, readonly [string, string]>> = {
  400: ["Bad Request", "This request is malformed, or its path can be read in two ways."],
  403: ["Forbidden", "You may not reach this from where you are."],
  404: ["Not Found", "Nothing here has this host name."],
  408: ["Request Timeout", "The request did not arrive in time."],
  502: ["Bad Gateway", "The service broke off its answer."],
  503: ["Service Unavailable", "The service has nothing running that could answer."],
  504: ["Gateway Timeout", "The service did not answer in time."],
};

/**
 * Paths that programs read in different ways, so that a rule and the service behind it could disagree: empty and dot
 * segments, `;`, `\`, `#`, and percent signs that hide these, a slash or a control character, are no UTF-8, or no encoding.
 */
const AMBIGUOUS_PATH = String.raw`//|/(\.|%2e){1,2}(/|$)|[;\\#]|%([^0-9a-f]|.?$|[0-9a-f][^0-9a-f]|[01]|2f|3b|5c|7f|c[01]|f[5-9a-f])`;

/**
 * One line per request, to standard output: no query, no header but the host, nothing a secret is likely in. `time` is
 * the request's arrival in seconds since 1970, `end` HAProxy's two letters for how it ended ("--" well, "PR" refused here).
 * In `path` HAProxy writes quotes and other characters that do not belong there as `#22`.
 */
const LOG_FORMAT =
  '{"time":%Ts.%ms,"id":"%ID","client":"%ci","method":"%HM","host":"%[var(txn.host),json(utf8s)]","path":"%HPO",' +
  '"status":%ST,"bytes":%B,"ms":%Ta,"firstByteMs":%Tr,"backend":"%b","server":"%s","retries":"%rc","end":"%ts"}';

/** A line that is cut is no JSON: this is enough for the longest path, three bytes for each of its characters. */
const LONGEST_LINE = 50_000;

/** Eight random hexadecimal digits in small letters, as tracing libraries want them. `hex` sees eight bytes, of which `rand` fills four. */
const RANDOM_DIGITS = "%[rand,hex,bytes(8,8),lower]";

/** The public door, which goes by host names, and one for each service that other services call. */
function frontendSections({ listen, hosts, limits }: Edge): readonly string[] {
  const services = hosts.filter(({ kind }) => kind === "service").map(({ backend }) => backend);
  const byHost = `  http-request set-var(txn.backend) var(txn.host),map_str(hosts.map)
  http-request deny status 400 default-errorfiles if !{ var(txn.backend) -m found } !{ var(txn.host) -m len gt 0 }
  http-request deny status 404 default-errorfiles unless { var(txn.backend) -m found }
${limitRules(limits, services)}`;
  const internal = hosts.flatMap(({ backend, internalPort }) =>
    internalPort === null ? [] : [frontendSection(internalDoor(backend), "127.0.0.1", internalPort, internalDoorRules(), `  default_backend ${backend}\n`)],
  );
  return [frontendSection("edge", listen.address, listen.port, byHost, "  use_backend %[var(txn.backend)]\n"), ...internal];
}

function frontendSection(name: string, address: string, port: number, choose: string, target: string): string {
  return `frontend ${name}
  bind ${address}:${port}
  log stdout len ${LONGEST_LINE} format raw local0
  log-format ${quoted(LOG_FORMAT)}
  unique-id-format 1-%[date,hex,bytes(8,8),lower]-${RANDOM_DIGITS.repeat(3)}
  http-request set-var(txn.host) req.fhdr(host),field(1,:),lower,rtrim(.),bytes(0,253)
  http-request deny status 400 default-errorfiles unless { req.hdr_cnt(host) 1 }
  http-request deny status 400 default-errorfiles if !{ path -m beg / } || { path -m reg -i -- ${quoted(AMBIGUOUS_PATH)} }
  http-request set-var(txn.decoded) path,url_dec,lower
${choose}${target}`;
}

/**
 * A target with a host in it is passed on as a path, and headers are passed on whose names have letters, digits and hyphens:
 * a service might take `X_Forwarded_For` for ours. On AWS that is the load balancer's "drop invalid header fields".
 *
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html: the client's address is
 * appended, protocol and port are replaced.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html: a trace without
 * Root gets one; a trace with one keeps it and says ours in Self.
 */
function serviceRules(): string {
  return [
    "http-request set-uri %[pathq] unless { url_beg / }",
    `http-request del-header ${quoted("[^-A-Za-z0-9]")} -m reg`,
    "option forwardfor if-none",
    "http-request add-header X-Forwarded-For %[src] if { req.fhdr_cnt(x-forwarded-for) gt 1 }",
    "http-request set-header X-Forwarded-For %[req.fhdr(x-forwarded-for)],\\ %[src] if { req.fhdr_cnt(x-forwarded-for) 1 }",
    "http-request set-header X-Forwarded-Proto http",
    "http-request set-header X-Forwarded-Port %[dst_port]",
    "acl rooted req.fhdr(x-amzn-trace-id) -m sub Root=",
    'http-request set-header X-Amzn-Trace-Id Self=%[unique-id];%[req.fhdr(x-amzn-trace-id),regsub("^Self=[^;]*;?|;Self=[^;]*","",g)] if rooted',
    'http-request set-header X-Amzn-Trace-Id Root=%[unique-id]%[req.fhdr(x-amzn-trace-id),regsub("^",";")] unless rooted',
    "http-request disable-l7-retry unless METH_GET || { method OPTIONS }",
  ].map(line).join("");
}

function backendSection(host: EdgeHost, port: number): string {
  const [name = "localhost"] = host.names;
  return [
    `backend ${host.backend}\n`,
    line(`description ${host.kind}`),
    line(`http-check send meth GET uri ${quoted(host.health)} ver HTTP/1.1 hdr Host ${quoted(name)}`),
    host.kind === "site" ? siteRules(host, port) : serviceRules(),
    accessRules(host, port),
    ...host.servers.map(({ name: server, port: at }) => line(`server ${server} 127.0.0.1:${at} ${serverOptions(host.kind)}`)),
  ].join("");
}
