import { expect, test } from "vitest";
import { serviceStatuses } from "../../src/aws/run/status-services.ts";
import { place } from "../../src/aws/render/place.ts";
import { deployment, described, probe, task, tasks, world } from "./deploy-world.ts";
import { Refused, type Answer } from "./answers.ts";

/** Replicas that are not well, which no emulator shows. */
async function seen(answers: Readonly<Record<string, Answer>>) {
  const { shared, environment } = probe();
  const { settings } = world(answers);
  return serviceStatuses({ shared, environment, place: place(shared, environment), account: "111122223333", settings, registry: settings });
}

test("each replica has its own state and release, and what ended is counted", async () => {
  const { parts, complete } = await seen({
    DescribeServices: described(2, [deployment("new", "PRIMARY", 2, "IN_PROGRESS")]),
    ...tasks(
      [task("a", "api", 1, "v1"), task("b", "api", 2, "v2", { healthStatus: "UNHEALTHY" }), task("c", "api", 2, "v2", { lastStatus: "PENDING" })],
      [task("d", "api", 2, "v2", { stopCode: "EssentialContainerExited" }), task("e", "api", 2, "v2", { stopCode: "TaskFailedToStart" }), task("f", "api", 1, "v1", { stopCode: "ServiceSchedulerInitiated" })],
    ),
  });
  expect(parts.map(({ name, state, release }) => `${name} ${state} ${release}`)).toEqual(["api.1 ready v1", "api.2 unhealthy v2", "api.3 starting v2"]);
  expect(parts.map(({ crashes }) => crashes)).toEqual([2, 0, 0]);
  expect(complete).toBe(false);
});

test("a service whose replicas all end is crashing, and what ECS has given up is named", async () => {
  const failed = deployment("new", "ACTIVE", 2, "FAILED", { rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.", updatedAt: 1_795_000_000 });
  const { parts, refused } = await seen({ DescribeServices: described(2, [failed]), ...tasks([], [task("d", "api", 2, "v2", { stopCode: "EssentialContainerExited" })]) });
  expect(parts).toMatchObject([{ name: "api", state: "crashing", crashes: 1 }]);
  expect(refused).toEqual([{ name: "api", at: new Date(1_795_000_000_000).toISOString(), why: "ECS deployment circuit breaker: tasks failed to start." }]);
});

test("as many as ECS is told to run are all", async () => {
  expect(await seen({ DescribeServices: described(1, [deployment("old", "PRIMARY", 1, "COMPLETED")]), ...tasks([task("a", "api", 1, "v1"), task("b", "api", 1, "v1")]) })).toMatchObject({ complete: true });
  expect(await seen({ DescribeServices: described(1, [deployment("old", "PRIMARY", 1, "COMPLETED")]), ...tasks([task("a", "api", 1, "v1")]) })).toMatchObject({ complete: false });
});

test("a service that Terraform has not made yet is stopped, whatever ECS says of its tasks", async () => {
  const { parts, complete } = await seen({ DescribeServices: new Refused("ClusterNotFoundException"), ListTasks: new Refused("ClusterNotFoundException") });
  expect([parts.map(({ name, state }) => `${name} ${state}`), complete]).toEqual([["api stopped"], false]);
});
