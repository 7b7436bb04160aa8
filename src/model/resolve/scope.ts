import type { Engine } from "../database.ts";

/** What a part may know of what is around it while it is resolved: names only, so the order of resolving does not matter. */
export interface Scope {
  /** Undefined where it is not a name. */
  readonly platform: string | undefined;
  readonly environment: string;
  /** Undefined where it is none. */
  readonly region: string | undefined;
  /** How host names are written here. */
  readonly hosts: string;
  /** Whether some environment writes them plainly, as `{host}`; that one has the bare domain. */
  readonly plainHosts: boolean;
  readonly teams: readonly string[];
  readonly databases: readonly string[];
  /** Of the databases whose engine is one. */
  readonly engines: Readonly<Record<string, Engine>>;
  readonly topics: readonly string[];
  readonly sites: readonly string[];
  readonly services: readonly string[];
  /** Groups of hosts. */
  readonly groups: readonly string[];
  /** Services and sites that have a host, and so a public address. */
  readonly withHost: readonly string[];
  /** Of the platform: `Asia/Seoul`. */
  readonly timezone: string;
  /** Whether a directory is there, relative to that of the definition. */
  readonly exists: (path: string) => boolean;
}
