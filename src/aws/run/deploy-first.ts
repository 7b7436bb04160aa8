import { ApplicationAutoScalingClient, RegisterScalableTargetCommand } from "@aws-sdk/client-application-auto-scaling";
import { GetScheduleCommand, SchedulerClient, UpdateScheduleCommand, type GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import { clusterName, scheduleName } from "../render/deployed-names.ts";
import { isNamed } from "./clients.ts";
import { notThere, type Ground } from "./deploy-ground.ts";

/** Terraform lets a service go down to none before its first release, and says least from then on: the same, at once. */
export async function openAutoscaling({ service, place, settings, report }: Ground): Promise<void> {
  const { least, most } = service.replicas;
  if (most <= least) return;
  const target = { ServiceNamespace: "ecs", ScalableDimension: "ecs:service:DesiredCount", ResourceId: `service/${clusterName(place)}/${service.name}` } as const;
  try {
    await new ApplicationAutoScalingClient(settings).send(new RegisterScalableTargetCommand({ ...target, MinCapacity: least, MaxCapacity: most }));
  } catch (error) {
    // It serves all the same, and the next apply says it.
    if (!isNamed(error, "AccessDeniedException")) throw error;
    report({ part: service.name, state: "note", step: "the credentials may not set its least number of replicas: the next apply does" });
  }
}

export type Schedule = GetScheduleCommandOutput;

/** The times of a service, as EventBridge Scheduler has them. @throws Failure `not-running` where Terraform has not made it yet */
export async function describeSchedule({ service, place, settings }: Pick<Ground, "service" | "place" | "settings">): Promise<Schedule> {
  try {
    return await new SchedulerClient(settings).send(new GetScheduleCommand({ GroupName: clusterName(place), Name: scheduleName(service.name) }));
  } catch (error) {
    if (isNamed(error, "ResourceNotFoundException")) throw notThere(service.name, place.environment.name);
    throw error;
  }
}

/** From its first release on it runs at its times. An update replaces all that it does not say. */
export async function openSchedule({ settings }: Pick<Ground, "settings">, schedule: Schedule): Promise<void> {
  const {
    Name, GroupName, ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target, StartDate, EndDate, Description, KmsKeyArn, ActionAfterCompletion,
  } = schedule;
  await new SchedulerClient(settings).send(new UpdateScheduleCommand({
    Name, GroupName, ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target, StartDate, EndDate, Description, KmsKeyArn, ActionAfterCompletion, State: "ENABLED",
  }));
}
