import type { Audience, PathRule } from "../../model/service.ts";
import type { EdgeHost } from "./edge.ts";
import { line, quoted } from "./edge-text.ts";

/** Where the addresses of a team are, beside the configuration; the runtime API changes it under this name. */
export const teamFile = (team: string): string => `team-${team}.list`;

/** Where the addresses of services are, beside the configuration. */
export const SERVICES_FILE = "services.list";

/** Name of the door by which other services call a service. */
export const internalDoor = (backend: string): string => `internal.${backend}`;

/**
 * Who may come in where services call a service, whose paths are all open to them as on AWS: programs of this machine, and
 * no page in a browser. A page elsewhere may have its own name lead to 127.0.0.1, so the address is the only name.
 */
export function internalDoorRules(): string {
  return [
    `acl a-service src -f ${SERVICES_FILE}`,
    "http-request deny status 403 default-errorfiles if !a-service",
    "acl from-page req.fhdr(sec-fetch-site) -m found",
    "acl has-origin req.fhdr(origin) -m found",
    "http-request deny status 403 default-errorfiles if from-page || has-origin",
    "http-request deny status 404 default-errorfiles unless { var(txn.host) -m str 127.0.0.1 }",
  ].map(line).join("");
}

/**
 * The rules of a backend that say who may reach what: a table of named conditions, then denials in the order of the
 * definition, the first match decides. A backend that is open to everyone has none.
 */
export function accessRules(host: EdgeHost, port: number): string {
  const rules: readonly PathRule[] = [...host.paths, { pattern: "*", reachableBy: host.reachableBy }];
  const reachable = rules.slice(0, 1 + rules.findIndex(({ pattern }) => isEverything(pattern)));
  if (reachable.every(({ reachableBy }) => reachableBy === "public")) return "";
  const teams = [...new Set(reachable.flatMap(({ reachableBy }) => (reachableBy === "public" ? [] : reachableBy)))];
  return [
    host.internalPort === null ? "" : line(`acl inside fe_name ${internalDoor(host.backend)}`) + line("http-request allow if inside"),
    ...teams.map((team) => line(`acl team.${team} src -f ${teamFile(team)}`)),
    teams.length > 0 ? foreignPages(host, port) : "",
    reachable.at(-1)?.reachableBy === "public" ? passUnruled(reachable) : "",
    ...reachable.map((rule, index) => accessRule(rule, `path.${index + 1}`)),
  ].join("");
}

/** Most requests of a public service are for paths that no rule names: one look tells that, instead of one for each rule. */
function passUnruled(rules: readonly PathRule[]): string {
  const named = rules.filter(({ pattern }) => !isEverything(pattern));
  return [...named.map(({ pattern }) => line(`acl ruled var(txn.decoded) ${pathMatch(pattern)}`)), line("http-request allow unless ruled")].join("");
}

const isEverything = (pattern: string): boolean => pattern === "*" || pattern === "/*";

/** One rule; its condition has the given name, unless it is the one for everything. */
function accessRule({ pattern, reachableBy }: PathRule, name: string): string {
  const everything = isEverything(pattern);
  const declaration = everything ? "" : line(`acl ${name} var(txn.decoded) ${pathMatch(pattern)}`);
  const denials = denialConditions(reachableBy).map((condition) => [...(everything ? [] : [name]), ...condition]);
  return [
    declaration,
    ...denials.map((condition) => line(`http-request deny status 403 default-errorfiles${condition.length > 0 ? ` if ${condition.join(" ")}` : ""}`)),
    everything ? "" : line(`http-request allow if ${name}`),
  ].join("");
}

/** Each is enough to refuse: nobody's path; not from a team's address; from one, but a foreign page made the browser ask. */
function denialConditions(audience: Audience): readonly (readonly string[])[] {
  if (audience === "public") return [];
  if (audience.length === 0) return [[]];
  return [audience.map((team) => `!team.${team}`), ["has-origin", "!known-origin"], ["from-page", "!from-own-page", "!from-same-site"], ["from-same-site", "!known-origin"]];
}

/** A pattern in which `*` stands for any text, as HAProxy matches it best. */
export function pathMatch(pattern: string): string {
  const [before = "", after, ...more] = pattern.split("*");
  if (after === undefined) return `-m str -- ${quoted(before)}`;
  if (more.length === 0 && after === "") return `-m beg -- ${quoted(before)}`;
  if (more.length === 0 && before === "") return `-m end -- ${quoted(after)}`;
  return `-m reg -- ${quoted(`^${pattern.split("*").map(literalExpression).join(".*")}$`)}`;
}

const literalExpression = (text: string): string => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, (special) => `\\${special}`);

/**
 * What a team's address is worth when a page of somebody else's asks from inside the team's browser: nothing. Browsers
 * say so themselves. https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header, https://www.rfc-editor.org/rfc/rfc6454#section-7
 * A page that the definition lets call this host is no stranger, and programs send neither header.
 * Without an origin, a page of another host of ours cannot be told from one that may call.
 */
function foreignPages({ names, origins }: EdgeHost, port: number): string {
  const own = names.flatMap((name) => (port === 80 ? [`http://${name}`, `http://${name}:80`] : [`http://${name}:${port}`]));
  return [
    line("acl from-page req.fhdr(sec-fetch-site) -m found"),
    line("acl from-own-page req.fhdr(sec-fetch-site) -m str -- same-origin none"),
    line("acl from-same-site req.fhdr(sec-fetch-site) -m str -- same-site"),
    line("acl has-origin req.fhdr(origin) -m found"),
    line(`acl known-origin req.fhdr(origin) -m str -i -- ${[...own, ...origins].map(quoted).join(" ")}`),
  ].join("");
}
