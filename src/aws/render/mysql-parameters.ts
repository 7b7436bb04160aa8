import type { MysqlDatabase } from "../../model/database.ts";
import { rdsZone } from "../../model/timezone.ts";
import { resource, type Resource } from "../terraform.ts";

/** How the server is set where RDS's own settings do not do. All of them take effect without a restart. */
export function parameterGroup(name: string, identifier: string, timezone: string, { version, slowQueryMs }: MysqlDatabase): Resource<"aws_db_parameter_group"> {
  const values: Readonly<Record<string, string>> = {
    character_set_server: "utf8mb4",
    innodb_print_all_deadlocks: "1",
    log_output: "FILE", // A table never reaches CloudWatch.
    long_query_time: String(slowQueryMs / 1_000),
    require_secure_transport: "1",
    slow_query_log: "1",
    time_zone: rdsZone(timezone) ?? "UTC", // A zone that it has not is a finding.
  };
  return resource(
    "aws_db_parameter_group", name,
    {
      name_prefix: `${identifier}-`,
      family: `mysql${version}`,
      description: `MySQL ${version} of ${identifier}`,
      parameter: Object.entries(values).map(([key, value]) => ({ name: key, value, apply_method: "immediate" })),
    },
    // A database that still uses the old one would keep it from going.
    { lifecycle: { create_before_destroy: true } },
  );
}
