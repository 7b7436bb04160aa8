import { resource, text, type Block, type Resource } from "../terraform.ts";
import { physicalName } from "./names.ts";
import { nightOf } from "./night.ts";
import type { Place } from "./place.ts";
import type { StoredGround } from "./stored-ground.ts";

/** Tag of volumes of which snapshots are made, and of those snapshots: which database's they are. */
export const SNAPSHOTS_TAG = "snapshots";

/** `dailyge-prod-redis` */
export const snapshotsOf = ({ prefix }: Pick<Place, "prefix">, database: string): string => `${prefix}-${database}`;

/** A snapshot of the volume every night, kept as long as the definition says. AWS keeps the last one of a volume that is gone. */
export function nightlySnapshots({ place, snapshots }: StoredGround, name: string, database: { readonly name: string; readonly backupDays: number }): readonly Block[] {
  if (database.backupDays === 0) return [];
  const policy = resource("aws_dlm_lifecycle_policy", name, {
    description: `Nightly snapshots of ${place.prefix} ${database.name}`,
    execution_role_arn: snapshots.of("arn"),
    policy_details: {
      resource_types: ["VOLUME"],
      target_tags: { [SNAPSHOTS_TAG]: snapshotsOf(place, database.name) },
      schedule: [{
        name: "nightly",
        create_rule: { interval: 24, interval_unit: "HOURS", times: [nightOf(place.shared.timezone).snapshot] },
        retain_rule: { count: database.backupDays },
        copy_tags: true,
      }],
    },
  });
  return [policy];
}

/** A machine that fails is moved to another with all that it has; a system that hangs is started again. */
export function recovery(place: Place, name: string, database: string, instance: Resource<"aws_instance">): readonly Block[] {
  const alarm = (what: "system" | "instance", action: "recover" | "reboot", minutes: number) =>
    resource("aws_cloudwatch_metric_alarm", `${name}_${what}`, {
      alarm_name: physicalName("other", place.prefix, database, what),
      alarm_description: `EC2's ${what} check of database ${database} fails: ${action}`,
      namespace: "AWS/EC2",
      metric_name: what === "system" ? "StatusCheckFailed_System" : "StatusCheckFailed_Instance",
      dimensions: { InstanceId: instance.of("id") },
      statistic: "Maximum",
      period: 60,
      evaluation_periods: minutes,
      comparison_operator: "GreaterThanThreshold",
      threshold: 0,
      treat_missing_data: "missing",
      alarm_actions: [text`arn:aws:automate:${place.shared.region}:ec2:${action}`],
    });
  // Two minutes, three minutes: both at once would end in neither. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/UsingAlarmActions.html
  return [alarm("system", "recover", 2), alarm("instance", "reboot", 3)];
}
