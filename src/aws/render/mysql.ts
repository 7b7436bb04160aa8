import type { MysqlDatabase } from "../../model/database.ts";
import { resource, text } from "../terraform.ts";
import { hostsMayConnect, renderUsers, secretsByService } from "./database-link.ts";
import type { DatabaseGround, RenderedDatabase } from "./database.ts";
import { parameterGroup } from "./mysql-parameters.ts";
import { MYSQL_PORT, renderMysqlUsers } from "./mysql-users.ts";
import { physicalName } from "./names.ts";
import { nightOf } from "./night.ts";
import type { Place } from "./place.ts";

const LOGS = ["error", "slowquery"] as const;

/** `dailyge-prod-mysql`: the name of a database's instance on RDS. */
export const mysqlIdentifier = (prefix: string, database: string): string => physicalName("database", prefix, database);

/** A MySQL database that hosts alone can reach, and only when some service uses it. */
export function renderMysql({ place, network, hosts }: DatabaseGround, database: MysqlDatabase): RenderedDatabase {
  const name = `database_${database.name}`;
  const identifier = mysqlIdentifier(place.prefix, database.name);
  const subnetIds = network.subnets.data.map((subnet) => subnet.of("id"));
  const subnets = resource("aws_db_subnet_group", name, { name: identifier, description: `Database ${database.name}`, subnet_ids: subnetIds });
  // Without a rule outward: a server only answers.
  const securityGroup = resource("aws_security_group", name, {
    name: `${identifier}-database`,
    description: `Database ${database.name}`,
    vpc_id: network.vpc.of("id"),
    tags: { Name: `${identifier}-database` },
  });
  const parameters = parameterGroup(name, identifier, place.shared.timezone, database);
  // RDS would make these itself, and keep what is in them for ever.
  const logs = LOGS.map((log) =>
    resource("aws_cloudwatch_log_group", `${name}_${log}`, { name: `/aws/rds/instance/${identifier}/${log}`, retention_in_days: place.environment.logs.keepDays }),
  );
  const instance = resource(
    "aws_db_instance", name,
    {
      identifier,
      ...server(database),
      ...administration(),
      ...safekeeping(place, identifier, database),
      db_name: database.schema,
      port: MYSQL_PORT,
      network_type: "IPV4",
      db_subnet_group_name: subnets.of("name"),
      vpc_security_group_ids: [securityGroup.of("id")],
      publicly_accessible: false,
      parameter_group_name: parameters.of("name"),
      enabled_cloudwatch_logs_exports: LOGS,
      ...insights(database),
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
  const link = hostsMayConnect(name, database, securityGroup, MYSQL_PORT, { place, network, hosts });
  const blocks = [subnets, securityGroup, ...link, parameters, ...logs, instance, ...users.flatMap((each) => each.blocks)];
  return {
    database,
    host,
    port: MYSQL_PORT,
    users: secretsByService(users),
    nouns: [{ name: `database-${database.name}`, blocks }, ...(hosts && users.length > 0 ? [renderMysqlUsers(place, hosts, database, instance, users)] : [])],
  };
}

/** Gigabytes that gp3 has on RDS. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html */
const MOST_STORAGE_GB = 65_536;

function server({ version, instance, storageGb, standby }: MysqlDatabase) {
  return {
    engine: "mysql",
    engine_version: version,
    // A version out of support is upgraded, not billed at ten times its price.
    engine_lifecycle_support: "open-source-rds-extended-support-disabled",
    auto_minor_version_upgrade: true,
    // Another version in the definition is meant; RDS keeps a snapshot of what was before.
    allow_major_version_upgrade: true,
    instance_class: instance,
    storage_type: "gp3",
    allocated_storage: storageGb,
    max_allocated_storage: Math.min(2 * storageGb, MOST_STORAGE_GB),
    multi_az: standby,
    // Valid until 2061; its servers' certificates are renewed without a restart. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
    ca_cert_identifier: "rds-ca-rsa2048-g1",
  };
}

/** The administrator's password is made, kept and rotated by RDS; it is in no state, and no service has it. */
function administration() {
  return { username: "platform", manage_master_user_password: true, iam_database_authentication_enabled: false };
}

function safekeeping(place: Place, identifier: string, { backupDays }: MysqlDatabase) {
  const night = nightOf(place.shared.timezone);
  return {
    storage_encrypted: true,
    backup_retention_period: backupDays,
    backup_window: night.backup,
    delete_automated_backups: false,
    copy_tags_to_snapshot: true,
    deletion_protection: true,
    skip_final_snapshot: false,
    final_snapshot_identifier: `${identifier}-final`,
    maintenance_window: night.maintenance,
    apply_immediately: !place.environment.guarded,
  };
}

/** Seven days of what keeps the database busy are free, and not to be had on the smallest instances. What its machine does every second is not free. */
function insights({ instance }: MysqlDatabase) {
  const had = !/\.(micro|small)$/.test(instance);
  return {
    monitoring_interval: 0,
    database_insights_mode: "standard",
    performance_insights_enabled: had,
    ...(had && { performance_insights_retention_period: 7 }),
  };
}
