import type { EdgeClient } from "./edge.ts";
import type { Place } from "../render/place.ts";
import type { Workload } from "../render/workload.ts";
import type { Confinement } from "./confine.ts";
import type { FoundParts } from "./ground.ts";
import type { SecretStore } from "./secret-store.ts";
import type { State } from "./state.ts";
import type { Ground } from "./supervisor.ts";

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
  /** Names of parts that are being started, replaced or stopped: the watch leaves them alone. */
  readonly busy: Set<string>;
  report(progress: Progress): void;
  /** Writes the state down. */
  remember(): Promise<void>;
  /** One after the other, in the order of asking: for files that several hands write. */
  serially(act: () => Promise<void>): Promise<void>;
}
