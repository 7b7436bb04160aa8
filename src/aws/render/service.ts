import type { Service } from "../../model/service.ts";
import { data, ephemeral, resource, type Block, type Data } from "../terraform.ts";
import type { Certificate } from "./certificate.ts";
import type { RenderedDatabase } from "./database.ts";
import { releaseParameter, secretName, serviceLogs } from "./deployed-names.ts";
import type { Noun } from "./directory.ts";
import type { Edge } from "./edge.ts";
import { renderEntrance } from "./entrance.ts";
import { groupOf, type Hosts } from "./hosts.ts";
import { linkedParts, type LinkedParts } from "./linked.ts";
import { logGroup, mayWriteLogs } from "./logs.ts";
import { physicalName } from "./names.ts";
import { SHARED_PROVIDER, type Place } from "./place.ts";
import { PULL_ACTIONS, repositoryName } from "./registry.ts";
import { taskRole, type Statement } from "./role.ts";
import type { ListenerRule } from "./rules.ts";
import { renderRunning } from "./running.ts";
import { renderSchedule, type ScheduleGround } from "./schedule.ts";
import { migrating, serving, UNRELEASED, type Task } from "./task-definition.ts";
import { renderAlarms, type Way } from "./service-alarms.ts";
import { mayOfferShell } from "./sessions.ts";
import { taskEnvironment, type TaskEnvironment } from "./task.ts";
import { mayMessage } from "./topic.ts";
import type { Network } from "./network.ts";

/** What a service stands on. */
export interface Ground extends LinkedParts {
  readonly network: Network;
  readonly hosts: Hosts;
  readonly databases: readonly RenderedDatabase[];
  /** Null where nothing runs at certain times. */
  readonly schedules: ScheduleGround | null;
  /** Null where nobody can call it. */
  readonly entrance: { readonly edge: Edge; readonly certificate: Certificate; readonly rules: readonly ListenerRule[] } | null;
}

export function renderService(place: Place, ground: Ground, service: Service): Noun {
  const name = `service_${service.name}`;
  const { entrance } = ground;
  const way = entrance && service.endpoint ? renderEntrance(place, ground.network, service, service.endpoint, entrance) : null;
  const repository = data("aws_ecr_repository", name, { name: repositoryName(place.shared.name, service.name) }, { provider: SHARED_PROVIDER });
  const released = renderRelease(place, name, service);
  const secrets = renderSecrets(place, name, service);
  const values = taskEnvironment(place, service, ground.databases, secrets.byName, linkedParts(place, service, ground));
  const logs = logGroup(place, name, serviceLogs(service.name));
  const execution = taskRole(place, `${name}_execution`, physicalName("role", place.prefix, service.name, "execution"), [
    { Sid: "SignIn", Action: ["ecr:GetAuthorizationToken"], Resource: "*" }, // It takes no other resource.
    { Sid: "PullImages", Action: PULL_ACTIONS, Resource: repository.of("arn") },
    mayWriteLogs(logs),
    ...mayRead(values),
  ]);
  // All that the program itself may do in AWS.
  const own = taskRole(place, `${name}_task`, physicalName("role", place.prefix, service.name, "task"), [
    ...(service.schedule ? [] : mayOfferShell(ground.hosts)), ...mayMessage(service, ground.topics),
  ]);
  const { architecture } = groupOf(ground.hosts, service);
  const task: Task = { place, service, architecture, name, release: released.current, values, logs, roles: { execution: execution.role, task: own.role } };
  const definition = serving(task);
  const door = ground.calls?.doors.get(service.name);
  const ways: readonly Way[] = [
    ...(way && entrance ? [{ name: "" as const, loadBalancer: entrance.edge.loadBalancer, targetGroup: way.targetGroup }] : []),
    ...(door && ground.calls ? [{ name: "calls" as const, loadBalancer: ground.calls.loadBalancer, targetGroup: door.targetGroup }] : []),
  ];
  const alarms = renderAlarms(place, service, ways);
  const running = service.schedule && ground.schedules
    ? renderSchedule(task, service.schedule, definition, { hosts: ground.hosts, group: ground.schedules.group })
    : renderRunning(task, definition, ground.hosts, {
        targetGroups: ways.map(({ targetGroup }) => targetGroup),
        alarms,
        after: [...policies([...execution.blocks, ...own.blocks]), ...(way?.rules ?? []), ...(door ? [door.listener] : [])],
      });
  const once = service.migrate === null ? [] : [migrating(task, service.migrate)];
  const blocks = [
    repository, ...released.blocks, ...secrets.blocks, logs, ...execution.blocks, ...own.blocks,
    ...(way?.blocks ?? []), ...alarms, definition, ...once, ...running,
  ];
  return { name: `service-${service.name}`, blocks };
}

const policies = (blocks: readonly Block[]): readonly Block[] => blocks.filter(({ type }) => type === "aws_iam_role_policy");

/** The image that runs, as a value: a deployment writes it, Terraform makes it once and from then on reads it. */
function renderRelease(place: Place, name: string, service: Service): { current: Data<"aws_ssm_parameter">; blocks: readonly Block[] } {
  const parameter = resource("aws_ssm_parameter", `${name}_release`, {
    name: releaseParameter(place, service.name),
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
      name: secretName(place, service.name, secret.name),
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
