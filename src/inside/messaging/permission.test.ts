import { expect, test } from "vitest";
import { mayDo, readSns, readSqs } from "./permission.ts";

const API = { id: "api", secretVariable: "A", publishes: ["shop-dev-orders"], receives: [] };
const WORKER = { id: "worker", secretVariable: "W", publishes: [], receives: ["shop-dev-orders-worker"] };
const ARN = "arn:aws:sns:ap-northeast-2:000000000000:shop-dev-orders";
const urlOf = (queue: string): string => `http://here/${queue}`;

test.each([
  ["its topic", `Action=Publish&TopicArn=${ARN}`, true],
  ["its topic, by another name", `Action=PublishBatch&TargetArn=${ARN}`, true],
  ["another topic", `Action=Publish&TopicArn=${ARN}-more`, false],
  ["no topic", "Action=Publish&PhoneNumber=1", false],
  ["a topic that is named twice", `Action=Publish&TopicArn=${ARN}&TopicArn=${ARN}-more`, true],
  ["its topic, to remove it", `Action=DeleteTopic&TopicArn=${ARN}`, false],
  ["its topic, to listen to it", `Action=Subscribe&TopicArn=${ARN}&Protocol=sqs`, false],
  ["nothing", "", false],
])("a publisher and %s", (_, form, may) => {
  const wish = readSns(form);
  expect(mayDo(API, wish)).toBe(may);
  expect(mayDo(WORKER, wish)).toBe(false);
  // What the server reads is what was permitted.
  if (may) expect(new URLSearchParams(wish.body).getAll("TopicArn")).toEqual([ARN]);
});

test.each([
  ["its queue", "ReceiveMessage", { QueueUrl: "http://127.0.0.1:1/000000000000/shop-dev-orders-worker" }, true],
  ["its queue, anywhere", "DeleteMessage", { QueueUrl: "https://sqs.eu-west-1.amazonaws.com/1/shop-dev-orders-worker/" }, true],
  ["its dead letters", "ReceiveMessage", { QueueUrl: "http://127.0.0.1:1/000000000000/shop-dev-orders-worker-dead" }, false],
  ["another's queue", "ReceiveMessage", { QueueUrl: "http://127.0.0.1:1/000000000000/shop-dev-orders-audit" }, false],
  ["its queue, to send", "SendMessage", { QueueUrl: "http://127.0.0.1:1/000000000000/shop-dev-orders-worker" }, false],
  ["its queue, to empty it", "PurgeQueue", { QueueUrl: "http://127.0.0.1:1/000000000000/shop-dev-orders-worker" }, false],
  ["a list of queues", "ReceiveMessage", { QueueUrl: ["shop-dev-orders-worker"] }, false],
  ["every queue", "ListQueues", {}, false],
])("a consumer and %s", (_, action, body, may) => {
  const wish = readSqs(`AmazonSQS.${action}`, JSON.stringify(body), urlOf) ?? expect.fail("it is an object");
  expect(mayDo(WORKER, wish)).toBe(may);
  expect(mayDo(API, wish)).toBe(false);
  if (may) expect(JSON.parse(wish.body)).toEqual({ QueueUrl: "http://here/shop-dev-orders-worker" });
});

test.each(["", "[]", "null", '"text"', "{"])("a body of SQS that is %j is none", (body) => {
  expect(readSqs("AmazonSQS.ReceiveMessage", body, urlOf)).toBeNull();
});
