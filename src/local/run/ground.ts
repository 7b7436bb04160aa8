import { chmod } from "node:fs/promises";
import { dirname } from "node:path";
import type { Wanted } from "./state.ts";
import { accountNumbers, allocateUser, becomeUser, passage } from "./identity.ts";
import { findMessaging } from "./messaging-server.ts";
import { findParts, type FoundPackage, type FoundPart, type PartName } from "./parts/index.ts";
import { isMissing, type MissingServer, type ServerSearch } from "./database-engine.ts";
import { findServers, partsOfDatabases, type Servers } from "./database-engines.ts";
import type { Confinement } from "./confine.ts";
import { requireExact } from "./exact.ts";
import { bootId } from "./process-table.ts";
import { MESSAGING } from "../render/messaging.ts";
import type { Place } from "../render/place.ts";
import type { SecretStore } from "./secret-store.ts";
import type { State } from "./state.ts";
import type { Ground } from "./supervisor.ts";

/** The parts that a platform needs, as this machine has them. */
export interface FoundParts {
  readonly cache: string;
  readonly programs: Readonly<Record<string, string>>;
  readonly libraries: Readonly<Record<string, string>>;
  /** Directories of the machine that parts' users must be able to enter. */
  readonly reads: readonly string[];
  readonly servers: Servers;
  /** What plays SNS and SQS; null where nobody publishes or consumes. */
  readonly messaging: FoundPackage | MissingServer | null;
  /** By part of the platform: what nothing here can play. Who needs it waits. */
  readonly missing: Readonly<Record<string, MissingServer>>;
}

/** Finds, or fetches, just the parts that the wanted platform needs; `exact` refuses what only stands in for a database of production. */
export async function findNeededParts(wanted: Wanted, cache: string, progress: ServerSearch["progress"], signal?: AbortSignal, exact = false): Promise<FoundParts> {
  const { sites, databases } = wanted.environment;
  const needed: PartName[] = ["runit", "haproxy", ...(sites.length > 0 ? (["nginx"] as const) : []), ...partsOfDatabases(databases)];
  const search = { cache, path: process.env["PATH"] ?? "", progress, exact, ...(signal === undefined ? {} : { signal }) };
  const found: Partial<Record<PartName, FoundPart>> = await findParts(needed, search);
  const [servers, messaging] = await Promise.all([findServers(databases, found, search), findMessaging(wanted.environment, search)]);
  if (exact) requireExact(databases, servers);
  const parts = [...Object.values(found), ...Object.values(servers).flatMap((server) => (isMissing(server) ? [] : [server]))];
  return {
    cache,
    programs: Object.assign({ node: process.execPath }, ...parts.map(({ programs }) => programs)) as Record<string, string>,
    libraries: Object.fromEntries(parts.flatMap(({ programs, libraryPath }) => (libraryPath === null ? [] : Object.keys(programs).map((name) => [name, libraryPath])))),
    reads: parts.flatMap((part) => ("reads" in part ? (part.reads ?? []) : [])),
    servers,
    messaging,
    missing: Object.fromEntries(
      [...databases.map(({ name, engine }) => ({ name, server: servers[engine] })), { name: MESSAGING, server: messaging ?? undefined }].flatMap(({ name, server }) =>
        server !== undefined && isMissing(server) ? [[name, server]] : [],
      ),
    ),
  };
}

/** Users for every identity of the platform, remembered; none where we are not root. */
async function allocateUsers(place: Place, state: State, wanted: Wanted): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const taken = await accountNumbers();
  const { sites, services, databases } = wanted.environment;
  for (const name of ["edge", MESSAGING, ...[...sites, ...services, ...databases].map((part) => part.name)]) {
    state.users[name] = allocateUser(place.state, state.users, name, taken);
  }
}

/** A passage that has worked once works until the machine is started again. */
async function provenPassage(state: State, open: readonly string[]): Promise<readonly string[]> {
  const proof = (words: readonly string[]): string => `${bootId()} ${words.join(" ")}`;
  const words = await passage(open, (these) => state.passage === proof(these));
  state.passage = proof(words);
  return words;
}

/** What starting processes needs. Throws a Failure where this machine cannot keep parts apart that must be. */
export async function prepareGround(
  place: Place,
  state: State,
  wanted: Wanted,
  parts: FoundParts,
  secrets: SecretStore,
  confinement: Confinement,
): Promise<Ground> {
  await allocateUsers(place, state, wanted);
  const asRoot = process.getuid?.() === 0;
  if (asRoot) await chmod(place.state, 0o755);
  const userOf = (identity: string): number | null => state.users[identity] ?? null;
  const node = dirname(process.execPath);
  return {
    place,
    programs: parts.programs,
    libraries: parts.libraries,
    userOf,
    become: (identity) => {
      const user = userOf(identity);
      return user === null ? [] : becomeUser(user);
    },
    enter: asRoot ? await provenPassage(state, [place.state, parts.cache, node, ...parts.reads]) : [],
    environment: { PATH: [node, ...(process.env["PATH"] ?? "/usr/bin:/bin").split(":").filter((entry) => entry !== node)].join(":"), LANG: "C.UTF-8" },
    confine: confinement.confine,
    unconfine: confinement.unconfine,
    secretValue: (path) => secrets.demand(path),
  };
}
