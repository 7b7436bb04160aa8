import type { Text } from "./text.ts";

export interface Service {
  readonly name: string;
  /** Relative to the directory of the definition, `/` between parts. */
  readonly directory: string;
  readonly build: string | null;
  readonly start: string;
  readonly migrate: string | null;
  readonly seed: string | null;
  /** Null: it runs all the time. */
  readonly schedule: Schedule | null;
  /** Null: nobody can call it, and it is healthy while it runs. */
  readonly endpoint: Endpoint | null;
  readonly metrics: { readonly port: number; readonly path: string } | null;
  /** Share of a core, and megabytes, of one replica. */
  readonly size: { readonly cpu: number; readonly memoryMb: number };
  /** Null: nothing is known of its heap. */
  readonly runtime: Runtime | null;
  readonly replicas: { readonly least: number; readonly most: number; readonly targetCpuPercent: number };
  /** Name of the group of hosts that it runs on. */
  readonly hosts: string;
  /** Names of databases. */
  readonly uses: readonly string[];
  /** Names of topics. */
  readonly publishes: readonly string[];
  /** Names of topics. */
  readonly consumes: readonly string[];
  /** Names of services that it calls inside the platform; each has an endpoint. */
  readonly calls: readonly string[];
  readonly secrets: readonly Secret[];
  /** What the definition adds to the wiring (see wiring.ts), references resolved to parts. */
  readonly environment: readonly Variable[];
  /** Sites whose pages call it from the browser: their origins are to be accepted. */
  readonly calledBySites: readonly string[];
  readonly startSeconds: number;
  readonly stopSeconds: number;
}

/** What runs a program, and keeps its heap. */
export type Runtime = "node" | "java";

/** When a service runs to its end. */
export interface Schedule {
  /** Minute, hour, day of month, month, day of week; digits, `*`, `,`, `-` and `/` only, single blanks between. */
  readonly cron: string;
  readonly timezone: string;
  /** Whether a run may begin while the one before goes on. */
  readonly overlap: boolean;
}

/** How a service is called from outside. */
export interface Endpoint {
  /** First label of its host name in this environment: `api`, `api-dev`. */
  readonly host: string;
  /** Port in its container. */
  readonly port: number;
  /** Path that answers 200 when it can serve. */
  readonly health: string;
  /** Whether everyone may connect to the load balancer before it, or only those whom some service behind that admits. */
  readonly entrance: "open" | "closed";
  readonly reachableBy: Audience;
  /** The first rule whose pattern matches decides; otherwise `reachableBy` does. */
  readonly paths: readonly PathRule[];
}

/** Everyone, or these teams; no team is nobody. */
export type Audience = "public" | readonly string[];

export interface PathRule {
  /** Lower-case path in which `*` stands for any text, `/` included. */
  readonly pattern: string;
  readonly reachableBy: Audience;
}

export interface Variable {
  readonly name: string;
  readonly value: Text;
}

/** A variable whose value is kept apart from the definition. */
export interface Secret {
  readonly name: string;
  /** Made once, at random, when it does not exist; otherwise a person sets it. */
  readonly generated: boolean;
}
