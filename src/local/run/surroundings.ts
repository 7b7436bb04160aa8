import { mkdir } from "node:fs/promises";
import { Failure } from "../../kit/failure.ts";
import type { EnvironmentValue } from "../render/process.ts";
import type { Workload } from "../render/workload.ts";
import { handOver } from "./files.ts";
import type { Stage } from "./stage.ts";
import { plainValue } from "./supervisor.ts";

/** Where a command of a service's team runs: beside its replicas, as what they are. Holds secrets in clear. */
export interface Surroundings {
  readonly release: string;
  /** Of the release; absolute. */
  readonly directory: string;
  /** Words before a command that make it run as the service's user. */
  readonly before: readonly string[];
  /** All that it sees. */
  readonly environment: Readonly<Record<string, string>>;
  /** The service's own variables, in the order of its wiring. */
  readonly variables: readonly ShownVariable[];
}

export interface ShownVariable {
  readonly name: string;
  readonly value: string;
  /** The same with `[redacted]` for its secrets. */
  readonly masked: string;
}

/** For a command of this purpose, `migrate` or `exec`, in a release; it gets a home of its own. */
export async function surroundingsOf(stage: Stage, workload: Workload, release: string, purpose: string): Promise<Surroundings> {
  const { ground, place } = stage;
  const home = place.work(`${workload.name}.${purpose}`);
  await mkdir(home, { recursive: true });
  const user = ground.userOf(workload.name);
  if (user !== null) await handOver(home, user);
  const variables = await Promise.all(
    workload.environment(release).map(async ({ name, value }) => ({ name, value: await plainValue(ground, value), masked: masked(value) })),
  );
  return {
    release,
    directory: place.release(workload.name, release),
    before: [...ground.enter, ...ground.become(workload.name)],
    environment: { ...ground.environment, HOME: home, TMPDIR: home, ...Object.fromEntries(variables.map(({ name, value }) => [name, value])) },
    variables,
  };
}

const masked = (value: EnvironmentValue["value"]): string => value.map((piece) => (typeof piece === "string" ? piece : "[redacted]")).join("");

/** For a command beside what serves now. @throws Failure where no release of it serves */
export async function surroundingsNow(stage: Stage, workload: Workload): Promise<Surroundings> {
  if (workload.kind === "site") throw new Failure("usage", `${workload.name} is a site: no program of the team runs there`, { hint: "./dailyge status" });
  const release = stage.state.workloads[workload.name]?.current ?? null;
  if (release === null) throw new Failure("not-running", `${workload.name} has no release that serves yet`, { hint: `./dailyge deploy ${workload.name}` });
  return surroundingsOf(stage, workload, release, "exec");
}
