import { expect, test } from "vitest";
import { readMessaging } from "./messaging.ts";

const CONFIGURATION = JSON.stringify({
  topics: [{ name: "shop-dev-orders", part: "orders", queues: ["shop-dev-orders-worker"] }],
  queues: [
    { name: "shop-dev-orders-worker-dead", part: "dead letters of orders/worker", attributes: {} },
    { name: "shop-dev-orders-worker", part: "orders/worker", attributes: { RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:ap-northeast-2:0:shop-dev-orders-worker-dead","maxReceiveCount":5}' } },
  ],
  callers: [
    { id: "api", secretVariable: "OF_API", publishes: ["shop-dev-orders"], receives: [] },
    { id: "worker", secretVariable: "OF_WORKER", publishes: [], receives: ["shop-dev-orders-worker", "shop-dev-orders-worker-dead"] },
  ],
});

const holding = (name: string, secret: string) => ({ name, kind: "service" as const, environment: [{ name: "AWS_SECRET_ACCESS_KEY", value: [{ secret }] }] });

const SERVER = {
  name: "messaging",
  kind: "messaging" as const,
  environment: [{ name: "OF_API", value: [{ secret: "messaging/users/api" }] }, { name: "OF_WORKER", value: [{ secret: "messaging/users/worker" }] }],
};

const ways = (processes: Parameters<typeof readMessaging>[1]): readonly string[] => readMessaging(CONFIGURATION, [SERVER, ...processes]).edges.map(({ from, to }) => `${from} → ${to}`);

const SUBSCRIBED = "topic:orders → queue:orders/worker";

test("dead letters are no part of their own", () => {
  expect(readMessaging(CONFIGURATION, []).nodes).toEqual(["topic:orders", "queue:orders/worker"]);
  expect(readMessaging(null, [])).toEqual({ nodes: [], edges: [] });
});

test.each<[string, Parameters<typeof ways>[0], readonly string[]]>([
  ["credentials that nobody is started with open nothing", [], []],
  ["who is started with credentials may do what they are for", [holding("api.1", "messaging/users/api")], ["api.1 → topic:orders"]],
  ["so may who is started with another's", [holding("other.1", "messaging/users/api")], ["other.1 → topic:orders"]],
  ["a way to the dead letters is told", [holding("worker.1", "messaging/users/worker")], ["worker.1 → queue:orders/worker", "worker.1 → unknown:shop-dev-orders-worker-dead"]],
  ["another secret is none", [holding("api.1", "services/api/JWT_KEY")], []],
])("%s", (_, processes, found) => {
  expect(ways(processes)).toEqual([SUBSCRIBED, ...found]);
});
