import { partsOf } from "../../definition/parts.ts";
import type { PartsDefinition } from "../../definition/parts.ts";
import type { Environment } from "../model.ts";
import { budget } from "./budget.ts";
import { checkDatabaseZone, isEngine, resolveDatabase } from "./database.ts";
import { checkExisting } from "./existing.ts";
import { checkHosts, hostedParts, type Hosted } from "./host-taken.ts";
import { resolveHosts, usualHosts } from "./hosts.ts";
import { DEFAULT_LOGS, logs } from "./logs.ts";
import { isName } from "./name.ts";
import { checkZones, DEFAULT_NETWORK, network } from "./network.ts";
import type { Place } from "./place.ts";
import { DEFAULT_PROTECTION, protection } from "./protection.ts";
import { entries, given, isRecord, optional, readFields, type Fields, type Reader } from "./read.ts";
import type { Scope } from "./scope.ts";
import { checkRenamed } from "./renamed.ts";
import { resolveService } from "./service.ts";
import { resolveSite } from "./site.ts";
import { resolveTeam } from "./team.ts";
import { resolveTopic } from "./topic.ts";
import { uptime } from "./uptime.ts";

export interface PartsOfEnvironment {
  readonly parts: Pick<Environment, "teams" | "sites" | "services" | "hosts" | "databases" | "topics" | keyof typeof ONE_EACH>;
  readonly hosted: readonly Hosted[];
}

/** What `platform` returned for an environment. The places are those in `parts({...})`. */
export function resolveParts(returned: unknown, around: Pick<Scope, "platform" | "environment" | "region" | "hosts" | "plainHosts" | "timezone" | "exists">, at: Place): PartsOfEnvironment {
  const nothing = { parts: { teams: [], sites: [], services: [], hosts: [], databases: [], topics: [], ...ONE_EACH }, hosted: [] };
  const written = partsOf(returned);
  if (written === undefined) return tellNotParts(returned, at) ?? nothing;
  const read = readFields(PARTS, "parts", written, at);
  if (!read) return nothing;
  checkNames(read, at);
  const scope: Scope = { ...around, ...namesIn(read) };
  checkRenamed({ sites: read.sites ?? [], databases: read.databases ?? [], topics: read.topics ?? [] }, [...scope.sites, ...scope.services, ...scope.databases, ...scope.topics], at);
  const each = <T>(kind: Group, resolve: (name: string, definition: unknown, at: Place) => T | undefined): readonly T[] =>
    (read[kind] ?? []).map(([name, definition]) => resolve(name, definition, at.field(kind).field(name))).filter((part) => part !== undefined);

  const teams = each("teams", resolveTeam);
  const sites = each("sites", (name, definition, there) => resolveSite(name, definition, scope, there));
  const services = each("services", (name, definition, there) => resolveService(name, definition, sites, scope, there));
  const groups = each("hosts", (name, definition, there) => resolveHosts(name, definition, { services, known: services.length === scope.services.length }, there));
  const hosts = (read.hosts ?? []).length === 0 ? usualHosts(services, at.field("hosts")) : groups;
  const databases = each("databases", (name, definition, there) => resolveDatabase(name, definition, services, there));
  const topics = each("topics", (name, definition, there) => resolveTopic(name, definition, services, there));
  checkExisting(databases, read.network ?? DEFAULT_NETWORK, at);
  checkDatabaseZone(databases, around.timezone, at);
  checkZones(read.network ?? DEFAULT_NETWORK, around.region, at.field("network").field("zones"));
  const hosted = hostedParts(read.sites ?? [], read.services ?? [], around.hosts);
  checkHosts(hosted, at);
  return { parts: { teams, sites, services, hosts, databases, topics, ...oneEach(read) }, hosted };
}

/** What there is one of, where nothing is written. */
const ONE_EACH = { protection: DEFAULT_PROTECTION, network: DEFAULT_NETWORK, logs: DEFAULT_LOGS, uptime: null, budget: null } as const;

const group = (what: string): Reader<readonly (readonly [string, unknown])[]> => (value, at) => entries(value, at, what);

export const PARTS = {
  sites: group("sites"),
  services: group("services"),
  hosts: group("groups of hosts"),
  databases: group("databases"),
  topics: group("topics"),
  protection: optional(protection, ONE_EACH.protection),
  network: optional(network, ONE_EACH.network),
  logs: optional(logs, ONE_EACH.logs),
  uptime: optional(uptime, ONE_EACH.uptime),
  budget: optional(budget, ONE_EACH.budget),
  teams: group("teams"),
} satisfies Fields<PartsDefinition>;

type Group = Exclude<keyof typeof PARTS, keyof typeof ONE_EACH>;
type Grouped = { readonly [Kind in keyof typeof PARTS]: ReturnType<(typeof PARTS)[Kind]> };

const oneEach = ({ protection, network, logs, uptime, budget }: Grouped): Pick<Environment, keyof typeof ONE_EACH> => ({
  protection: protection ?? ONE_EACH.protection, network: network ?? ONE_EACH.network, logs: logs ?? ONE_EACH.logs, uptime: uptime ?? null, budget: budget ?? null,
});

function namesIn({ teams, databases, topics, sites, services, hosts }: Grouped): Pick<Scope, "teams" | "databases" | "engines" | "topics" | "sites" | "services" | "groups" | "withHost"> {
  const names = (group: Grouped[Group]) => (group ?? []).map(([name]) => name);
  const withHost = [...(sites ?? []), ...(services ?? [])].filter(([, definition]) => isRecord(definition) && definition.host !== undefined).map(([name]) => name);
  const engines = (databases ?? []).flatMap(([name, definition]) => (isRecord(definition) && isEngine(definition.engine) ? [[name, definition.engine] as const] : []));
  return { teams: names(teams), databases: names(databases), engines: Object.fromEntries(engines), topics: names(topics), sites: names(sites), services: names(services), groups: names(hosts), withHost };
}

const KIND = { sites: "site", services: "service", databases: "database", topics: "topic" } as const;

/** Sites, services, databases and topics share one set of names: commands, logs and variables name a part without its kind. */
function checkNames(read: Grouped, at: Place): void {
  for (const [name] of read.teams ?? []) isName("team", name, at.field("teams").field(name));
  for (const [name] of read.hosts ?? []) isName("group of hosts", name, at.field("hosts").field(name));
  const taken = new Map<string, string>();
  for (const kind of ["sites", "services", "databases", "topics"] as const) {
    for (const [name] of read[kind] ?? []) {
      const there = at.field(kind).field(name);
      isName(KIND[kind], name, there);
      const other = taken.get(name);
      if (other !== undefined) there.error("name-taken", `"${name}" is also the name of a part in ${other}`, "rename one of them: commands and logs name a part without its kind");
      else taken.set(name, kind);
    }
  }
}

function tellNotParts(returned: unknown, at: Place): undefined {
  const there = at.field("platform");
  if (returned === undefined) return there.error("not-parts", "platform returns nothing", "return parts({...}); an arrow function with braces needs the word return");
  if (returned instanceof Promise) return there.error("not-parts", "platform returns a promise", "take async out: a definition waits for nothing");
  return there.error("not-parts", `platform returns ${given(returned)} that parts() has not made`, "return parts({...}): it checks names and fields where they are written");
}
