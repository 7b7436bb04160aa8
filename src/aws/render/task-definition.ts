import type { Service } from "../../model/service.ts";
import { json, resource, type Data, type Resource } from "../terraform.ts";
import { migrationOf, taskFamily } from "./deployed-names.ts";
import { logTo, type LogGroup } from "./logs.ts";
import type { Place } from "./place.ts";
import type { TaskEnvironment } from "./task.ts";

/** What the parameter of a release holds before there is one. */
export const UNRELEASED = "unreleased";

/** A service on its way to a task definition. */
export interface Task {
  readonly place: Place;
  readonly service: Service;
  /** Beginning of the addresses of its blocks. */
  readonly name: string;
  readonly release: Data<"aws_ssm_parameter">;
  readonly values: TaskEnvironment;
  readonly logs: LogGroup;
  readonly roles: { readonly execution: Resource<"aws_iam_role">; readonly task: Resource<"aws_iam_role"> };
}

/** What the target itself adds to the wiring. */
function ownEnvironment({ place, service, release, values }: Task) {
  const messages = service.publishes.length + service.consumes.length > 0;
  const written = values.environment.some(({ name }) => name === "AWS_REGION");
  return [
    { name: "HOST", value: "0.0.0.0" },
    ...(service.endpoint ? [{ name: "PORT", value: String(service.endpoint.port) }] : []),
    ...(service.metrics ? [{ name: "METRICS_PORT", value: String(service.metrics.port) }] : []),
    // The host's agent tells a container its role, but not where it is.
    ...(messages && !written ? [{ name: "AWS_REGION", value: place.shared.region }] : []),
    { name: "RELEASE", value: release.of("insecure_value") },
  ];
}

/** The replicas' task definition. The image's own command starts it; its memory is a limit, its processor a share. */
export function serving(task: Task): Resource<"aws_ecs_task_definition"> {
  const { endpoint } = task.service;
  return taskDefinition(task, task.name, task.service.name, {
    portMappings: endpoint ? [{ containerPort: endpoint.port, hostPort: 0, protocol: "tcp" }] : [],
  });
}

/** The same image once, with the command that brings the database to its schema; a deployment runs it before its replicas. */
export const migrating = (task: Task, command: string): Resource<"aws_ecs_task_definition"> =>
  taskDefinition(task, `${task.name}_migrate`, migrationOf(task.service.name), { entryPoint: ["sh", "-c"], command: [command] });

function taskDefinition(task: Task, name: string, family: string, more: object): Resource<"aws_ecs_task_definition"> {
  const { place, service, values, logs, roles } = task;
  return resource("aws_ecs_task_definition", name, {
    family: taskFamily(place, family),
    requires_compatibilities: ["EC2"],
    network_mode: "bridge",
    execution_role_arn: roles.execution.of("arn"),
    task_role_arn: roles.task.of("arn"),
    // A deployment adds revisions of its own; the newest is the one to compare with, and old ones are ways back.
    track_latest: true,
    skip_destroy: true,
    container_definitions: json([{
      name: service.name,
      image: task.release.of("insecure_value"),
      essential: true,
      cpu: Math.round(service.size.cpu * 1_024),
      memory: service.size.memoryMb,
      linuxParameters: { initProcessEnabled: true }, // A program that does not wait for SIGTERM ends on it, as on any machine.
      ...more,
      environment: [...values.environment, ...ownEnvironment(task)],
      secrets: values.secrets,
      stopTimeout: service.stopSeconds,
      logConfiguration: logTo(place, logs, family),
    }]),
    tags: { part: `service:${service.name}` },
  });
}

