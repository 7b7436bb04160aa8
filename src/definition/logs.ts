import type { Duration } from "./units.ts";

/** What services, databases and firewalls write, in CloudWatch. One machine keeps the newest of each part, by size. */
export interface LogsDefinition {
  /** How long, from `"1 day"` to `"3653 days"`, in the steps that CloudWatch has: 1, 3, 5, 7, 14, 30, 60, 90, 180, 365 days and others. @default "30 days" */
  readonly keep?: Duration;
}
