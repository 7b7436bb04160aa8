import { cronTimes } from "./cron.ts";
import { IN_AFTER_SECONDS, OUT_AFTER_SECONDS } from "./scaling.ts";
import { recordOf, replicasOf } from "./rollout.ts";
import { runningOf } from "./scheduled-run.ts";
import type { Stage } from "./stage.ts";
import type { RunRecord, ScaledRecord, SkippedRecord } from "./state.ts";
import type { PromiseStatus } from "./status.ts";

/** A service that runs at times. */
export interface ScheduleStatus {
  readonly service: string;
  readonly cron: string;
  readonly timezone: string;
  /** ISO 8601, UTC; null where no time ever comes. */
  readonly next: string | null;
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  /** Times at which nothing was begun, newest first. */
  readonly skipped: readonly SkippedRecord[];
}

/** A service whose number of replicas follows its load. */
export interface ScalingStatus {
  readonly service: string;
  readonly replicas: number;
  readonly least: number;
  readonly most: number;
  /** Average share of its processor time that a replica uses; null until it is known. */
  readonly cpuPercent: number | null;
  readonly targetCpuPercent: number;
  readonly lastChange: ScaledRecord | null;
}

export function scheduleStatuses(stage: Stage, now: Date): readonly ScheduleStatus[] {
  return stage.workloads.flatMap((workload) => {
    if (workload.schedule === null) return [];
    const { cron, timezone } = workload.schedule;
    const next = cronTimes(cron, timezone)(now.getTime());
    const { runs = [], skipped = [] } = recordOf(stage, workload.name).schedule ?? {};
    return [{ service: workload.name, cron, timezone, next: next === null ? null : new Date(next).toISOString(), runs, skipped }];
  });
}

/** Names of the processes of a scheduled service that run now. */
export const runsNow = (stage: Stage, service: string): readonly string[] => {
  const { schedule } = recordOf(stage, service);
  return schedule === undefined ? [] : runningOf(schedule).map(({ name }) => name);
};

export function scalingStatuses(stage: Stage): readonly ScalingStatus[] {
  return stage.workloads.flatMap((workload) => {
    const { name, scaling, replicas: least } = workload;
    if (scaling === null) return [];
    const { most, targetCpuPercent } = scaling;
    return [{ service: name, replicas: replicasOf(stage, workload), least, most, cpuPercent: stage.cpuPercent.get(name) ?? null, targetCpuPercent, lastChange: recordOf(stage, name).scaled ?? null }];
  });
}

/** How this machine keeps to ranges of replicas. */
export function scalingPromise(scaling: readonly ScalingStatus[]): readonly PromiseStatus[] {
  if (scaling.length === 0) return [];
  const how = `by CPU as it is measured, share of \`size.cpu\`: more after ${OUT_AFTER_SECONDS} s above the target, fewer after ${IN_AFTER_SECONDS} s well below it; AWS takes 3 and 15 minutes`;
  return [{ promise: "scaling", how, details: scaling.map(describe) }];
}

function describe({ service, replicas, least, most, cpuPercent, targetCpuPercent, lastChange }: ScalingStatus): string {
  const load = cpuPercent === null ? "CPU not measured yet" : `CPU ${cpuPercent} % of its share`;
  const change = lastChange === null ? "" : `; from ${lastChange.from} to ${lastChange.count} at ${lastChange.at.slice(0, 19)}Z: ${lastChange.why}`;
  return `${service}: ${replicas} of ${least} to ${most}, ${load}, target ${targetCpuPercent} %${change}`;
}

/** How this machine keeps to schedules. */
export const schedulePromise = (schedules: readonly ScheduleStatus[]): readonly PromiseStatus[] =>
  schedules.length === 0
    ? []
    : [{ promise: "schedules", how: "kept while the platform is up; times that were missed are told and not made up for; an hour that clocks skip or repeat is as with EventBridge Scheduler" }];
