import type { Database, Engine } from "../../model/database.ts";
import type { DatabaseUser } from "../render/database.ts";
import type { ConfigFile, ProcessSpec } from "../render/process.ts";
import type { ShellCommand } from "./database-shell.ts";
import type { FoundPart, PartEvent, PartName } from "./parts/index.ts";
import type { Stage } from "./stage.ts";
import type { PromiseStatus } from "./status.ts";

export type DatabaseOf<Of extends Engine> = Extract<Database, { readonly engine: Of }>;

/** How the databases of one engine are kept on this machine. */
export interface DatabaseEngine<Of extends Engine> {
  /** Parts that are found, or fetched, for it; without one of them the platform does not come up. */
  readonly parts: readonly PartName[];
  /** What plays it, out of those parts or found by itself at each `up`; or that nothing does, and the platform comes up without it. */
  findServer(parts: Readonly<Partial<Record<PartName, FoundPart>>>, search: ServerSearch, databases: readonly DatabaseOf<Of>[]): Promise<FoundServer | MissingServer>;
  /** Throws on a platform whose server is missing: nobody asks then. */
  here(stage: Stage, database: DatabaseOf<Of>, server: FoundServer): LocalDatabase;
  /** What one has to know of it: in which it is not what production has. */
  promises(server: FoundServer, databases: readonly DatabaseOf<Of>[]): readonly PromiseStatus[];
}

export interface ServerSearch {
  /** Where what was fetched is kept. */
  readonly cache: string;
  /** The PATH to look on. */
  readonly path: string;
  readonly progress: (event: Omit<PartEvent, "part"> & { readonly part: string }) => void;
  readonly signal?: AbortSignal;
  /** Nothing that only stands in for what production runs is wanted, nor fetched. */
  readonly exact?: boolean;
}

/** A server that can play the databases of an engine. */
export interface FoundServer {
  /** `MariaDB` */
  readonly product: string;
  readonly version: string;
  /** Absolute paths by name. */
  readonly programs: Readonly<Record<string, string>>;
  /** Unpacked tree that the server's own files are in; null when it is installed. */
  readonly root: string | null;
  /** LD_LIBRARY_PATH for its programs, and for no others. */
  readonly libraryPath: string | null;
  /** What production runs in its place: `MySQL 8.4`; null where it is the same. */
  readonly substitutes: string | null;
  /** Directories of the machine that whoever runs it must be able to enter, where they are not everybody's. */
  readonly reads?: readonly string[];
}

/** Nothing on this machine can play a part. What needs it waits. */
export interface MissingServer {
  /** After "waiting for mongodb: ": `no mongod is on the PATH`. */
  readonly why: string;
  /** The command that helps. */
  readonly help: string;
}

export const isMissing = (found: object): found is MissingServer => "why" in found;

/** One database on this machine: the same questions, whichever engine. Nothing is connected in between. */
export interface LocalDatabase {
  readonly database: Database;
  readonly server: FoundServer;
  /** Without user and password: `mysql://127.0.0.1:3306/shop`. */
  readonly url: string;
  /** Directory of all that it keeps; one with its mark in it. */
  readonly dataDirectory: string;
  render(): { readonly process: ProcessSpec; readonly files: readonly ConfigFile[] };
  /** Everything that it needs before a start. Data that exist are kept; those of a newer or another server are refused by name. Its process does not run. */
  prepare(signal?: AbortSignal): Promise<void>;
  /** Resolves when it answers a query; throws a Failure that says why it does not. */
  waitUntilReady(watch: ReadyWatch): Promise<void>;
  /** Makes exactly these users able to use it, and ends the connections of those that no longer are. Any number of times, also while services work. */
  grantAccess(users: readonly DatabaseUser[]): Promise<void>;
  /** Whether it answers in time. One that accepts and does not answer is not healthy. */
  ping(withinMs: number): Promise<boolean>;
  /** Begins logs of its own anew once they are large. Once a minute. */
  boundLogs(): Promise<void>;
  /** Its own client, as our administrator or as a service that uses it. No secret among its words. */
  shell(as: string | null): Promise<ShellCommand>;
  /**
   * What it would not have after a stop is written down, so that the next start, or a copy of its data directory, has it;
   * null where it always has. It runs.
   */
  readonly writeDown: ((signal?: AbortSignal) => Promise<void>) | null;
}

export interface ReadyWatch {
  readonly withinSeconds: number;
  /** Whether the process runs; once it does not, nobody waits any longer. */
  readonly isRunning: () => Promise<boolean>;
  /** Last lines of its log since it was started. */
  readonly logLines: () => Promise<readonly string[]>;
  readonly signal?: AbortSignal;
}
