import type { MysqlDatabase } from "../../model/database.ts";
import { ephemeral, json, resource, text, type Block, type Resource } from "../terraform.ts";
import type { Noun } from "./directory.ts";
import type { Hosts } from "./hosts.ts";
import { LOG_DAYS } from "./logs.ts";
import { physicalName } from "./names.ts";
import type { Network } from "./network.ts";
import type { Place } from "./place.ts";

export interface RenderedDatabase {
  readonly database: MysqlDatabase;
  readonly noun: Noun;
  readonly instance: Resource<"aws_db_instance">;
  /** The secret of each service's own user, by the service's name. */
  readonly users: ReadonlyMap<string, Resource<"aws_secretsmanager_secret">>;
}

export const DATABASE_PORT = 3306;
const LOGS = ["error", "slowquery"] as const;

/** A MySQL database that hosts alone can reach, and only when some service uses it. */
export function renderDatabase(place: Place, network: Network, hosts: Hosts | null, database: MysqlDatabase): RenderedDatabase {
  const name = `database_${database.name}`;
  const identifier = physicalName("database", place.prefix, database.name);
  const subnetIds = network.subnets.data.map((subnet) => subnet.of("id"));
  const subnets = resource("aws_db_subnet_group", name, { name: identifier, subnet_ids: subnetIds });
  const securityGroup = resource("aws_security_group", name, {
    name: `${identifier}-database`,
    description: `MysqlDatabase ${database.name}`,
    vpc_id: network.vpc.of("id"),
    tags: { Name: `${identifier}-database` },
  });
  const parameters = parameterGroup(place, name, identifier, database);
  // RDS would make these itself, and keep what is in them for ever.
  const logs = LOGS.map((log) =>
    resource("aws_cloudwatch_log_group", `${name}_${log}`, { name: `/aws/rds/instance/${identifier}/${log}`, retention_in_days: LOG_DAYS }),
  );
  const instance = resource(
    "aws_db_instance", name,
    {
      identifier,
      ...engine(database),
      ...safekeeping(place, identifier, database),
      db_name: database.schema,
      port: DATABASE_PORT,
      db_subnet_group_name: subnets.of("name"),
      vpc_security_group_ids: [securityGroup.of("id")],
      publicly_accessible: false,
      parameter_group_name: parameters.of("name"),
      enabled_cloudwatch_logs_exports: LOGS,
      tags: { part: `database:${database.name}` },
    },
    { depends_on: logs, lifecycle: { prevent_destroy: true } },
  );
  const users = database.usedBy.map((service) => ({ service, ...user(place, database, instance, service) }));
  const link = hosts !== null && database.usedBy.length > 0 ? [hostsMayConnect(name, securityGroup, hosts, database)] : [];
  const blocks = [subnets, securityGroup, ...link, parameters, ...logs, instance, ...users.flatMap((each) => each.blocks)];
  return {
    database,
    instance,
    users: new Map(users.map(({ service, secret }) => [service, secret])),
    noun: { name: `database-${database.name}`, blocks },
  };
}

function engine({ version, instance, storageGb, standby }: MysqlDatabase) {
  return {
    engine: "mysql",
    engine_version: version,
    // A version out of support is upgraded, not billed at ten times its price.
    engine_lifecycle_support: "open-source-rds-extended-support-disabled",
    instance_class: instance,
    storage_type: "gp3",
    allocated_storage: storageGb,
    max_allocated_storage: 2 * storageGb,
    multi_az: standby,
    auto_minor_version_upgrade: true,
  };
}

/** The administrator's password is made, kept and rotated by RDS; it is in no state, and no service has it. */
function safekeeping(place: Place, identifier: string, { backupDays }: MysqlDatabase) {
  return {
    username: "platform",
    manage_master_user_password: true,
    storage_encrypted: true,
    backup_retention_period: backupDays,
    delete_automated_backups: false,
    copy_tags_to_snapshot: true,
    deletion_protection: true,
    skip_final_snapshot: false,
    final_snapshot_identifier: `${identifier}-final`,
    // In UTC: from three in the morning in Seoul.
    backup_window: "18:00-18:30",
    maintenance_window: "sun:19:00-sun:20:00",
    apply_immediately: !place.environment.guarded,
  };
}

function parameterGroup(place: Place, name: string, identifier: string, { version, slowQueryMs }: MysqlDatabase): Resource<"aws_db_parameter_group"> {
  const family = `mysql${version.split(".").slice(0, 2).join(".")}`;
  const values: Readonly<Record<string, string>> = {
    character_set_server: "utf8mb4",
    innodb_print_all_deadlocks: "1",
    log_output: "FILE", // A table never reaches CloudWatch.
    long_query_time: String(slowQueryMs / 1_000),
    require_secure_transport: "1",
    slow_query_log: "1",
    time_zone: place.shared.timezone,
  };
  return resource(
    "aws_db_parameter_group", name,
    { name_prefix: `${identifier}-`, family, parameter: Object.entries(values).map(([key, value]) => ({ name: key, value })) },
    { lifecycle: { create_before_destroy: true } },
  );
}

function hostsMayConnect(name: string, securityGroup: Resource<"aws_security_group">, hosts: Hosts, { usedBy }: MysqlDatabase): Block {
  return resource("aws_vpc_security_group_ingress_rule", `${name}_hosts`, {
    security_group_id: securityGroup.of("id"),
    description: `Services: ${usedBy.join(" ")}`.slice(0, 255),
    ip_protocol: "tcp",
    from_port: DATABASE_PORT,
    to_port: DATABASE_PORT,
    referenced_security_group_id: hosts.securityGroup.of("id"),
  });
}

/**
 * The name and password of one service's own user. The password is random, made in one run of Terraform and handed to
 * Secrets Manager as a write-only argument: it is in no plan and no state. A higher version number makes a new one.
 */
function user(place: Place, database: MysqlDatabase, instance: RenderedDatabase["instance"], service: string) {
  const name = `database_${database.name}_user_${service}`;
  const secret = resource("aws_secretsmanager_secret", name, {
    name: `${place.path}/databases/${database.name}/users/${service}`,
    description: `User of service ${service} in database ${database.name}`,
    recovery_window_in_days: 7,
  });
  // Letters and digits alone: it stands in a URL and in SQL as it is.
  const password = ephemeral("aws_secretsmanager_random_password", name, { password_length: 40, exclude_punctuation: true });
  const secretText = password.of("random_password");
  const fields = {
    username: service,
    password: secretText,
    host: instance.of("address"),
    port: DATABASE_PORT,
    database: database.schema,
    url: text`mysql://${service}:${secretText}@${instance.of("address")}:${DATABASE_PORT}/${database.schema}`,
  };
  const version = resource("aws_secretsmanager_secret_version", name, {
    secret_id: secret.of("id"),
    secret_string_wo: json(fields),
    secret_string_wo_version: 1,
  });
  return { secret, blocks: [secret, password, version] };
}
