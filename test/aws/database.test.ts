import { describe, expect, test } from "vitest";
import { asBody, asList } from "../../src/aws/read/configuration.ts";
import { MYSQL_USERS_SCRIPT } from "../../src/aws/render/mysql-users-script.ts";
import { nightOf } from "../../src/aws/render/night.ts";
import type { MysqlDatabase } from "../../src/model/database.ts";
import type { Model } from "../../src/model/model.ts";
import { addresses, bodies, directoryOf, document } from "./rendered.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

const directory = directoryOf(shopModel(), "live");
const body = bodies(directory);

/** What is written of the shop when its databases of RDS and the platform are written differently. */
function changed(change: Partial<MysqlDatabase>, shared: Partial<Model["shared"]> = {}, guarded = false) {
  const model = shopModel();
  const environments = model.environments.map((environment) => ({
    ...environment, guarded,
    databases: environment.databases.map((database) => (database.engine === "mysql" ? { ...database, ...change } : database)),
  }));
  return bodies(directoryOf({ shared: { ...model.shared, ...shared }, environments }, "live"));
}

const parametersOf = (of: typeof body) =>
  Object.fromEntries(asList(of("aws_db_parameter_group.database_people")["parameter"]).map(asBody).map(({ name, value }) => [name, value]));

describe("a database of RDS", () => {
  test("keeps what it holds, and hides it from the world", () => {
    expect(body("aws_db_instance.database_people")).toMatchObject({
      storage_encrypted: true, deletion_protection: true, skip_final_snapshot: false, final_snapshot_identifier: "shop-live-people-final",
      backup_retention_period: 7, delete_automated_backups: false, copy_tags_to_snapshot: true, lifecycle: { prevent_destroy: true },
      publicly_accessible: false, db_subnet_group_name: "${aws_db_subnet_group.database_people.name}",
      manage_master_user_password: true, iam_database_authentication_enabled: false, ca_cert_identifier: "rds-ca-rsa2048-g1",
    });
    expect(body("aws_db_subnet_group.database_people")).toMatchObject({
      subnet_ids: addresses(directory, "aws_subnet").filter((address) => address.startsWith("aws_subnet.data_")).map((address) => `\${${address}.id}`),
    });
    expect(body("aws_db_instance.database_people")).not.toHaveProperty("password");
  });

  test("is kept up to date within its version, and never billed for one out of support", () => {
    expect(body("aws_db_instance.database_people")).toMatchObject({
      engine_version: "8.4", auto_minor_version_upgrade: true, engine_lifecycle_support: "open-source-rds-extended-support-disabled",
    });
  });

  test("has a second machine where the definition says so", () => {
    expect(["people", "orders"].map((name) => body(`aws_db_instance.database_${name}`)["multi_az"])).toEqual([true, false]);
  });

  test("takes connections with TLS alone, and says what is slow where it can be read", () => {
    expect(parametersOf(body)).toMatchObject({ require_secure_transport: "1", slow_query_log: "1", log_output: "FILE", long_query_time: "0.5", character_set_server: "utf8mb4", time_zone: "UTC" });
    expect(parametersOf(changed({ slowQueryMs: 25 }, { timezone: "Asia/Seoul" }))).toMatchObject({ long_query_time: "0.025", time_zone: "Asia/Seoul" });
    expect(parametersOf(changed({}, { timezone: "America/New_York" }))).toMatchObject({ time_zone: "US/Eastern" });
    expect(body("aws_db_instance.database_people")["enabled_cloudwatch_logs_exports"]).toEqual(["error", "slowquery"]);
  });

  test("finds its logs made, with an end", () => {
    expect(body("aws_db_instance.database_people")["depends_on"]).toEqual(["error", "slowquery"].map((log) => `aws_cloudwatch_log_group.database_people_${log}`));
    expect(body("aws_cloudwatch_log_group.database_people_slowquery")).toMatchObject({ name: "/aws/rds/instance/shop-live-people/slowquery", retention_in_days: shopEnvironment().logs.keepDays });
  });

  test("grows by itself up to twice its storage, and no further than RDS goes", () => {
    const storage = (of: typeof body) => [of("aws_db_instance.database_people")["allocated_storage"], of("aws_db_instance.database_people")["max_allocated_storage"]];
    expect([storage(body), storage(changed({ storageGb: 40_000 }))]).toEqual([[20, 40], [40_000, 65_536]]);
  });

  test.each([
    ["db.t4g.micro", false], ["db.t4g.small", false], ["db.t4g.medium", true], ["db.r7g.large", true],
  ])("on %s shows what keeps it busy: %s", (instance, had) => {
    const written = changed({ instance })("aws_db_instance.database_people");
    expect(written).toMatchObject({ performance_insights_enabled: had, database_insights_mode: "standard" });
    expect(written["performance_insights_retention_period"]).toBe(had ? 7 : undefined);
  });

  test("is worked on at night, in a guarded environment only then", () => {
    const windows = (of: typeof body) => {
      const { backup_window, maintenance_window, apply_immediately } = of("aws_db_instance.database_people");
      return [backup_window, maintenance_window, apply_immediately];
    };
    expect(windows(body)).toEqual(["03:00-03:30", "sun:04:00-sun:05:00", true]);
    expect(windows(changed({}, { timezone: "Asia/Seoul" }, true))).toEqual(["18:00-18:30", "sat:19:00-sat:20:00", false]);
  });

  test("admits the hosts of services to one port, and calls nobody", () => {
    const own = ["ingress", "egress"].flatMap((way) => addresses(directory, `aws_vpc_security_group_${way}_rule`)).map(body)
      .filter((rule) => rule["security_group_id"] === "${aws_security_group.database_people.id}");
    expect(own.length).toBeGreaterThan(0);
    for (const rule of own) {
      expect(rule).toMatchObject({ ip_protocol: "tcp", from_port: 3_306, to_port: 3_306, referenced_security_group_id: expect.stringMatching(/^\$\{aws_security_group\.hosts\w*\.id\}$/) });
      expect(Object.keys(rule).filter((key) => key.startsWith("cidr") || key.startsWith("prefix"))).toEqual([]);
    }
    expect(addresses(directory, "aws_vpc_security_group_egress_rule").map(body).map((rule) => rule["security_group_id"])).not.toContain("${aws_security_group.database_people.id}");
  });
});

describe("the task that makes the users of a database", () => {
  const container = (of: typeof body) => asBody(asList(document(of("aws_ecs_task_definition.database_people_users")["container_definitions"]))[0]);
  const variables = (of: typeof body) => Object.fromEntries(asList(container(of)["environment"]).map(asBody).map(({ name, value }) => [name, value]));

  test("knows whom to make, with which password, and runs anew when a password or the instance is another", () => {
    expect(variables(body)).toEqual({
      DATABASE_HOST: "${aws_db_instance.database_people.address}", DATABASE_PORT: "3306", SCHEMA: "people", SCHEMA_PATTERN: "people", USERS: "admin desk worker",
      PASSWORD_VERSIONS: ["admin", "desk", "worker"].map((user) => `\${aws_secretsmanager_secret_version.database_people_user_${user}.version_id}`).join(" "),
      INSTANCE: "${aws_db_instance.database_people.resource_id}",
    });
    expect(asList(container(body)["secrets"]).map(asBody).map(({ name, valueFrom }) => [name, valueFrom])).toEqual([
      ["ADMINISTRATOR", "${one(aws_db_instance.database_people.master_user_secret).secret_arn}:username::"],
      ["MYSQL_PWD", "${one(aws_db_instance.database_people.master_user_secret).secret_arn}:password::"],
      ...["admin", "desk", "worker"].map((user, index) => [`PASSWORD_${index + 1}`, `\${aws_secretsmanager_secret.database_people_user_${user}.arn}:password::`]),
    ]);
    expect(variables(changed({ schema: "my_sql" }))).toMatchObject({ SCHEMA: "my_sql", SCHEMA_PATTERN: "my\\_sql" });
  });

  test("runs on hosts that the database admits", () => {
    const { capacity } = asBody(body("aws_ecs_task_definition.database_people_users")["tags"]);
    const [, group = ""] = /^\$\{aws_ecs_capacity_provider\.(\w+)\.name\}$/.exec(String(capacity)) ?? [];
    const admitted = addresses(directory, "aws_vpc_security_group_ingress_rule").map(body)
      .filter((rule) => rule["security_group_id"] === "${aws_security_group.database_people.id}").map((rule) => rule["referenced_security_group_id"]);
    expect(admitted).toContain(`\${aws_security_group.${group}.id}`);
  });

  test("may read these passwords and write its log, and nothing else", () => {
    const { Statement: statements } = document(body("aws_iam_role_policy.database_people_users")["policy"]) as { Statement: readonly { Action: unknown; Resource: unknown }[] };
    expect(statements.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [["logs:CreateLogStream", "logs:PutLogEvents"], "${aws_cloudwatch_log_group.database_people_users.arn}:*"],
      [["secretsmanager:GetSecretValue"], [
        "${one(aws_db_instance.database_people.master_user_secret).secret_arn}",
        ...["admin", "desk", "worker"].map((user) => `\${aws_secretsmanager_secret.database_people_user_${user}.arn}`),
      ]],
    ]);
    expect(body("aws_ecs_task_definition.database_people_users")).not.toHaveProperty("task_role_arn");
    expect(container(body)).toMatchObject({ entryPoint: ["sh", "-c"], command: [MYSQL_USERS_SCRIPT], user: "mysql", readonlyRootFilesystem: true, linuxParameters: { capabilities: { drop: ["ALL"] } } });
  });
});

test.each([
  ["Asia/Seoul", { snapshot: "18:00", backup: "18:00-18:30", maintenance: "sat:19:00-sat:20:00" }],
  ["UTC", { snapshot: "03:00", backup: "03:00-03:30", maintenance: "sun:04:00-sun:05:00" }],
  ["Asia/Calcutta", { snapshot: "21:30", backup: "21:30-22:00", maintenance: "sat:22:30-sat:23:30" }],
  ["US/Pacific", { snapshot: "11:00", backup: "11:00-11:30", maintenance: "sun:12:00-sun:13:00" }],
  ["Europe/Moscow", { snapshot: "00:00", backup: "00:00-00:30", maintenance: "sun:01:00-sun:02:00" }],
  ["Asia/Muscat", { snapshot: "23:00", backup: "23:00-23:30", maintenance: "sun:00:00-sun:01:00" }],
  ["Asia/Karachi", { snapshot: "22:00", backup: "22:00-22:30", maintenance: "sat:23:00-sun:00:00" }],
  ["Europe/Zurich", { snapshot: "02:00", backup: "02:00-02:30", maintenance: "sun:03:00-sun:04:00" }],
])("night in %s", (timezone, night) => {
  expect(nightOf(timezone)).toEqual(night);
});
