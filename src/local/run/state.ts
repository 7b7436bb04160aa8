import { existsSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import type { Environment, Shared } from "../../model/model.ts";
import { Failure } from "../../kit/failure.ts";
import type { Place } from "../render/place.ts";
import type { Replica } from "../render/service.ts";
import { diskFailure, writeWhole } from "./files.ts";

/** All that has to be remembered between two controllers; what can be seen on the machine is not in it. */
export interface State {
  readonly format: 1;
  /** The definition whose platform lives here: another checkout's is refused. */
  definition: string;
  /** Platform and environment: `dailyge dev`. */
  name: string;
  bootId: string;
  /** What was asked for last; null when it was taken down. */
  wanted: Wanted | null;
  ports: Record<string, number>;
  /** User numbers of identities, when we are root. */
  users: Record<string, number>;
  /** The passage that was tried last and worked, with the machine's start it belongs to. */
  passage: string;
  workloads: Record<string, WorkloadState>;
}

export interface Wanted {
  readonly shared: Shared;
  readonly environment: Environment;
  /** Directory of the definition, absolute. */
  readonly sources: string;
}

/** A site or a service: what runs of it. */
export interface WorkloadState {
  /** Release that is to serve; null before the first one did. */
  current: string | null;
  /** Releases that served, newest first; the current one need not be the first: see rollback. */
  history: ReleaseRecord[];
  replicas: Replica[];
  /** A change of release in progress. Found by a new controller, it is undone. */
  rollout: { readonly to: string; readonly startedAt: string } | null;
  /** Releases whose migration has run. */
  migrated: string[];
  /** The last release that was refused since one was taken. */
  refused?: RefusedRelease;
  /** Where it runs more replicas than its fewest, or did; none after it was down. */
  scaled?: ScaledRecord;
  /** Of a service that runs at times. */
  schedule?: ScheduleState;
}

export interface RefusedRelease {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly why: string;
}

/** The last change of the number of replicas. */
export interface ScaledRecord {
  readonly count: number;
  readonly from: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly why: string;
}

export interface ScheduleState {
  /** Expression and zone of the times that have been considered. */
  times: string;
  /** Every time until then was begun or told to be skipped. ISO 8601, UTC. */
  considered: string;
  /** Newest first. */
  runs: RunRecord[];
  /** Newest first. */
  skipped: SkippedRecord[];
}

/** The program of a scheduled service, once from its start to its end. */
export interface RunRecord {
  /** Of its process and its log: `report.run`. */
  readonly name: string;
  readonly release: string;
  /** The time of the schedule; null where a person asked for it. ISO 8601, UTC, as the others. */
  readonly due: string | null;
  readonly startedAt: string;
  /** Null: it runs. */
  readonly end: RunEnd | null;
}

export interface RunEnd {
  readonly at: string;
  /** Null where nobody saw its end. */
  readonly seconds: number | null;
  /** Null where it did not end by itself. */
  readonly exitCode: number | null;
  /** Why it has no exit code: `was ended by signal 9`, `was stopped`. */
  readonly why: string | null;
}

/** Times at which nothing was begun. */
export interface SkippedRecord {
  /** The last of them. */
  readonly due: string;
  readonly count: number;
  readonly why: string;
}

export interface ReleaseRecord {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly servedSince: string;
}

export const emptyState = (): State => ({ format: 1, definition: "", name: "", bootId: "", wanted: null, ports: {}, users: {}, passage: "", workloads: {} });

export const emptyWorkload = (): WorkloadState => ({ current: null, history: [], replicas: [], rollout: null, migrated: [] });

/**
 * What is remembered; null when there is nothing yet.
 * @throws Failure `state-corrupt` when the file is damaged, and says where the copy before it is
 */
export async function readState(place: Place): Promise<State | null> {
  const text = await readFile(place.stateFile, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw diskFailure(place.stateFile, error);
  });
  if (text === null) return null;
  const parsed = parseState(text);
  if (parsed !== null) return parsed;
  const before = parseState(await readFile(`${place.stateFile}.before`, "utf8").catch(() => ""));
  throw new Failure("state-corrupt", `cannot read ${place.stateFile}: it is damaged`, {
    hint: before === null ? `move it away, then: ./dailyge up (data and releases are kept)` : `put the copy before it back: cp '${place.stateFile}.before' '${place.stateFile}'`,
  });
}

function parseState(text: string): State | null {
  try {
    const value: unknown = JSON.parse(text);
    const whole = typeof value === "object" && value !== null && "format" in value && value.format === 1 && "workloads" in value && "ports" in value;
    return whole ? (value as State) : null;
  } catch {
    return null;
  }
}

/** Whether another definition's platform is there; one whose file has been moved away does not count. */
export const belongsToAnother = (known: State, definition: string): boolean => known.definition !== "" && known.definition !== definition && existsSync(known.definition);

/** Remembers, and keeps what was remembered before. */
export async function writeState(place: Place, state: State): Promise<void> {
  await copyFile(place.stateFile, `${place.stateFile}.before`).catch(() => {});
  await writeWhole(place.stateFile, JSON.stringify(state, null, 1));
}
