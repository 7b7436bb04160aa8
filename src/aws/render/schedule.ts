import type { Schedule } from "../../model/service.ts";
import { expression, resource, text, type Block, type Resource } from "../terraform.ts";
import { scheduleExpression } from "./cron.ts";
import { scheduleName } from "./deployed-names.ts";
import type { Noun } from "./directory.ts";
import { groupOf, type Hosts } from "./hosts.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";
import { renderRole, trust } from "./role.ts";
import { UNRELEASED, type Task } from "./task-definition.ts";

/** What all schedules of an environment have in common: who may start tasks is told by their group. */
export interface ScheduleGround {
  readonly noun: Noun;
  readonly group: Resource<"aws_scheduler_schedule_group">;
}

/** A run that cannot begin within this time is left out: it would not be the one that was asked for. */
const LATEST_SECONDS = 15 * 60;

export function renderScheduleGround(place: Place): ScheduleGround {
  const group = resource("aws_scheduler_schedule_group", "schedules", { name: place.prefix });
  return { noun: { name: "schedules", blocks: [group] }, group };
}

/**
 * Runs a service's newest revision to its end at its times. ECS knows no task that must not run twice: a run begins
 * also while the one before goes on, whatever the definition says.
 */
export function renderSchedule(
  { place, service, name, release, roles }: Task, schedule: Schedule, definition: Resource<"aws_ecs_task_definition">,
  { hosts, group }: { readonly hosts: Hosts; readonly group: ScheduleGround["group"] },
): readonly Block[] {
  const account = place.account.of("account_id");
  const trusted = trust("scheduler.amazonaws.com", { StringEquals: { "aws:SourceAccount": account, "aws:SourceArn": group.of("arn") } });
  const starter = renderRole(`${name}_schedule`, physicalName("role", place.prefix, service.name, "schedule"), trusted, [
    {
      Sid: "RunTask", Action: ["ecs:RunTask"], Resource: [definition.of("arn_without_revision"), text`${definition.of("arn_without_revision")}:*`],
      Condition: { ArnEquals: { "ecs:cluster": hosts.cluster.of("arn") } },
    },
    {
      Sid: "TagTask", Action: ["ecs:TagResource"], Resource: text`arn:aws:ecs:${place.shared.region}:${account}:task/${hosts.cluster.of("name")}/*`,
      Condition: { StringEquals: { "ecs:CreateAction": "RunTask" } },
    },
    {
      Sid: "PassRoles", Action: ["iam:PassRole"], Resource: [roles.execution.of("arn"), roles.task.of("arn")],
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
  ]);
  const times = resource(
    "aws_scheduler_schedule", name,
    {
      name: scheduleName(service.name),
      group_name: group.of("name"),
      schedule_expression: scheduleExpression(schedule.cron),
      schedule_expression_timezone: schedule.timezone,
      flexible_time_window: { mode: "OFF" },
      state: expression`${release.of("insecure_value")} == "${UNRELEASED}" ? "DISABLED" : "ENABLED"`,
      target: {
        arn: hosts.cluster.of("arn"),
        role_arn: starter.role.of("arn"),
        retry_policy: { maximum_event_age_in_seconds: LATEST_SECONDS, maximum_retry_attempts: 10 },
        ecs_parameters: {
          // Without a number it is the newest, which a deployment makes.
          task_definition_arn: definition.of("arn_without_revision"),
          task_count: 1,
          capacity_provider_strategy: [{ capacity_provider: groupOf(hosts, service).capacityProvider.of("name"), weight: 1 }],
          enable_ecs_managed_tags: true,
          propagate_tags: "TASK_DEFINITION",
        },
      },
    },
    { depends_on: [hosts.attached, ...starter.blocks] },
  );
  return [...starter.blocks, times];
}
