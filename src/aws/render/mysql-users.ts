import type { MysqlDatabase } from "../../model/database.ts";
import { expression, joined, json, resource, text, type Resource } from "../terraform.ts";
import type { DatabaseUser } from "./database-link.ts";
import type { Noun } from "./directory.ts";
import { groupsOf, type Hosts } from "./hosts.ts";
import { logGroup, logTo, mayWriteLogs } from "./logs.ts";
import { MYSQL_USERS_SCRIPT } from "./mysql-users-script.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";
import { taskRole } from "./role.ts";

export const MYSQL_PORT = 3306;

/** Its one container, which is also the beginning of its log streams. */
export const USERS_CONTAINER = "users";

/** Tag of its task definition: the capacity provider of hosts that the database admits. */
export const CAPACITY_TAG = "capacity";

/** What the task that makes the users of a database is called; `prefix` is `dailyge-prod`, `path` is `/dailyge/prod`. */
export const usersTask = ({ prefix, path }: Pick<Place, "prefix" | "path">, database: string) => ({
  family: `${prefix}-${database}-users`,
  logs: `${path}/databases/${database}/users`,
  /** Parameter with the ARN of the task definition that ran last, to its end. Written by `apply`, and by nothing else. */
  applied: `${path}/databases/${database}/users-applied`,
});

/**
 * A task inside the network that makes the users of services and gives them their present passwords; `apply` runs it
 * whenever its definition is another than the one that ran last. It alone reads the administrator's password.
 */
export function renderMysqlUsers(
  place: Place, hosts: Hosts, database: MysqlDatabase, instance: Resource<"aws_db_instance">, users: readonly DatabaseUser[],
): Noun {
  const name = `database_${database.name}_users`;
  const logs = logGroup(place, name, `databases/${database.name}/users`);
  const administrator = expression`one(${instance.of("master_user_secret")}).secret_arn`;
  const [admitted] = groupsOf(hosts, place.environment.services.filter((service) => database.usedBy.includes(service.name)));
  const execution = taskRole(place, name, physicalName("role", place.prefix, database.name, "users"), [
    mayWriteLogs(logs),
    { Sid: "ReadSecrets", Action: ["secretsmanager:GetSecretValue"], Resource: [administrator, ...users.map(({ secret }) => secret.of("arn"))] },
  ]);
  const task = resource("aws_ecs_task_definition", name, {
    family: usersTask(place, database.name).family,
    requires_compatibilities: ["EC2"],
    network_mode: "bridge",
    execution_role_arn: execution.role.of("arn"),
    container_definitions: json([{
      name: USERS_CONTAINER,
      image: `public.ecr.aws/docker/library/mysql:${database.version}`,
      essential: true,
      memory: 256,
      user: "mysql",
      readonlyRootFilesystem: true,
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
      entryPoint: ["sh", "-c"],
      command: [MYSQL_USERS_SCRIPT],
      environment: [
        { name: "DATABASE_HOST", value: instance.of("address") },
        { name: "DATABASE_PORT", value: String(MYSQL_PORT) },
        { name: "SCHEMA", value: database.schema },
        // A grant's schema is a pattern, in which `_` stands for any character.
        { name: "SCHEMA_PATTERN", value: database.schema.replaceAll("_", "\\_") },
        { name: "USERS", value: users.map(({ service }) => service).join(" ") },
        // Nobody reads these: another password or another instance makes another definition, and so another run.
        { name: "PASSWORD_VERSIONS", value: joined(users.map(({ version }, index) => text`${index > 0 ? " " : ""}${version.of("version_id")}`)) },
        { name: "INSTANCE", value: instance.of("resource_id") },
      ],
      secrets: [
        { name: "ADMINISTRATOR", valueFrom: text`${administrator}:username::` },
        { name: "MYSQL_PWD", valueFrom: text`${administrator}:password::` },
        ...users.map(({ secret }, index) => ({ name: `PASSWORD_${index + 1}`, valueFrom: text`${secret.of("arn")}:password::` })),
      ],
      logConfiguration: logTo(place, logs, USERS_CONTAINER),
    }]),
    tags: { part: `database:${database.name}`, ...(admitted && { [CAPACITY_TAG]: admitted.capacityProvider.of("name") }) },
  });
  return { name: `database-${database.name}-users`, blocks: [logs, ...execution.blocks, task] };
}
