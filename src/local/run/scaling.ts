import type { Scaling } from "../render/workload.ts";

/** Processor time that a service's replicas had used by an instant. */
export interface Sample {
  readonly atMs: number;
  /** Seconds, by process. */
  readonly used: ReadonlyMap<string, number>;
}

/** So long it must be above its target before there are more, and well below before there are fewer: measured anew after each change. */
export const OUT_AFTER_SECONDS = 4;
export const IN_AFTER_SECONDS = 10;
/** What is well below the target, as Application Auto Scaling has it. https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html */
const WELL_BELOW = 0.9;

/** Average share of its processor time that a replica used in the last seconds, in percent; null where that is not known yet. */
export function averagePercent(samples: readonly Sample[], seconds: number, cpu: number): number | null {
  const last = samples.at(-1);
  const first = last === undefined ? undefined : samples.findLast(({ atMs }) => atMs <= last.atMs - seconds * 1000);
  if (last === undefined || first === undefined) return null;
  const used = [...last.used].flatMap(([process, total]) => {
    const before = first.used.get(process);
    return before === undefined ? [] : [Math.max(0, total - before)];
  });
  if (used.length === 0) return null;
  return (used.reduce((sum, one) => sum + one, 0) / used.length / ((last.atMs - first.atMs) / 1000) / cpu) * 100;
}

/** How many replicas there are to be: as many as bring the average to its target, rounded up. */
export function wantedReplicas(count: number, least: number, { most, targetCpuPercent, cpu }: Scaling, samples: readonly Sample[]): number {
  const within = (number: number): number => Math.min(most, Math.max(least, number));
  const fitting = (percent: number): number => Math.ceil((count * percent) / targetCpuPercent);
  const lately = averagePercent(samples, OUT_AFTER_SECONDS, cpu);
  if (lately !== null && lately > targetCpuPercent) return within(Math.max(count, fitting(lately)));
  const longer = averagePercent(samples, IN_AFTER_SECONDS, cpu);
  if (longer !== null && longer < targetCpuPercent * WELL_BELOW) return within(Math.min(count, fitting(longer)));
  return within(count);
}
