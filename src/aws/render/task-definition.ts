import type { Service } from "../../model/service.ts";
import type { Architecture } from "../../model/instance-type.ts";
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
  /** Of the hosts that it runs on. */
  readonly architecture: Architecture;
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
    ...(service.endpoint || service.metrics ? [{ name: "HOST", value: "0.0.0.0" }] : []),
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

/**
 * What every program does without: a plain image runs with it, as root or not. Its entry point may still change owners,
 * become another user and open port 80. The file system stays writable: the agent behind ECS Exec is put into it.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
 */
const CONFINED = {
  linuxParameters: {
    initProcessEnabled: true, // A program that does not wait for SIGTERM ends on it, as on any machine.
    capabilities: { drop: ["AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT"] },
  },
  dockerSecurityOptions: ["no-new-privileges"],
  privileged: false,
  readonlyRootFilesystem: false,
  // Connections and files: the usual 1,024 are few for a server.
  ulimits: [{ name: "nofile", softLimit: 65_536, hardLimit: 65_536 }],
};

function taskDefinition(task: Task, name: string, family: string, more: object): Resource<"aws_ecs_task_definition"> {
  const { place, service, values, logs, roles } = task;
  return resource("aws_ecs_task_definition", name, {
    family: taskFamily(place, family),
    requires_compatibilities: ["EC2"],
    network_mode: "bridge",
    runtime_platform: { operating_system_family: "LINUX", cpu_architecture: task.architecture === "arm64" ? "ARM64" : "X86_64" },
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
      ...CONFINED,
      ...more,
      environment: [...values.environment, ...ownEnvironment(task)],
      secrets: values.secrets,
      stopTimeout: service.stopSeconds,
      logConfiguration: logTo(place, logs, family),
    }]),
    tags: { part: `service:${service.name}` },
  });
}

