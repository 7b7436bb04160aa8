import { describe, expect, test } from "vitest";
import { TAKES_ALL } from "../../src/aws/read/posture/access.ts";
import { acceptedFor } from "../../src/aws/render/accepted.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import { policyProblems } from "./iam.ts";
import { EXAMPLES, exampleModel } from "./platforms.ts";
import { shopModel } from "./shop.ts";

/** A directory with one role that has one statement. */
const role = (statement: object) => {
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "It", Effect: "Allow", ...statement }] });
  return [{ name: "role.tf.json", content: JSON.stringify({ resource: { aws_iam_role_policy: { it: { policy } } } }) }];
};
const QUEUE = "${aws_sqs_queue.it.arn}";

describe.each([...EXAMPLES, "shop"])("the policies of %s", (name) => {
  test("name actions, resources and conditions that AWS has, and no more resources than they mean", async () => {
    const model = name === "shop" ? shopModel() : await exampleModel(name);
    for (const { files } of renderTerraform(model)) {
      const problems = await policyProblems(files);
      expect(problems.filter(({ rule, at }) => acceptedFor(rule, at) === undefined)).toEqual([]);
    }
  });
});

describe("a mistake in a policy", () => {
  test.each([
    ["an action that there is not", { Action: "sqs:ReciveMessage", Resource: QUEUE }, "AWS has no action sqs:ReciveMessage"],
    ["a service that there is not", { Action: "sqsx:ReceiveMessage", Resource: QUEUE }, "AWS has no action sqsx:ReceiveMessage"],
    ["no action", { Resource: QUEUE }, "it names no action"],
    ["all actions but some", { NotAction: "sqs:ReceiveMessage", Resource: QUEUE }, "it says what it does not mean"],
    ["no resource", { Action: "sqs:ReceiveMessage" }, "it names no resource"],
    ["every resource", { Action: "sqs:ReceiveMessage", Resource: "*" }, "sqs:ReceiveMessage can be allowed for one resource, and is for all"],
    ["every resource, by an action with a star", { Action: "sqs:Receive*", Resource: "*" }, "sqs:ReceiveMessage can be allowed for one resource, and is for all"],
    ["a resource of another kind", { Action: "sqs:ReceiveMessage", Resource: "${aws_sns_topic.it.arn}" }, "sqs:ReceiveMessage takes none of ${aws_sns_topic.it.arn}"],
    ["a resource that no action takes", { Action: "sqs:ReceiveMessage", Resource: [QUEUE, "${aws_sns_topic.it.arn}"] }, "no action of the statement takes ${aws_sns_topic.it.arn}"],
    ["an object where the bucket belongs", { Action: "s3:ListBucket", Resource: "${aws_s3_bucket.it.arn}/*" }, "s3:ListBucket takes none of ${aws_s3_bucket.it.arn}/*"],
    ["a bucket where the object belongs", { Action: "s3:GetObject", Resource: "${aws_s3_bucket.it.arn}" }, "s3:GetObject takes none of ${aws_s3_bucket.it.arn}"],
    ["a condition that there is not", { Action: "sqs:ReceiveMessage", Resource: QUEUE, Condition: { StringEquals: { "aws:SorceArn": "x" } } }, "sqs:ReceiveMessage knows no condition aws:SorceArn"],
    ["a condition of another service", { Action: "sqs:ReceiveMessage", Resource: QUEUE, Condition: { StringEquals: { "ecs:cluster": "x" } } }, "sqs:ReceiveMessage knows no condition ecs:cluster"],
  ])("%s is found", async (_name, statement, message) => {
    expect((await policyProblems(role(statement))).map((problem) => problem.message)).toContain(message);
  });

  test("text that is no JSON is found", async () => {
    const files = [{ name: "role.tf.json", content: JSON.stringify({ resource: { aws_iam_role_policy: { it: { policy: '{"Statement": [' } } } }) }];
    expect(await policyProblems(files)).toEqual([{ at: "aws_iam_role_policy.it.policy", rule: "unreadable", message: "its text is no JSON" }]);
  });

  test("what is right has none", async () => {
    expect(await policyProblems(role({ Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage"], Resource: QUEUE, Condition: { StringEquals: { "aws:SourceAccount": "1" } } }))).toEqual([]);
    expect(await policyProblems(role({ Action: "ecr:GetAuthorizationToken", Resource: "*" }))).toEqual([]);
  });
});

test.each(TAKES_ALL)("%s takes no resource, or asks for a condition instead", async (action) => {
  const problems = await policyProblems(role({ Action: action, Resource: "*", ...(action === "cloudwatch:PutMetricData" && { Condition: { StringEquals: { "cloudwatch:namespace": "x" } } }) }));
  expect(problems.filter(({ rule }) => rule !== "all-resources" || action !== "cloudwatch:PutMetricData")).toEqual([]);
});
