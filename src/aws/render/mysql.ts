import type { MysqlDatabase } from "../../model/database.ts";
import { resource, text, type Resource } from "../terraform.ts";
import { hostsMayConnect, renderUsers, secretsByService } from "./database-link.ts";
import type { DatabaseGround, RenderedDatabase } from "./database.ts";
import { LOG_DAYS } from "./logs.ts";
import { MYSQL_PORT, renderMysqlUsers } from "./mysql-users.ts";
import { physicalName } from "./names.ts";
import type { Place } from "./place.ts";

const LOGS = ["error", "slowquery"] as const;

/** A MySQL database that hosts alone can reach, and only when some service uses it. */
export function renderMysql({ place, network, hosts }: DatabaseGround, database: MysqlDatabase): RenderedDatabase {
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
      port: MYSQL_PORT,
      db_subnet_group_name: subnets.of("name"),
      vpc_security_group_ids: [securityGroup.of("id")],
      publicly_accessible: false,
      parameter_group_name: parameters.of("name"),
      enabled_cloudwatch_logs_exports: LOGS,
      tags: { part: `database:${database.name}` },
    },
    { depends_on: logs, lifecycle: { prevent_destroy: true } },
  );
  const host = instance.of("address");
  const users = renderUsers(place, database, (service, password) => ({
    password,
    host,
    port: MYSQL_PORT,
    database: database.schema,
    url: text`mysql://${service}:${password}@${host}:${MYSQL_PORT}/${database.schema}`,
  }));
  const link = hostsMayConnect(name, database, securityGroup, MYSQL_PORT, hosts);
  const blocks = [subnets, securityGroup, ...link, parameters, ...logs, instance, ...users.flatMap((each) => each.blocks)];
  return {
    database,
    host,
    port: MYSQL_PORT,
    users: secretsByService(users),
    nouns: [{ name: `database-${database.name}`, blocks }, ...(hosts && users.length > 0 ? [renderMysqlUsers(place, database, instance, users)] : [])],
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
