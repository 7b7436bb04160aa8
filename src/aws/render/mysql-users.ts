import type { MysqlDatabase } from "../../model/database.ts";
import { expression, json, resource, text, type Reference, type Resource } from "../terraform.ts";
import type { DatabaseUser } from "./database-link.ts";
import type { Noun } from "./directory.ts";
import { logGroup, logTo, mayWriteLogs } from "./logs.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";
import { taskRole } from "./role.ts";

export const MYSQL_PORT = 3306;

interface Password {
  readonly service: string;
  /** Variable of the container that holds it. */
  readonly variable: string;
  readonly arn: Reference;
}

/** What a service's user may do, in its own schema alone. Migrations run as the same user, so it may change tables too. */
const PRIVILEGES = "ALL PRIVILEGES";

/**
 * A task to be run after an apply, inside the network: it makes the users of services and gives them their present
 * passwords. It is the only one that reads the administrator's.
 */
export function renderMysqlUsers(
  place: Place, database: MysqlDatabase, instance: Resource<"aws_db_instance">, users: readonly DatabaseUser[],
): Noun {
  const name = `database_${database.name}_users`;
  const logs = logGroup(place, name, `databases/${database.name}/users`);
  const passwords = users.map(({ service, secret }, index): Password => ({ service, variable: `PASSWORD_${index + 1}`, arn: secret.of("arn") }));
  const administrator = expression`one(${instance.of("master_user_secret")}).secret_arn`;
  const execution = taskRole(place, name, physicalName("role", place.prefix, database.name, "users"), [
    mayWriteLogs(logs),
    { Sid: "ReadSecrets", Action: ["secretsmanager:GetSecretValue"], Resource: [administrator, ...passwords.map(({ arn }) => arn)] },
  ]);
  const task = resource("aws_ecs_task_definition", name, {
    family: `${place.prefix}-${database.name}-users`,
    requires_compatibilities: ["EC2"],
    network_mode: "bridge",
    execution_role_arn: execution.role.of("arn"),
    container_definitions: json([{
      name: "users",
      image: `public.ecr.aws/docker/library/mysql:${database.version}`,
      essential: true,
      memory: 256,
      entryPoint: ["sh", "-ec"],
      command: [script(database.schema, passwords)],
      environment: [{ name: "DATABASE_HOST", value: instance.of("address") }],
      secrets: [
        { name: "ADMINISTRATOR", valueFrom: text`${administrator}:username::` },
        { name: "MYSQL_PWD", valueFrom: text`${administrator}:password::` },
        ...passwords.map(({ variable, arn }) => ({ name: variable, valueFrom: text`${arn}:password::` })),
      ],
      logConfiguration: logTo(place, logs, "users"),
    }]),
  });
  return { name: `database-${database.name}-users`, blocks: [logs, ...execution.blocks, task] };
}

/** Passwords are letters and digits, come as variables, and reach the server through the client's input: no command line shows them. */
function script(schema: string, passwords: readonly Password[]): string {
  // A grant's schema is a pattern, in which `_` stands for any character; here-documents halve a backslash.
  const pattern = schema.replaceAll("_", "\\\\_");
  return [
    `mysql --host="$DATABASE_HOST" --port=${MYSQL_PORT} --user="$ADMINISTRATOR" --ssl-mode=REQUIRED <<END`,
    ...passwords.flatMap(({ service, variable }) => [
      `CREATE USER IF NOT EXISTS '${service}'@'%' IDENTIFIED BY '$${variable}' REQUIRE SSL;`,
      `ALTER USER '${service}'@'%' IDENTIFIED BY '$${variable}' REQUIRE SSL;`,
      `GRANT ${PRIVILEGES} ON \\\`${pattern}\\\`.* TO '${service}'@'%';`,
    ]),
    "END",
  ].join("\n");
}
