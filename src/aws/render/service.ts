import type { Service } from "../../model/service.ts";
import { data, ephemeral, expression, json, resource, text, type Block, type Data, type Resource } from "../terraform.ts";
import type { Calls } from "./calls.ts";
import type { Certificate } from "./certificate.ts";
import type { RenderedDatabase } from "./database.ts";
import type { Noun } from "./directory.ts";
import type { Edge } from "./edge.ts";
import { renderEntrance, type Entrance } from "./entrance.ts";
import type { Hosts } from "./hosts.ts";
import { linkedParts } from "./linked.ts";
import { logGroup, logTo, mayWriteLogs, type LogGroup } from "./logs.ts";
import { physicalName } from "./names.ts";
import { SHARED_PROVIDER, type Place } from "./place.ts";
import { PULL_ACTIONS, repositoryName } from "./registry.ts";
import { taskRole, type Statement } from "./role.ts";
import type { ListenerRule } from "./rules.ts";
import { taskEnvironment, type TaskEnvironment } from "./task.ts";
import type { Network } from "./network.ts";

/** What the parameter of a release holds before there is one. */
export const UNRELEASED = "unreleased";

/** What a service stands on. */
export interface Ground {
  readonly network: Network;
  readonly hosts: Hosts;
  readonly databases: readonly RenderedDatabase[];
  /** Null where no service calls another. */
  readonly calls: Calls | null;
  /** Null where nobody can call it. */
  readonly entrance: { readonly edge: Edge; readonly certificate: Certificate; readonly rules: readonly ListenerRule[] } | null;
}

interface Task {
  readonly place: Place;
  readonly service: Service;
  /** Beginning of the addresses of its blocks. */
  readonly name: string;
  readonly release: Data<"aws_ssm_parameter">;
  readonly values: TaskEnvironment;
  readonly logs: LogGroup;
  readonly roles: { readonly execution: Resource<"aws_iam_role">; readonly task: Resource<"aws_iam_role"> };
}

export function renderService(place: Place, ground: Ground, service: Service): Noun {
  const name = `service_${service.name}`;
  const { entrance } = ground;
  const way = entrance && service.endpoint ? renderEntrance(place, ground.network, service, service.endpoint, entrance) : null;
  const repository = data("aws_ecr_repository", name, { name: repositoryName(place.shared.name, service.name) }, { provider: SHARED_PROVIDER });
  const released = renderRelease(place, name, service);
  const secrets = renderSecrets(place, name, service);
  const values = taskEnvironment(place, service, ground.databases, secrets.byName, linkedParts(place, service, ground.calls));
  const logs = logGroup(place, name, `services/${service.name}`);
  const execution = taskRole(place, `${name}_execution`, physicalName("role", place.prefix, service.name, "execution"), [
    { Sid: "SignIn", Action: ["ecr:GetAuthorizationToken"], Resource: "*" }, // It takes no other resource.
    { Sid: "PullImages", Action: PULL_ACTIONS, Resource: repository.of("arn") },
    mayWriteLogs(logs),
    ...mayRead(values),
  ]);
  // The program itself calls nothing of AWS, so its role allows nothing.
  const own = taskRole(place, `${name}_task`, physicalName("role", place.prefix, service.name, "task"), []);
  const task: Task = { place, service, name, release: released.current, values, logs, roles: { execution: execution.role, task: own.role } };
  const definition = serving(task);
  const running = renderRunning(task, definition, ground, way, execution.blocks);
  const once = service.migrate === null ? [] : [migrating(task, service.migrate)];
  const blocks = [
    repository, ...released.blocks, ...secrets.blocks, logs, ...execution.blocks, ...own.blocks,
    ...(way?.blocks ?? []), definition, ...once, ...running,
  ];
  return { name: `service-${service.name}`, blocks };
}

/** The image that runs, as a value: a deployment writes it, Terraform makes it once and from then on reads it. */
function renderRelease(place: Place, name: string, service: Service): { current: Data<"aws_ssm_parameter">; blocks: readonly Block[] } {
  const parameter = resource("aws_ssm_parameter", `${name}_release`, {
    name: `${place.path}/services/${service.name}/release`,
    description: "Image that runs, by digest",
    type: "String",
    // Write-only, so Terraform never compares it with what a deployment has written since.
    value_wo: UNRELEASED,
    value_wo_version: 1,
  });
  const current = data("aws_ssm_parameter", `${name}_release`, { name: parameter.of("name") });
  return { current, blocks: [parameter, current] };
}

/** The service's own secrets. A generated one gets its value here, through a write-only argument; people set the others. */
function renderSecrets(place: Place, name: string, service: Service) {
  const secrets = service.secrets.map((secret) => {
    const address = `${name}_secret_${secret.name}`;
    const kept = resource("aws_secretsmanager_secret", address, {
      name: `${place.path}/services/${service.name}/${secret.name}`,
      recovery_window_in_days: 7,
    });
    if (!secret.generated) return { name: secret.name, kept, blocks: [kept] };
    const value = ephemeral("aws_secretsmanager_random_password", address, { password_length: 48, exclude_punctuation: true });
    const version = resource("aws_secretsmanager_secret_version", address, {
      secret_id: kept.of("id"),
      secret_string_wo: value.of("random_password"),
      secret_string_wo_version: 1,
    });
    return { name: secret.name, kept, blocks: [kept, value, version] };
  });
  return { byName: new Map(secrets.map((secret) => [secret.name, secret.kept])), blocks: secrets.flatMap(({ blocks }) => blocks) };
}

const mayRead = ({ kept }: TaskEnvironment): readonly Statement[] =>
  kept.length === 0 ? [] : [{ Sid: "ReadSecrets", Action: ["secretsmanager:GetSecretValue"], Resource: kept }];

/** What the target itself adds to the wiring. */
function ownEnvironment({ service, release }: Task) {
  return [
    { name: "HOST", value: "0.0.0.0" },
    ...(service.endpoint ? [{ name: "PORT", value: String(service.endpoint.port) }] : []),
    ...(service.metrics ? [{ name: "METRICS_PORT", value: String(service.metrics.port) }] : []),
    { name: "RELEASE", value: release.of("insecure_value") },
  ];
}

/** The replicas' task definition. The image's own command starts it; its memory is a limit, its processor a share. */
function serving(task: Task): Resource<"aws_ecs_task_definition"> {
  const { endpoint } = task.service;
  return taskDefinition(task, task.name, task.service.name, {
    portMappings: endpoint ? [{ containerPort: endpoint.port, hostPort: 0, protocol: "tcp" }] : [],
  });
}

/** The same image once, with the command that brings the database to its schema; a deployment runs it before its replicas. */
const migrating = (task: Task, command: string): Resource<"aws_ecs_task_definition"> =>
  taskDefinition(task, `${task.name}_migrate`, `${task.service.name}-migrate`, { entryPoint: ["sh", "-c"], command: [command] });

function taskDefinition(task: Task, name: string, family: string, more: object): Resource<"aws_ecs_task_definition"> {
  const { place, service, values, logs, roles } = task;
  return resource("aws_ecs_task_definition", name, {
    family: `${place.prefix}-${family}`,
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
  });
}

/** The running replicas: none before the first release, then as many as the definition says. */
function renderRunning(
  { service, name, release }: Task, definition: Resource<"aws_ecs_task_definition">, { hosts, calls }: Ground,
  way: Entrance | null, permissions: readonly Block[],
): readonly Block[] {
  const { least, most, targetCpuPercent } = service.replicas;
  const scaled = most > least;
  const door = calls?.doors.get(service.name);
  const groups = [...(way ? [way.targetGroup] : []), ...(door ? [door.targetGroup] : [])];
  const wanted = expression`${release.of("insecure_value")} == "${UNRELEASED}" ? 0 : ${least}`;
  const running = resource(
    "aws_ecs_service", name,
    {
      name: service.name,
      cluster: hosts.cluster.of("id"),
      task_definition: definition.of("arn"),
      desired_count: wanted,
      capacity_provider_strategy: [{ capacity_provider: hosts.capacityProvider.of("name"), weight: 1 }],
      deployment_minimum_healthy_percent: 100,
      deployment_maximum_percent: 200,
      deployment_circuit_breaker: { enable: true, rollback: true },
      ordered_placement_strategy: [{ type: "spread", field: "attribute:ecs.availability-zone" }, { type: "spread", field: "instanceId" }],
      enable_ecs_managed_tags: true,
      propagate_tags: "SERVICE",
      ...(service.endpoint && {
        load_balancer: groups.map((group) => ({
          target_group_arn: group.of("arn"), container_name: service.name, container_port: service.endpoint?.port ?? 0,
        })),
        health_check_grace_period_seconds: service.startSeconds,
      }),
      tags: { part: `service:${service.name}` },
    },
    {
      depends_on: [hosts.attached, ...permissions.filter(({ type }) => type === "aws_iam_role_policy"), ...(way?.rules ?? []), ...(door ? [door.listener] : [])],
      // The number of replicas follows the load, so here alone it is not Terraform's to set.
      ...(scaled && { lifecycle: { ignore_changes: ["desired_count"] } }),
    },
  );
  if (!scaled) return [running];
  const range = resource("aws_appautoscaling_target", name, {
    service_namespace: "ecs",
    scalable_dimension: "ecs:service:DesiredCount",
    resource_id: text`service/${hosts.cluster.of("name")}/${running.of("name")}`,
    min_capacity: wanted,
    max_capacity: most,
  });
  const follow = resource("aws_appautoscaling_policy", name, {
    name: "processor",
    policy_type: "TargetTrackingScaling",
    service_namespace: range.of("service_namespace"),
    scalable_dimension: range.of("scalable_dimension"),
    resource_id: range.of("resource_id"),
    target_tracking_scaling_policy_configuration: {
      target_value: targetCpuPercent,
      predefined_metric_specification: { predefined_metric_type: "ECSServiceAverageCPUUtilization" },
    },
  });
  return [running, range, follow];
}
