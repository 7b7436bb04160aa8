import type { Ground } from "../../src/aws/run/deploy-ground.ts";
import { groundOf } from "../../src/aws/run/deploy-ground.ts";
import type { Release } from "../../src/aws/run/deploy-terms.ts";
import { findRepository, findImage } from "../../src/aws/run/image.ts";
import { definePlatform, parts } from "../../src/index.ts";
import { resolve } from "../../src/model/resolve/index.ts";
import { answering, Refused, type Answer, type Answering } from "./answers.ts";

/** `probe` in `dev`: an API of two replicas with a migration, which runs release v1. */
export function probe() {
  const resolved = resolve(definePlatform({
    name: "probe", domain: "example.com", region: "ap-northeast-2", environments: { dev: { branch: "dev" } },
    platform: () => parts({ services: { api: { directory: "api", start: "node api.js", host: "api", migrate: "node migrate.js", uses: ["db"], replicas: 2 } }, databases: { db: { engine: "mysql" } } }),
  }));
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.findings));
  const [environment] = resolved.model.environments;
  const service = environment?.services[0];
  if (environment === undefined || service === undefined) throw new Error("the probe has a service");
  return { shared: resolved.model.shared, environment, service };
}

const URI = "111122223333.dkr.ecr.ap-northeast-2.amazonaws.com/probe/api";
export const digest = (release: string): string => `sha256:${release.padEnd(64, "0").replaceAll(/[^0-9a-f]/g, "a")}`;
export const image = (release: string): string => `${URI}@${digest(release)}`;
export const revision = (family: string, number: number): string => `arn:aws:ecs:ap-northeast-2:111122223333:task-definition/probe-dev-${family}:${number}`;

const definition = (family: string, number: number, release: string | null) => {
  const held = release === null ? "unreleased" : image(release);
  const options = { "awslogs-group": "/probe/dev/services/api", "awslogs-stream-prefix": family };
  return {
    taskDefinitionArn: revision(family, number), family: `probe-dev-${family}`, revision: number, status: "ACTIVE",
    containerDefinitions: [{ name: "api", image: held, essential: true, environment: [{ name: "RELEASE", value: held }], logConfiguration: { logDriver: "awslogs", options } }],
  };
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html */
export const deployment = (id: string, status: "PRIMARY" | "ACTIVE", number: number, rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED", more: object = {}) => ({
  id: `ecs-svc/${id}`, status, taskDefinition: revision("api", number), rolloutState, desiredCount: 2, runningCount: 2, pendingCount: 0, failedTasks: 0, createdAt: Math.floor(Date.now() / 1000), ...more,
});

export const described = (number: number, deployments: readonly object[], more: object = {}) => ({
  services: [{ serviceName: "api", status: "ACTIVE", desiredCount: 2, taskDefinition: revision("api", number), deployments, events: [], loadBalancers: [], capacityProviderStrategy: [{ capacityProvider: "probe-dev-hosts", weight: 1 }], ...more }],
  failures: [],
});

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html */
export const task = (id: string, family: string, number: number, release: string, more: object = {}) => ({
  taskArn: `arn:aws:ecs:ap-northeast-2:111122223333:task/probe-dev/${id}`, taskDefinitionArn: revision(family, number), lastStatus: "RUNNING", desiredStatus: "RUNNING", healthStatus: "UNKNOWN",
  containers: [{ name: "api", image: image(release), imageDigest: digest(release), lastStatus: "RUNNING" }], ...more,
});

/** Tasks by what is asked for: those that run, those that have ended, or one by its ARN. */
export function tasks(running: readonly ReturnType<typeof task>[], stopped: readonly ReturnType<typeof task>[] = []): Record<string, Answer> {
  const all = [...running, ...stopped];
  return {
    ListTasks: ({ desiredStatus }) => ({ taskArns: (desiredStatus === "STOPPED" ? stopped : running).map(({ taskArn }) => taskArn) }),
    DescribeTasks: ({ tasks: wanted }) => ({ tasks: all.filter(({ taskArn }) => (wanted as readonly string[]).includes(taskArn)), failures: [] }),
  };
}

/** Everything up to the rollout of v2: revision 1 of both families is v1, revision 2 will be v2; the migration's task `m` ends with 0. */
export function world(more: Readonly<Record<string, Answer | readonly Answer[]>>, before: { readonly release: string | null } = { release: "v1" }): Answering {
  const newest: Record<string, number> = { api: 1, "api-migrate": 1 };
  const families = (name: unknown): string => /probe-dev-(api-migrate|api)/.exec(String(name))?.[1] ?? "api";
  let parameter = before.release === null ? "unreleased" : image(before.release);
  const ended = task("m", "api-migrate", 2, "v2", { lastStatus: "STOPPED", stoppedReason: "Essential container in task exited", containers: [{ name: "api", exitCode: 0 }] });
  return answering({
    DescribeRepositories: { repositories: [{ repositoryUri: URI, repositoryName: "probe/api" }] },
    DescribeImages: ({ imageIds }) => {
      const [id = {}] = imageIds as readonly { readonly imageTag?: string; readonly imageDigest?: string }[];
      const tag = ["v1", "v2", "v3"].find((each) => each === id.imageTag || digest(each) === id.imageDigest);
      return tag === undefined ? new Refused("ImageNotFoundException") : { imageDetails: [{ imageDigest: digest(tag), imageTags: [tag] }] };
    },
    PutParameter: ({ Name, Value, Overwrite }) => {
      if (String(Name).endsWith("/release")) parameter = String(Value);
      return { Version: Overwrite === true ? 2 : 1 };
    },
    GetParameter: ({ Name }) => (String(Name).endsWith("/release") ? { Parameter: { Value: parameter, Version: 1 } } : new Refused("ParameterNotFound")),
    DescribeTaskDefinition: ({ taskDefinition }) => {
      const family = families(taskDefinition);
      const number = Number(/:(\d+)$/.exec(String(taskDefinition))?.[1] ?? newest[family]);
      return { taskDefinition: definition(family, number, number === 1 ? before.release : "v2"), tags: [] };
    },
    RegisterTaskDefinition: (input) => {
      const family = families(input["family"]);
      newest[family] = 2;
      return { taskDefinition: definition(family, 2, "v2") };
    },
    DeregisterTaskDefinition: {},
    RunTask: { tasks: [ended], failures: [] },
    UpdateService: ({ taskDefinition }) => ({ service: described(2, [deployment("new", "PRIMARY", Number(String(taskDefinition).split(":").at(-1)), "IN_PROGRESS")]).services[0] ?? {} }),
    GetLogEvents: ({ logStreamName }) => ({ events: [{ message: `last words of ${String(logStreamName)}`, timestamp: 1 }] }),
    ...tasks([ended]),
    ...more,
  });
}

export interface Stage {
  readonly ground: Ground;
  readonly release: Release;
  readonly stop: AbortController;
  readonly steps: string[];
}

/** A release of v2 that is about to begin. */
export async function stage({ settings }: Answering, change: Partial<Release> = {}): Promise<Stage> {
  const stop = new AbortController();
  const steps: string[] = [];
  const { shared, environment, service } = probe();
  const ground = groundOf({ shared, environment, service, settings, signal: stop.signal, report: ({ step }) => void steps.push(step), pace: { askMilliseconds: 1, rolloutSeconds: 0.2, taskSeconds: 5 } });
  const repository = await findRepository(settings, shared, "api");
  return { ground, stop, steps, release: { repository, image: () => findImage(repository, "v2"), migrates: true, restarts: false, interrupts: false, by: "ana", ...change } };
}
