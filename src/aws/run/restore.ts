import { Failure } from "../../kit/failure.ts";
import type { Database } from "../../model/database.ts";
import type { Environment, Shared } from "../../model/model.ts";
import { place as placeOf, type Place } from "../render/place.ts";
import { asFailure, type AwsSettings } from "./clients.ts";
import { PACE, type Pace, type Progress } from "./deploy-ground.ts";

/** Which of what is kept is meant: the state at a time, a snapshot by its id, or the newest there is. */
export type Wanted = { readonly at: Date } | { readonly from: string } | "newest";

export interface RestoreOptions {
  readonly shared: Shared;
  readonly environment: Environment;
  readonly database: Database;
  readonly wanted: Wanted;
  readonly settings: AwsSettings;
  /** Part of the new one's name. */
  readonly now: Date;
  /** Directory with the environment's Terraform: `terraform/prod`. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly report: (progress: Progress) => void;
  readonly pace?: Pace;
}

/** What stands beside the database now; nothing uses it yet. */
export interface Restored {
  readonly database: string;
  readonly kind: "instance" | "volume";
  /** Identifier of the new instance, or id of the new volume. */
  readonly id: string;
  /** Of the present one. */
  readonly beside: string;
  /** What it holds: `its state at 2026-11-22T10:00:00.000Z`, `snapshot snap-1 of ...`. */
  readonly holds: string;
  /** What to do so that it takes the other's place, in this order; a line that begins with `#` explains. */
  readonly next: readonly string[];
}

/** A restore on its way. */
export interface RestoreGround extends RestoreOptions {
  readonly place: Place;
  readonly pace: Pace;
}

/**
 * Brings back what a database held, as a new instance of RDS or a new volume beside the present one, never over it.
 * @throws Failure `unknown-name` where nothing is kept of what is meant, `not-running` before the first apply, `start-failed`
 * when AWS does not get it ready, `cancelled`
 */
export async function restoreDatabase(options: RestoreOptions): Promise<Restored> {
  const ground: RestoreGround = { ...options, place: placeOf(options.shared, options.environment), pace: options.pace ?? PACE };
  try {
    // Each client is large, and only one is needed.
    if (options.database.engine === "mysql") return await (await import("./restore-instance.ts")).restoreInstance(ground);
    return await (await import("./restore-volume.ts")).restoreVolume(ground);
  } catch (error) {
    throw asFailure(error, { failed: `${options.database.name} is not restored`, again: again(ground) });
  }
}

/** The command again, as it was meant. */
export function again({ database, environment, wanted }: Pick<RestoreOptions, "database" | "environment" | "wanted">): string {
  const which = wanted === "newest" ? "" : "at" in wanted ? ` --at ${wanted.at.toISOString()}` : ` --from ${wanted.from}`;
  return `./dailyge restore ${database.name} --target aws --environment ${environment.name}${which}`;
}

/** `20261122-1000`: the end of a new one's name. */
export const stamp = (now: Date): string => now.toISOString().slice(0, 16).replaceAll(/[-:]/g, "").replace("T", "-");

/** Nothing that is kept fits. */
export const notKept = ({ database, environment }: RestoreGround, why: string): Failure =>
  new Failure("unknown-name", `${database.name} cannot be restored: ${why}`, { hint: `what there is: ./dailyge snapshots ${database.name} --target aws --environment ${environment.name}` });
