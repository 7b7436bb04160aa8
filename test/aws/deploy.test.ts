import { describe, expect, test } from "vitest";
import { release } from "../../src/aws/run/deploy.ts";
import { findImage } from "../../src/aws/run/image.ts";
import { asFailure } from "../../src/aws/run/clients.ts";
import { Failure } from "../../src/kit/failure.ts";
import { Refused, type Answering, type Asked } from "./answers.ts";
import { deployment, described, image, revision, stage, task, tasks, world } from "./deploy-world.ts";

/** What no emulator shows: how a release goes wrong, by answers in the formats of AWS's API references. */

const v1 = [task("a", "api", 1, "v1"), task("b", "api", 1, "v1")];
const v2 = [task("c", "api", 2, "v2"), task("d", "api", 2, "v2")];
const migrated = task("m", "api-migrate", 2, "v2", { lastStatus: "STOPPED", stoppedReason: "Essential container in task exited", containers: [{ name: "api", exitCode: 0 }] });
const before = described(1, [deployment("old", "PRIMARY", 1, "COMPLETED")]);
const rolling = described(2, [deployment("new", "PRIMARY", 2, "IN_PROGRESS", { runningCount: 1 }), deployment("old", "ACTIVE", 1, "COMPLETED")]);
const done = described(2, [deployment("new", "PRIMARY", 2, "COMPLETED")]);
const goingBack = described(1, [
  deployment("old", "PRIMARY", 1, "IN_PROGRESS", { rolloutStateReason: "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/old." }),
  deployment("new", "ACTIVE", 2, "FAILED", { rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start." }),
]);
const wentBack = described(1, [deployment("old", "PRIMARY", 1, "COMPLETED", { rolloutStateReason: "ECS deployment ecs-svc/old completed." })]);
const stopped = (id: string, more: object) => task(id, "api", 2, "v2", { lastStatus: "STOPPED", desiredStatus: "STOPPED", stopCode: "EssentialContainerExited", stoppedReason: "Essential container in task exited", ...more });

async function failure(answers: Answering, change: Parameters<typeof stage>[1] = {}): Promise<Failure> {
  const { ground, release: wanted } = await stage(answers, change);
  const thrown = await release(ground, wanted).then((outcome) => expect.fail(JSON.stringify(outcome)), (error: unknown) => error);
  if (!(thrown instanceof Failure)) throw thrown;
  return thrown;
}

const operations = ({ asked }: Answering): readonly string[] => asked.map(({ operation }) => operation);
const of = ({ asked }: Answering, operation: string): readonly Asked["input"][] => asked.filter((one) => one.operation === operation).map(({ input }) => input);
/** What was written into the parameter that Terraform reads. */
const recorded = (answers: Answering): readonly unknown[] => of(answers, "PutParameter").filter(({ Name }) => String(Name).endsWith("/release")).map(({ Value }) => Value);

describe("a release that goes well", () => {
  test("migrates, revises, rolls out, sees each replica run the digest, and then writes it down", async () => {
    const answers = world({ DescribeServices: [before, rolling, done], ...tasks(v2, [migrated]) });
    const { ground, release: wanted, steps } = await stage(answers);
    expect(await release(ground, wanted)).toEqual({ name: "api", release: "v2", previous: "v1", changed: true, replicas: 2 });
    expect(operations(answers).filter((name) => /^(Run|Register|Update|Put|Delete)/.test(name))).toEqual(["PutParameter", "RegisterTaskDefinition", "RunTask", "RegisterTaskDefinition", "UpdateService", "PutParameter"]);
    expect(of(answers, "RunTask")).toMatchObject([{ cluster: "probe-dev", taskDefinition: revision("api-migrate", 2), capacityProviderStrategy: [{ capacityProvider: "probe-dev-hosts" }] }]);
    expect(of(answers, "UpdateService")).toEqual([{ cluster: "probe-dev", service: "api", taskDefinition: revision("api", 2), desiredCount: 2 }]);
    expect(recorded(answers)).toEqual([image("v2")]);
    expect(steps).toContain("1 of 2 run v2");
  });

  test("waits on while one replica still runs something else", async () => {
    const lists = [["c", "b"], ["c", "d"]].map((ids) => ({ taskArns: [...v1, ...v2].map(({ taskArn }) => taskArn).filter((arn) => ids.some((id) => arn.endsWith(`/${id}`))) }));
    const answers = world({ DescribeServices: [before, done], ...tasks([...v1, ...v2], [migrated]), ListTasks: lists });
    const { ground, release: wanted, steps } = await stage(answers);
    expect(await release(ground, wanted)).toMatchObject({ replicas: 2 });
    expect(steps).toContain("1 of 2 run it by its digest");
  });

  test("is not put off by an answer that does not know of it yet", async () => {
    const answers = world({ DescribeServices: [before, before, before, rolling, done], ...tasks(v2, [migrated]) });
    const { ground, release: wanted } = await stage(answers);
    expect(await release(ground, wanted)).toMatchObject({ release: "v2", replicas: 2 });
  });

  test("takes up what a killed one began, without a second migration", async () => {
    const answers = world({ DescribeServices: [rolling, done], ...tasks(v2, [migrated]) });
    const { ground, release: wanted } = await stage(answers);
    expect(await release(ground, wanted)).toMatchObject({ release: "v2", previous: "v2" });
    expect(operations(answers)).not.toContain("RunTask");
    expect(operations(answers)).not.toContain("UpdateService");
    expect(recorded(answers)).toEqual([image("v2")]);
  });

  test("starts every replica anew where that is wished, without a migration or another revision", async () => {
    const after = described(1, [deployment("new", "PRIMARY", 1, "COMPLETED")]);
    const answers = world({ DescribeServices: [before, after], ...tasks(v1) });
    const { ground, release: wanted } = await stage(answers, { restarts: true });
    const same = { ...wanted, image: () => findImage(wanted.repository, "v1") };
    expect(await release(ground, same)).toEqual({ name: "api", release: "v1", previous: "v1", changed: true, replicas: 2 });
    expect(operations(answers).filter((name) => /^(Run|Register|Update)/.test(name))).toEqual(["UpdateService"]);
    expect(of(answers, "UpdateService")).toMatchObject([{ taskDefinition: revision("api", 1), desiredCount: 2, forceNewDeployment: true }]);
  });

  test("asks again where AWS is asked too often", async () => {
    const throttled = new Refused("ThrottlingException", "Rate exceeded");
    const answers = world({ DescribeServices: [throttled, before, throttled, done], ...tasks(v2, [migrated]) });
    const { ground, release: wanted } = await stage(answers);
    expect(await release(ground, wanted)).toMatchObject({ release: "v2" });
  });
});

describe("a release that does not come up", () => {
  test("its program ends: the exit code, its last words, and that ECS went back", async () => {
    const ended = [stopped("x", { containers: [{ name: "api", exitCode: 1 }] }), stopped("y", { containers: [{ name: "api", exitCode: 1 }] })];
    const answers = world({ DescribeServices: [before, rolling, goingBack, wentBack], ...tasks(v1, [migrated, ...ended]) });
    const told = await failure(answers);
    expect(told).toMatchObject({ code: "deploy-failed", hint: "./dailyge logs api --target aws --environment dev" });
    expect(told.message).toBe("api was not released: v2 did not stay up: exit code 1: Essential container in task exited (2 times); ECS went back to v1");
    expect(told.details).toEqual(["task: exit code 1: Essential container in task exited (2 times)", expect.stringMatching(/^last words of api\/api\/[xy]$/)]);
    expect(of(answers, "DeregisterTaskDefinition").map(({ taskDefinition }) => taskDefinition)).toEqual(expect.arrayContaining([revision("api", 2), revision("api-migrate", 2)]));
    expect(of(answers, "DeregisterTaskDefinition")).toHaveLength(2);
    expect(recorded(answers)).toEqual([]);
    expect(of(answers, "UpdateService")).toHaveLength(1);
  });

  test("ECS has given up and begins its way back a moment later: that is waited for", async () => {
    const failed = described(2, [deployment("new", "PRIMARY", 2, "FAILED", { rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start." }), deployment("old", "ACTIVE", 1, "COMPLETED")]);
    const answers = world({ DescribeServices: [before, rolling, failed, failed, goingBack, wentBack], ...tasks(v1, [migrated, stopped("x", { containers: [{ name: "api", exitCode: 1 }] })]) });
    expect((await failure(answers)).message).toContain("; ECS went back to v1");
    expect(of(answers, "UpdateService")).toHaveLength(1);
  });

  test("its health check fails: what the load balancer says", async () => {
    const balanced = { loadBalancers: [{ targetGroupArn: "arn:aws:elasticloadbalancing:ap-northeast-2:111122223333:targetgroup/api/1", containerName: "api", containerPort: 8080 }] };
    const killed = stopped("x", { stopCode: "ServiceSchedulerInitiated", stoppedReason: "Task failed ELB health checks in (target-group arn)", containers: [{ name: "api", exitCode: 143 }] });
    const unhealthy = { TargetHealthDescriptions: [{ Target: { Id: "i-1", Port: 40001 }, TargetHealth: { State: "unhealthy", Reason: "Target.ResponseCodeMismatch", Description: "Health checks failed with these codes: [503]" } }] };
    const answers = world({ DescribeServices: [before, rolling, goingBack, { services: [{ ...wentBack.services[0], ...balanced }] }], ...tasks(v1, [migrated, killed]), DescribeTargetHealth: unhealthy });
    expect((await failure(answers)).message).toBe("api was not released: v2 is not healthy: Health checks failed with these codes: [503]; ECS went back to v1");
  });

  test("its image cannot be pulled", async () => {
    const unpulled = stopped("x", { stopCode: "TaskFailedToStart", stoppedReason: "CannotPullContainerError: pull image manifest has been retried 5 time(s)", containers: [{ name: "api", reason: "CannotPullContainerError" }] });
    const answers = world({ DescribeServices: [before, rolling, goingBack, wentBack], ...tasks(v1, [migrated, unpulled]) });
    expect((await failure(answers)).message).toContain("v2 did not stay up: CannotPullContainerError: pull image manifest");
  });

  test("an alarm ends it, and ECS says so only of the deployment that failed", async () => {
    const back = described(1, [deployment("back", "PRIMARY", 1, "COMPLETED", { rolloutStateReason: "ECS deployment ecs-svc/back completed." }), deployment("new", "ACTIVE", 2, "FAILED", { rolloutStateReason: "ECS deployment failed: alarm detected." })]);
    expect((await failure(world({ DescribeServices: [before, rolling, back], ...tasks(v1, [migrated]) }))).message).toBe("api was not released: v2 did not come up: ECS deployment failed: alarm detected.; ECS went back to v1");
  });

  test("there is no room for it: that is shown, and after a while we go back", async () => {
    const event = { id: "1", createdAt: Math.floor(Date.now() / 1000) + 5, message: "(service api) was unable to place a task because no container instance met all of its requirements. Reason: insufficient memory." };
    const stuck = described(2, [deployment("new", "PRIMARY", 2, "IN_PROGRESS", { runningCount: 0 })], { events: [event] });
    const answers = world({ DescribeServices: [before, stuck], ...tasks(v1, [migrated]) });
    const told = await failure(answers);
    expect(told.message).toMatch(/v2 did not come up: not every replica runs it within .* minutes; going back to v1 has begun$/);
    expect(told.details).toContain(`ECS: ${event.message}`);
    expect(of(answers, "UpdateService").at(-1)).toMatchObject({ taskDefinition: revision("api", 1), desiredCount: 2 });
  });

  test("the first release fails: nothing ran before, and nothing runs afterwards", async () => {
    const failed = described(2, [deployment("new", "PRIMARY", 2, "FAILED", { rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start." })]);
    const none = described(1, [deployment("old", "PRIMARY", 1, "COMPLETED", { desiredCount: 0, runningCount: 0 })], { desiredCount: 0 });
    const answers = world({ DescribeServices: [none, rolling, failed], ...tasks([], [migrated, stopped("x", { containers: [{ name: "api", exitCode: 1 }] })]) }, { release: null });
    expect((await failure(answers)).message).toContain("nothing ran before, so nothing runs now");
    expect(of(answers, "UpdateService")).toMatchObject([{ desiredCount: 2 }, { taskDefinition: revision("api", 1), desiredCount: 0 }]);
  });

  test("somebody else begins another one: theirs is left alone", async () => {
    const theirs = described(3, [deployment("other", "PRIMARY", 3, "IN_PROGRESS", { rolloutStateReason: "ECS deployment ecs-svc/other in progress." }), deployment("new", "ACTIVE", 2, "IN_PROGRESS")]);
    const answers = world({ DescribeServices: [before, rolling, theirs], ...tasks(v2, [migrated]) });
    expect((await failure(answers)).message).toBe("api was not released: another deployment took the place of v2");
    expect(of(answers, "UpdateService")).toHaveLength(1);
    expect(recorded(answers)).toEqual([]);
  });
});

describe("a release that is refused before it begins", () => {
  test("Terraform has not made it yet", async () => {
    for (const answer of [new Refused("ClusterNotFoundException"), { services: [], failures: [{ reason: "MISSING" }] }, described(1, [], { status: "INACTIVE" })]) {
      expect(await failure(world({ DescribeServices: answer }))).toMatchObject({ code: "not-running", message: "api is not in AWS yet, in dev", hint: "./dailyge apply --environment dev" });
    }
  });

  test("another rollout is under way", async () => {
    const other = described(1, [deployment("old", "PRIMARY", 1, "IN_PROGRESS", { runningCount: 1 })]);
    const told = await failure(world({ DescribeServices: other }));
    expect(told).toMatchObject({ code: "state-busy", hint: expect.stringContaining("./dailyge rollback api") });
    expect(told.message).toMatch(/^api is being rolled out already, since .* UTC: 1 of 2 run$/);
  });

  test("a rollback takes its place", async () => {
    const other = described(1, [deployment("old", "PRIMARY", 1, "IN_PROGRESS")]);
    const { ground, release: wanted } = await stage(world({ DescribeServices: [other, done], ...tasks(v2, []) }), { migrates: false, interrupts: true });
    expect(await release(ground, wanted)).toMatchObject({ release: "v2", previous: "v1" });
  });
});

describe("a migration that fails", () => {
  const ending = (more: object) => [{ ...migrated, ...more }];

  test("by its exit code: what it wrote, and that nothing was released", async () => {
    const answers = world({ DescribeServices: before, ...tasks(v1, ending({ containers: [{ name: "api", exitCode: 3 }] })) });
    const told = await failure(answers);
    expect(told).toMatchObject({ code: "migration-failed", details: ["last words of api-migrate/api/m"] });
    expect(told.message).toBe("the migration of api to v2 failed: it ended with 3 (Essential container in task exited); nothing was released");
    expect(of(answers, "DeregisterTaskDefinition")).toEqual([{ taskDefinition: revision("api-migrate", 2) }]);
    expect(operations(answers)).not.toContain("UpdateService");
  });

  test("because it never ran", async () => {
    const reason = "ResourceInitializationError: unable to pull secrets";
    expect((await failure(world({ DescribeServices: before, ...tasks(v1, ending({ stoppedReason: reason, containers: [{ name: "api" }] })) }))).message).toContain(`failed: ${reason}; nothing was released`);
    const told = await failure(world({ DescribeServices: before, RunTask: { tasks: [], failures: [{ arn: "arn", reason: "RESOURCE:MEMORY" }] } }));
    expect(told).toMatchObject({ code: "start-failed", message: "ECS runs no task of api: RESOURCE:MEMORY" });
  });
});

describe("an interruption", () => {
  test("in the middle of a rollout goes back to what ran", async () => {
    const answers = world({ DescribeServices: [before, rolling], ...tasks(v1, [migrated]) });
    const { ground, release: wanted, stop } = await stage(answers);
    const going = release({ ...ground, report: ({ step }) => void (step.includes("run v2") && stop.abort()) }, wanted);
    await expect(going).rejects.toMatchObject({ code: "cancelled", message: "the release of api was interrupted: ECS has been told to go back to v1" });
    expect(of(answers, "UpdateService").at(-1)).toMatchObject({ taskDefinition: revision("api", 1), desiredCount: 2 });
    expect(of(answers, "DeregisterTaskDefinition")).toHaveLength(2);
    expect(recorded(answers)).toEqual([]);
  });

  test("of our credentials leaves the rollout to ECS, and says how to see its end", async () => {
    const expired = new Refused("ExpiredTokenException", "The security token included in the request is expired");
    const answers = world({ DescribeServices: [before, rolling, expired], ...tasks(v1, [migrated]) });
    const told = await failure(answers);
    expect(told).toMatchObject({ code: "credentials-expired", message: "v2 is being rolled out, and its end was not seen: the AWS credentials have expired" });
    expect(told.hint).toContain("./dailyge deploy api --image v2 --target aws --environment dev");
    expect(of(answers, "UpdateService")).toHaveLength(1);
    expect(of(answers, "DeregisterTaskDefinition")).toEqual([]);
  });
});

test.each([
  ["AccessDeniedException", "access-denied", "the credentials may not do it"],
  ["UnrecognizedClientException", "credentials-missing", "AWS does not accept the credentials"],
  ["ThrottlingException", "throttled", "AWS is asked too often at the moment"],
  ["LimitExceededException", "quota-exceeded", "a quota of the account is used up"],
  ["CredentialsProviderError", "credentials-missing", "there are no AWS credentials"],
  ["TimeoutError", "network", "AWS cannot be reached"],
])("%s is told as %s", (name, code, says) => {
  const told = asFailure(Object.assign(new Error("it says so"), { name }), { failed: "api cannot be released", again: "./dailyge deploy api" });
  expect(told).toMatchObject({ code, message: expect.stringContaining(`api cannot be released: ${says}`) });
});

test("an error that nobody knows stays what it is", () => {
  const bug = new TypeError("undefined is not a function");
  expect(asFailure(bug, { failed: "", again: "" })).toBe(bug);
});
