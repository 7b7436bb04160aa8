import { expression, resource, text, type Block, type Expression, type Resource } from "../terraform.ts";
import { groupOf, type Hosts } from "./hosts.ts";
import { UNRELEASED, type Task } from "./task-definition.ts";

/** How requests come to the replicas, and what must be there before they start. */
interface Ways {
  readonly targetGroups: readonly Resource<"aws_lb_target_group">[];
  /** Each of them ends a deployment. */
  readonly alarms: readonly Resource<"aws_cloudwatch_metric_alarm">[];
  readonly after: readonly Block[];
}

/** How long a deployment may take in an apply: a single replica that does not start is given up only after its third. */
const PATIENCE = "40m";
/** Seconds between two changes of the number of replicas: soon more, late fewer. */
const COOL_DOWN = { scale_out_cooldown: 60, scale_in_cooldown: 300 };

/** The running replicas: none before the first release, then as many as the definition says. */
export function renderRunning(
  { service, name, release }: Task, definition: Resource<"aws_ecs_task_definition">, hosts: Hosts, { targetGroups, alarms, after }: Ways,
): readonly Block[] {
  const { least, most } = service.replicas;
  const scaled = most > least;
  const wanted = expression`${release.of("insecure_value")} == "${UNRELEASED}" ? 0 : ${least}`;
  const running = resource(
    "aws_ecs_service", name,
    {
      name: service.name,
      cluster: hosts.cluster.of("id"),
      task_definition: definition.of("arn"),
      desired_count: wanted,
      capacity_provider_strategy: [{ capacity_provider: groupOf(hosts, service).capacityProvider.of("name"), weight: 1 }],
      // Without it, a service that moves to other hosts would be destroyed and made anew by the provider.
      force_new_deployment: true,
      deployment_minimum_healthy_percent: 100,
      deployment_maximum_percent: 200,
      // Replicas that do not start; from three of them on, or half of those that are wanted.
      deployment_circuit_breaker: { enable: true, rollback: true },
      ...(alarms.length > 0 && { alarms: { enable: true, rollback: true, alarm_names: alarms.map((alarm) => alarm.of("alarm_name")) } }),
      // An apply that changes what runs ends when that runs, and fails where ECS went back.
      wait_for_steady_state: true,
      timeouts: { create: PATIENCE, update: PATIENCE },
      enable_execute_command: true,
      availability_zone_rebalancing: "ENABLED",
      ordered_placement_strategy: [{ type: "spread", field: "attribute:ecs.availability-zone" }, { type: "spread", field: "instanceId" }],
      enable_ecs_managed_tags: true,
      propagate_tags: "SERVICE",
      ...(service.endpoint && {
        load_balancer: targetGroups.map((group) => ({
          target_group_arn: group.of("arn"), container_name: service.name, container_port: service.endpoint?.port ?? 0,
        })),
        health_check_grace_period_seconds: service.startSeconds,
      }),
      tags: { part: `service:${service.name}` },
    },
    {
      depends_on: [hosts.attached, ...after],
      // The number of replicas follows the load, so here alone it is not Terraform's to set.
      ...(scaled && { lifecycle: { ignore_changes: ["desired_count"] } }),
    },
  );
  return scaled ? [running, ...scaling(service, name, wanted, running, hosts)] : [running];
}

/** How the number of replicas follows their load. */
function scaling(
  { replicas: { most, targetCpuPercent } }: Task["service"], name: string, least: Expression, running: Resource<"aws_ecs_service">, hosts: Hosts,
): readonly Block[] {
  const range = resource("aws_appautoscaling_target", name, {
    service_namespace: "ecs",
    scalable_dimension: "ecs:service:DesiredCount",
    resource_id: text`service/${hosts.cluster.of("name")}/${running.of("name")}`,
    min_capacity: least,
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
      ...COOL_DOWN,
      predefined_metric_specification: { predefined_metric_type: "ECSServiceAverageCPUUtilization" },
    },
  });
  return [range, follow];
}
