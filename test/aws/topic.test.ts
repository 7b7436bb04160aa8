import { describe, expect, test } from "vitest";
import { asBody, asList } from "../../src/aws/read/configuration.ts";
import { addresses, bodies, directoryOf, document } from "./rendered.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

const directory = directoryOf(shopModel(), "live");
const body = bodies(directory);
const statements = (address: string) => asList(asBody(document(body(address)["policy"]))["Statement"]).map(asBody);
const variables = (service: string) => {
  const [container] = asList(document(body(`aws_ecs_task_definition.service_${service}`)["container_definitions"])).map(asBody);
  return Object.fromEntries(asList(container?.["environment"]).map(asBody).map(({ name, value }) => [name, value]));
};

describe("a topic", () => {
  test("has a queue for each consumer, and that one a queue for what nobody could handle", () => {
    expect(body("aws_sqs_queue.topic_sold_worker")).toMatchObject({
      name: "shop-live-sold_worker", message_retention_seconds: 86_400, visibility_timeout_seconds: 120, sqs_managed_sse_enabled: true,
    });
    expect(document(body("aws_sqs_queue.topic_sold_worker")["redrive_policy"])).toEqual({
      deadLetterTargetArn: "${aws_sqs_queue.topic_sold_worker_dead.arn}", maxReceiveCount: 3,
    });
    expect(body("aws_sqs_queue.topic_sold_worker_dead")).toMatchObject({ message_retention_seconds: 1_209_600, sqs_managed_sse_enabled: true });
    expect(document(body("aws_sqs_queue_redrive_allow_policy.topic_sold_worker")["redrive_allow_policy"])).toEqual({
      redrivePermission: "byQueue", sourceQueueArns: ["${aws_sqs_queue.topic_sold_worker.arn}"],
    });
    expect(addresses(directory, "aws_sqs_queue")).toHaveLength(6);
  });

  test("delivers what was published as it was published, once the queue takes it", () => {
    expect(body("aws_sns_topic_subscription.topic_sold_desk")).toEqual({
      topic_arn: "${aws_sns_topic.topic_sold.arn}", protocol: "sqs", endpoint: "${aws_sqs_queue.topic_sold_desk.arn}", raw_message_delivery: true,
      depends_on: ["aws_sqs_queue_policy.topic_sold_desk"],
    });
  });

  test("is the only one that may send to its queues; nobody does anything without TLS", () => {
    const queue = "${aws_sqs_queue.topic_sold_desk.arn}";
    const refused = (Action: string, Resource: string) => ({
      Sid: "EncryptedOnly", Effect: "Deny", Principal: "*", Action, Resource, Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    expect(statements("aws_sqs_queue_policy.topic_sold_desk")).toEqual([
      {
        Sid: "Deliver", Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queue,
        Condition: { ArnEquals: { "aws:SourceArn": "${aws_sns_topic.topic_sold.arn}" } },
      },
      refused("sqs:*", queue),
    ]);
    expect(statements("aws_sqs_queue_policy.topic_sold_desk_dead")).toEqual([refused("sqs:*", "${aws_sqs_queue.topic_sold_desk_dead.arn}")]);
    expect(statements("aws_sns_topic_policy.topic_sold")).toEqual([refused("sns:Publish", "${aws_sns_topic.topic_sold.arn}")]);
  });

  test("names stay apart where their pieces would be the same", () => {
    const named = (name: string, consumedBy: readonly string[]) => ({ name, deployedAs: name, deadLetterAfter: 5, redeliverSeconds: 30, keepSeconds: 60, publishedBy: [], consumedBy });
    const environment = { ...shopEnvironment(), services: [], databases: [], sites: [], topics: [named("a", ["b-c", "b", "b-dead"]), named("a-b", ["c"])] };
    const apart = directoryOf({ ...shopModel(), environments: [environment] }, "live");
    const names = addresses(apart, "aws_sqs_queue").map((address) => bodies(apart)(address)["name"]);
    expect(new Set(names).size).toBe(8);
  });
});

describe("a service", () => {
  test("may publish to its topics and handle its own queues, no others and no more", () => {
    const consume = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"];
    // The others are for people who want a shell: test/aws/service.test.ts.
    const allowed = (service: string) => statements(`aws_iam_role_policy.service_${service}_task`).filter(({ Sid }) => Sid === "Publish" || Sid === "Consume");
    const topic = (name: string) => `\${aws_sns_topic.topic_${name}.arn}`;
    const queue = (name: string) => `\${aws_sqs_queue.topic_${name}.arn}`;
    expect(allowed("api")).toEqual([{ Effect: "Allow", Sid: "Publish", Action: ["sns:Publish"], Resource: [topic("sold")] }]);
    expect(allowed("admin")).toEqual([{ Effect: "Allow", Sid: "Publish", Action: ["sns:Publish"], Resource: [topic("sold"), topic("returned")] }]);
    expect(allowed("worker")).toEqual([{ Effect: "Allow", Sid: "Consume", Action: consume, Resource: [queue("sold_worker"), queue("returned_worker")] }]);
  });

  test("is told where, and in which region", () => {
    expect(variables("admin")).toMatchObject({
      RETURNED_TOPIC_ARN: "${aws_sns_topic.topic_returned.arn}", SOLD_TOPIC_ARN: "${aws_sns_topic.topic_sold.arn}", AWS_REGION: "eu-west-1",
    });
    expect(variables("desk")).toMatchObject({ SOLD_QUEUE_URL: "${aws_sqs_queue.topic_sold_desk.url}", AWS_REGION: "eu-west-1" });
    expect(variables("idle")).not.toHaveProperty("AWS_REGION");
  });

  test("starts after the policy that it needs", () => {
    expect(body("aws_ecs_service.service_worker")["depends_on"]).toContain("aws_iam_role_policy.service_worker_task");
  });

  test("keeps a region of its own writing", () => {
    const services = shopEnvironment().services.map((service) =>
      service.name === "desk" ? { ...service, environment: [{ name: "AWS_REGION", value: ["eu-west-2"] }], calls: [] } : service,
    );
    const changed = directoryOf({ ...shopModel(), environments: [{ ...shopEnvironment(), services }] }, "live");
    expect(String(bodies(changed)("aws_ecs_task_definition.service_desk")["container_definitions"]).match(/AWS_REGION","value":"[^"]*/g)).toEqual(['AWS_REGION","value":"eu-west-2']);
  });
});
