import { describe, expect, test } from "vitest";
import { asBody, asList } from "../../src/aws/read/configuration.ts";
import { addresses, bodies, directoryOf, document } from "./rendered.ts";
import { shopModel } from "./shop.ts";

const directory = directoryOf(shopModel(), "live");
const body = bodies(directory);
const container = (task: string) => asBody(asList(document(body(`aws_ecs_task_definition.${task}`)["container_definitions"]))[0]);
const named = (list: unknown, key: string) => Object.fromEntries(asList(list).map(asBody).map((each) => [each["name"], each[key]]));
const statements = (policy: string) => asList(asBody(document(body(`aws_iam_role_policy.${policy}`)["policy"]))["Statement"]).map(asBody);

describe("a service's environment", () => {
  test("holds the addresses of what it uses, and passwords by where they are kept", () => {
    const { environment, secrets } = container("service_api");
    expect(named(environment, "value")).toEqual({
      PLATFORM_ENVIRONMENT: "live", HOST: "0.0.0.0", PORT: "8080", RELEASE: "${data.aws_ssm_parameter.service_api_release.insecure_value}",
      ORDERS_HOST: "${aws_db_instance.database_orders.address}", ORDERS_PORT: "3306", ORDERS_DATABASE: "orders", ORDERS_USER: "api",
      JDBC: "jdbc:mysql://${aws_db_instance.database_orders.address}:3306/orders",
      ALLOWED_ORIGINS: "https://www.shop.example",
      SOLD_TOPIC_ARN: "${aws_sns_topic.topic_sold.arn}", AWS_REGION: "eu-west-1",
    });
    const user = "${aws_secretsmanager_secret.database_orders_user_api.arn}";
    expect(named(secrets, "valueFrom")).toEqual({
      ORDERS_PASSWORD: `${user}:password::`, ORDERS_URL: `${user}:url::`, DSN: `${user}:url::`,
      PAYMENT_KEY: "${aws_secretsmanager_secret.service_api_secret_PAYMENT_KEY.arn}",
      SESSION_KEY: "${aws_secretsmanager_secret.service_api_secret_SESSION_KEY.arn}",
    });
  });

  test("says where to listen to those who have something to listen for", () => {
    const given = (service: string) => Object.keys(named(container(service)["environment"], "value"));
    expect(given("service_idle")).not.toContain("HOST");
    expect(given("service_api")).toEqual(expect.arrayContaining(["HOST", "PORT"]));
    const model = shopModel();
    const measured = { ...model, environments: model.environments.map((one) => ({ ...one, services: one.services.map((service) => ({ ...service, metrics: { port: 9090, path: "/metrics" } })) })) };
    const idle = asBody(asList(document(bodies(directoryOf(measured, "live"))("aws_ecs_task_definition.service_idle")["container_definitions"]))[0]);
    expect(named(idle["environment"], "value")).toMatchObject({ HOST: "0.0.0.0", METRICS_PORT: "9090" });
  });

  test("gets a generated secret's value once, past the state; a person sets the others", () => {
    expect(body("aws_secretsmanager_secret_version.service_api_secret_SESSION_KEY")).toEqual({
      secret_id: "${aws_secretsmanager_secret.service_api_secret_SESSION_KEY.id}",
      secret_string_wo: "${ephemeral.aws_secretsmanager_random_password.service_api_secret_SESSION_KEY.random_password}",
      secret_string_wo_version: 1,
    });
    expect(addresses(directory, "aws_secretsmanager_secret_version")).not.toContain("aws_secretsmanager_secret_version.service_api_secret_PAYMENT_KEY");
  });
});

describe("roles", () => {
  test("each service has its own: one that starts it and reads its secrets alone, and one that may what its links say", () => {
    const read = statements("service_desk_execution").find(({ Sid }) => Sid === "ReadSecrets");
    expect(read).toMatchObject({ Action: ["secretsmanager:GetSecretValue"], Resource: ["${aws_secretsmanager_secret.database_people_user_desk.arn}"] });
    expect(addresses(directory, "aws_iam_role_policy").filter((address) => address.endsWith("_task"))).toEqual(
      ["api", "admin", "desk", "worker", "searcher", "report", "idle"].map((service) => `aws_iam_role_policy.service_${service}_task`),
    );
    expect(body("aws_ecs_task_definition.service_desk")["task_role_arn"]).toBe("${aws_iam_role.service_desk_task.arn}");
  });

  test("name their resources, but for the actions that take none", () => {
    const everything = addresses(directory, "aws_iam_role_policy").filter((address) => /\.(service_|hosts)/.test(address)).flatMap((address) => statements(address.replace("aws_iam_role_policy.", "")));
    const wide = everything.filter(({ Resource }) => asList(Resource).includes("*"));
    expect(new Set(wide.flatMap(({ Action }) => asList(Action)))).toEqual(new Set([
      "ecs:DiscoverPollEndpoint", "ecr:GetAuthorizationToken", "logs:DescribeLogGroups",
      "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
    ]));
    expect(everything.flatMap(({ Action }) => asList(Action)).filter((action) => String(action).includes("*"))).toEqual([]);
  });
});

describe("releases", () => {
  test("are a value that is made once and read ever after; until then nothing runs", () => {
    expect(body("aws_ssm_parameter.service_api_release")).toMatchObject({ value_wo: "unreleased", value_wo_version: 1 });
    expect(container("service_api")["image"]).toBe("${data.aws_ssm_parameter.service_api_release.insecure_value}");
    expect(body("aws_ecs_service.service_api")).toMatchObject({
      desired_count: '${data.aws_ssm_parameter.service_api_release.insecure_value == "unreleased" ? 0 : 1}',
      deployment_circuit_breaker: { enable: true, rollback: true },
    });
    expect(body("aws_ecs_service.service_api")).not.toHaveProperty("lifecycle");
  });

  test("the count of replicas is the load's to say only where the definition gives a range", () => {
    expect(body("aws_ecs_service.service_worker")["lifecycle"]).toEqual({ ignore_changes: ["desired_count"] });
    expect(body("aws_appautoscaling_target.service_worker")).toMatchObject({ max_capacity: 4 });
    expect(addresses(directory, "aws_appautoscaling_target")).toEqual(["aws_appautoscaling_target.service_worker"]);
  });

  test("a migration is the same image and environment once, with its own command", () => {
    const { image, environment, secrets } = container("service_api");
    expect(container("service_api_migrate")).toMatchObject({ image, environment, secrets, entryPoint: ["sh", "-c"], command: ["node migrate.js"] });
    expect(addresses(directory, "aws_ecs_task_definition").filter((address) => address.endsWith("_migrate"))).toHaveLength(1);
  });
});

describe("a deployment", () => {
  test("ends, and the release before comes back, when requests fail or replicas are not healthy", () => {
    expect(body("aws_ecs_service.service_api")).toMatchObject({
      alarms: {
        enable: true, rollback: true,
        alarm_names: ["failures", "unhealthy", "calls_failures", "calls_unhealthy"].map((alarm) => `\${aws_cloudwatch_metric_alarm.service_api_${alarm}.alarm_name}`),
      },
      force_new_deployment: true, wait_for_steady_state: true, availability_zone_rebalancing: "ENABLED", deployment_minimum_healthy_percent: 100, deployment_maximum_percent: 200,
    });
    expect(body("aws_cloudwatch_metric_alarm.service_api_failures")).toMatchObject({
      alarm_name: "shop-live-api-failures", treat_missing_data: "notBreaching", threshold: 5, evaluation_periods: 3, datapoints_to_alarm: 2,
      metric_query: expect.arrayContaining([expect.objectContaining({ return_data: true, expression: "IF(requests >= 20, 100 * FILL(failed, 0) / requests, 0)" })]),
    });
    expect(body("aws_cloudwatch_metric_alarm.service_api_calls_failures")["metric_query"]).toEqual(expect.arrayContaining([
      { id: "failed", metric: expect.objectContaining({ dimensions: { LoadBalancer: "${aws_lb.calls.arn_suffix}", TargetGroup: "${aws_lb_target_group.calls_api.arn_suffix}" } }) },
    ]));
  });

  test("may take as long as a replica may take to start, before it is one that is not healthy", () => {
    const model = shopModel();
    const environments = model.environments.map((environment) => ({ ...environment, services: environment.services.map((service) => ({ ...service, startSeconds: 250 })) }));
    expect(bodies(directoryOf({ ...model, environments }, "live"))("aws_cloudwatch_metric_alarm.service_api_unhealthy")).toMatchObject({ period: 60, evaluation_periods: 7, threshold: 0 });
  });

  test("of a service that nobody calls is judged by its starts alone", () => {
    expect(body("aws_ecs_service.service_worker")).toMatchObject({ deployment_circuit_breaker: { enable: true, rollback: true } });
    expect(body("aws_ecs_service.service_worker")).not.toHaveProperty("alarms");
  });
});

describe("a container", () => {
  test("goes without what no program needs, and a plain image still runs", () => {
    for (const task of ["service_api", "service_api_migrate", "service_report"]) {
      const { linuxParameters, ...rest } = container(task);
      const dropped = asList(asBody(asBody(linuxParameters)["capabilities"])["drop"]);
      expect(dropped).toEqual(expect.arrayContaining(["NET_RAW", "MKNOD"]));
      // What an entry point needs that begins as root, gives files away, takes port 80 and becomes another user.
      for (const needed of ["ALL", "CHOWN", "SETUID", "SETGID", "NET_BIND_SERVICE", "DAC_OVERRIDE"]) expect(dropped).not.toContain(needed);
      expect(rest).toMatchObject({ privileged: false, dockerSecurityOptions: ["no-new-privileges"] });
    }
  });

  test("lets people in by a shell whose words are kept, where it runs all the time", () => {
    expect(body("aws_ecs_service.service_api")["enable_execute_command"]).toBe(true);
    expect(body("aws_ecs_cluster.main")["configuration"]).toEqual({
      execute_command_configuration: { logging: "OVERRIDE", log_configuration: { cloud_watch_log_group_name: "${aws_cloudwatch_log_group.sessions.name}" } },
    });
    expect(statements("service_idle_task").map(({ Sid }) => Sid)).toEqual(["OpenChannels", "FindSessionLog", "KeepSessions"]);
    expect(statements("service_report_task").map(({ Sid }) => Sid)).not.toContain("OpenChannels");
  });
});
