import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import type { Place } from "../render/place.ts";
import type { AwsSettings } from "./clients.ts";

/** An alarm that rings. */
export interface AlarmStatus {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly why: string;
}

/** The environment's alarms that ring now. */
export async function alarmStatuses({ settings, place }: { readonly settings: AwsSettings; readonly place: Place }): Promise<readonly AlarmStatus[]> {
  const client = new CloudWatchClient(settings);
  const found: AlarmStatus[] = [];
  let next: string | undefined;
  do {
    const { MetricAlarms = [], NextToken } = await client.send(new DescribeAlarmsCommand({ AlarmNamePrefix: `${place.prefix}-`, StateValue: "ALARM", ...(next !== undefined && { NextToken: next }) }));
    found.push(...MetricAlarms.map(({ AlarmName = "", StateUpdatedTimestamp, AlarmDescription, StateReason = "" }) => ({ name: AlarmName, since: StateUpdatedTimestamp?.toISOString() ?? "", why: AlarmDescription ?? StateReason })));
    next = NextToken;
  } while (next !== undefined);
  return found;
}
