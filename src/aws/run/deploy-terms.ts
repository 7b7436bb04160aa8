import type { Service as EcsService } from "@aws-sdk/client-ecs";
import type { Image, Repository } from "./image.ts";

/** What a release led to. */
export interface Deployed {
  readonly name: string;
  readonly release: string;
  /** What ran before; the same as `release` where nothing has changed, null where nothing ran. */
  readonly previous: string | null;
  /** Whether ECS was told anything. */
  readonly changed: boolean;
  /** Replicas that run it, each seen to do so; none of a service that runs at times. */
  readonly replicas: number;
}

export interface Release {
  readonly repository: Repository;
  /** Found or made once it is our turn, and known what runs. */
  readonly image: (running: string | null) => Promise<Image>;
  /** Whether its migration runs first: not on the way back to what ran before. */
  readonly migrates: boolean;
  /** Whether every replica starts anew, also where the image is the same. */
  readonly restarts: boolean;
  /** Whether it may take the place of a rollout under way. */
  readonly interrupts: boolean;
  /** Who asks, for whoever comes meanwhile. */
  readonly by: string;
}

/** What runs before anything is changed. */
export interface Before {
  readonly running: EcsService;
  /** Revision that runs. */
  readonly revision: string;
  /** Its image; null before the first release. */
  readonly image: string | null;
}
