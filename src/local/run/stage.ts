import { Failure } from "../../kit/failure.ts";
import type { EdgeClient } from "./edge.ts";
import type { Place } from "../render/place.ts";
import type { Workload } from "../render/workload.ts";
import type { Confinement } from "./confine.ts";
import type { FoundParts } from "./ground.ts";
import type { SecretStore } from "./secret-store.ts";
import type { State } from "./state.ts";
import type { Ground } from "./supervisor.ts";
import type { Turns } from "./turns.ts";

/** Why an operation is aborted that need not be undone: nothing of it will run. */
export const TAKEN_DOWN = new Failure("cancelled", "it was interrupted: the platform is being taken down");

/** Why a build is aborted whose sources have changed meanwhile. */
export const SUPERSEDED = new Failure("cancelled", "it was superseded by a newer change");

/** What happens, for whoever looks on. */
export interface Progress {
  /** `mysql`, `api`, `edge`. */
  readonly part: string;
  readonly step: string;
  readonly state: "working" | "ready" | "failed" | "note";
}

/** Everything a running platform's controller holds. */
export interface Stage {
  readonly place: Place;
  /** Found and made anew with each `up`. */
  ground: Ground;
  parts: FoundParts;
  readonly confinement: Confinement;
  readonly secrets: SecretStore;
  readonly state: State;
  readonly edge: EdgeClient;
  /** Sites and services of what is wanted now. */
  workloads: readonly Workload[];
  /** Who is starting, replacing or stopping which part. */
  readonly busy: Turns;
  /** Share of their processor time that the replicas of a service use, where it scales. */
  readonly cpuPercent: Map<string, number>;
  /** Replicas that are being retired: the edge is to forget them. */
  readonly leaving: Set<string>;
  report(progress: Progress): void;
  /** Writes the state down. */
  remember(): Promise<void>;
  /** One after the other, in the order of asking: for files that several hands write. */
  serially(act: () => Promise<void>): Promise<void>;
}
