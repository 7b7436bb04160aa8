import { resource, type Resource } from "../terraform.ts";
import { logGroup, mayWriteLogs, type LogGroup } from "./logs.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";
import type { Statement } from "./role.ts";
import { snapshotsOf } from "./stored-care.ts";

/** Where a database's instance writes what its server and its own program say. */
export const LOG_DIRECTORY = "/var/log/platform";

/** Namespace of figures that the agent sends unless it is told another. */
const NAMESPACE = "CWAgent";

/** What is seen of a database's instance from outside. */
export interface StoredWatch {
  readonly logs: LogGroup;
  readonly alarms: readonly Resource<"aws_cloudwatch_metric_alarm">[];
  readonly may: readonly Statement[];
  /** Configuration of the CloudWatch agent. */
  readonly agent: string;
}

/** Its logs in CloudWatch, and alarms before its volume or its memory is full; of these two figures EC2 itself knows nothing. */
export function watchStored(place: Place, name: string, database: string): StoredWatch {
  const logs = logGroup(place, `${name}_server`, `databases/${database}/server`);
  const figures = snapshotsOf(place, database);
  const alarm = (what: string, says: string, metric: string, most: number, dimensions: Readonly<Record<string, string>>) =>
    resource("aws_cloudwatch_metric_alarm", `${name}_${what}`, {
      alarm_name: physicalName("other", place.prefix, database, what),
      alarm_description: says,
      namespace: NAMESPACE,
      metric_name: metric,
      dimensions: { database: figures, ...dimensions },
      statistic: "Maximum",
      period: 300,
      evaluation_periods: 2,
      comparison_operator: "GreaterThanThreshold",
      threshold: most,
      treat_missing_data: "missing",
    });
  return {
    logs,
    alarms: [
      alarm("disk", `The volume of ${database} is nearly full: write a larger storage for it`, "disk_used_percent", 85, { path: "/data", fstype: "xfs" }),
      alarm("memory", `The memory of ${database} is nearly full: write a larger instance for it`, "mem_used_percent", 95, {}),
    ],
    may: [
      mayWriteLogs(logs),
      // It takes no resource; the namespace is as narrow as it gets.
      { Sid: "SendFigures", Action: ["cloudwatch:PutMetricData"], Resource: "*", Condition: { StringEquals: { "cloudwatch:namespace": NAMESPACE } } },
    ],
    agent: agentConfiguration(`${place.path}/databases/${database}/server`, figures),
  };
}

/**
 * Figures bear the database's name alone, so that they go on when its instance is made anew.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
 */
function agentConfiguration(logGroupName: string, figures: string): string {
  const log = (file: string) => ({ file_path: `${LOG_DIRECTORY}/${file}.log`, log_group_name: logGroupName, log_stream_name: `{instance_id}/${file}`, retention_in_days: -1 });
  const dimensions = { append_dimensions: { database: figures } };
  const configuration = {
    agent: { metrics_collection_interval: 60, omit_hostname: true },
    metrics: {
      namespace: NAMESPACE,
      metrics_collected: {
        disk: { measurement: ["used_percent"], resources: ["/data"], drop_device: true, ...dimensions },
        mem: { measurement: ["used_percent"], ...dimensions },
      },
    },
    logs: { logs_collected: { files: { collect_list: [log("database"), log("program")] } } },
  };
  return `${JSON.stringify(configuration)}\n`;
}
