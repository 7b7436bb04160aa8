import { resource, text, type Resource } from "../terraform.ts";
import type { Place } from "./place.ts";
import type { Statement } from "./role.ts";

export type LogGroup = Resource<"aws_cloudwatch_log_group">;

/** A log group, made before its writer, who would make one that keeps everything for ever. */
export function logGroup(place: Place, name: string, path: string): LogGroup {
  return resource("aws_cloudwatch_log_group", name, { name: `${place.path}/${path}`, retention_in_days: place.environment.logs.keepDays });
}

/** A container's log, which never holds the container up: lines that CloudWatch does not take in time are dropped. */
export function logTo(place: Place, group: LogGroup, streams: string) {
  return {
    logDriver: "awslogs",
    options: {
      "awslogs-group": group.of("name"),
      "awslogs-region": place.shared.region,
      "awslogs-stream-prefix": streams,
      mode: "non-blocking",
      "max-buffer-size": "4m",
    },
  };
}

export const mayWriteLogs = (group: LogGroup): Statement => ({
  Sid: "WriteLogs",
  Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
  Resource: text`${group.of("arn")}:*`,
});
