import { describe, expect, test } from "vitest";
import { asBody, asList } from "../../src/aws/read/configuration.ts";
import { scheduleExpression } from "../../src/aws/render/cron.ts";
import { addresses, bodies, directoryOf, document } from "./rendered.ts";
import { shopModel } from "./shop.ts";

const directory = directoryOf(shopModel(), "live");
const body = bodies(directory);

describe("five fields become AWS's six", () => {
  test.each([
    ["0 3 * * *", "cron(0 3 * * ? *)"],
    ["0 3 * * 1-5", "cron(0 3 ? * MON-FRI *)"],
    ["30 9 * * 0", "cron(30 9 ? * SUN *)"],
    ["30 9 * * 6,0", "cron(30 9 ? * SAT,SUN *)"],
    ["0 0 1 * *", "cron(0 0 1 * ? *)"],
    ["0 0 1,15 1-6 *", "cron(0 0 1,15 1-6 ? *)"],
    ["*/5 * * * *", "cron(0/5 * * * ? *)"],
    ["0 */6 */10 */3 *", "cron(0 0/6 1/10 1/3 ? *)"],
    ["5-20/5,50 8-18/2 * * *", "cron(5,10,15,20,50 8,10,12,14,16,18 * * ? *)"],
    ["0 0 * * */2", "cron(0 0 ? * SUN,TUE,THU,SAT *)"],
    ["0 0 * * 1-5/2,6", "cron(0 0 ? * MON,WED,FRI,SAT *)"],
    ["*/90 07 * * *", "cron(0 7 * * ? *)"],
    ["10,*/20 *,5 * * *", "cron(0,10,20,40 * * * ? *)"],
    ["0 0 * * *,1", "cron(0 0 ? * * *)"],
  ])("%s", (cron, expression) => {
    expect(scheduleExpression(cron)).toBe(expression);
  });

  /** The numbers a crontab's field stands for, by crontab(5). */
  const meant = (field: string, from: number, to: number) => field.split(",").flatMap((piece) => {
    const [range = "", step = "1"] = piece.split("/");
    const [first = from, last = first] = range === "*" ? [from, to] : range.split("-").map(Number);
    return Array.from({ length: to + 1 }, (_nothing, number) => number).filter((number) => number >= first && number <= last && (number - first) % Number(step) === 0);
  });
  /** And those of AWS's, by its own documentation. */
  const understood = (field: string, from: number, to: number) => field.split(",").flatMap((piece) => {
    const [start, step] = piece.split("/");
    if (step !== undefined) return Array.from({ length: to + 1 }, (_nothing, number) => number).filter((number) => number >= Number(start) && (number - Number(start)) % Number(step) === 0);
    const [first = from, last = first] = piece === "*" ? [from, to] : piece.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_nothing, index) => first + index);
  });
  const FIELDS = [[0, 59], [0, 23], [1, 31], [1, 12]] as const;
  const PIECES = ["*", "3", "1-9", "*/2", "*/7", "2-11/3", "4,*/5", "1-3,7", "5-8/9,2", "*/1"];

  test.each(FIELDS.flatMap(([from, to], index) => PIECES.map((piece) => [piece, from, to, index] as const)))("%s of %i to %i", (piece, from, to, index) => {
    const written = ["0", "0", "1", "1", "*"].map((other, place) => (place === index ? piece : other)).join(" ");
    const fields = scheduleExpression(written).slice("cron(".length, -1).split(" ");
    const sorted = (numbers: readonly number[]) => [...new Set(numbers)].sort((one, other) => one - other);
    expect(sorted(understood(fields[index] ?? "", from, to))).toEqual(sorted(meant(piece, from, to)));
  });
});

describe("a service with a schedule", () => {
  const role = (part: string) => asList(asBody(document(body(`aws_iam_role_policy.service_report_schedule`)[part]))["Statement"]).map(asBody);

  test("runs at its times, its newest revision, once it is released", () => {
    expect(body("aws_scheduler_schedule.service_report")).toMatchObject({
      schedule_expression: "cron(0/30 8-18 ? * MON-FRI *)", schedule_expression_timezone: "Europe/Dublin", flexible_time_window: { mode: "OFF" },
      state: '${data.aws_ssm_parameter.service_report_release.insecure_value == "unreleased" ? "DISABLED" : "ENABLED"}',
      target: {
        arn: "${aws_ecs_cluster.main.arn}", role_arn: "${aws_iam_role.service_report_schedule.arn}",
        ecs_parameters: {
          task_definition_arn: "${aws_ecs_task_definition.service_report.arn_without_revision}", task_count: 1,
          capacity_provider_strategy: [{ capacity_provider: "${aws_ecs_capacity_provider.hosts_batch.name}", weight: 1 }],
        },
      },
    });
  });

  test("runs only then, and writes a log like any other", () => {
    expect(addresses(directory, "aws_ecs_service")).not.toContain("aws_ecs_service.service_report");
    expect(addresses(directory, "aws_appautoscaling_target")).not.toContain("aws_appautoscaling_target.service_report");
    expect(body("aws_cloudwatch_log_group.service_report")).toMatchObject({ name: "/shop/live/services/report" });
  });

  test("is started by a role that may start it alone, there alone, with its roles alone", () => {
    const definition = "${aws_ecs_task_definition.service_report.arn_without_revision}";
    expect(role("policy")).toEqual([
      {
        Effect: "Allow", Sid: "RunTask", Action: ["ecs:RunTask"], Resource: [definition, `${definition}:*`],
        Condition: { ArnEquals: { "ecs:cluster": "${aws_ecs_cluster.main.arn}" } },
      },
      {
        Effect: "Allow", Sid: "TagTask", Action: ["ecs:TagResource"],
        Resource: "arn:aws:ecs:eu-west-1:${data.aws_caller_identity.current.account_id}:task/${aws_ecs_cluster.main.name}/*",
        Condition: { StringEquals: { "ecs:CreateAction": "RunTask" } },
      },
      {
        Effect: "Allow", Sid: "PassRoles", Action: ["iam:PassRole"],
        Resource: ["${aws_iam_role.service_report_execution.arn}", "${aws_iam_role.service_report_task.arn}"],
        Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      },
    ]);
    expect(document(body("aws_iam_role.service_report_schedule")["assume_role_policy"])).toMatchObject({
      Statement: [{
        Principal: { Service: "scheduler.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceArn": "${aws_scheduler_schedule_group.schedules.arn}" } },
      }],
    });
  });
});
