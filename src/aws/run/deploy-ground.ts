import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeServicesCommand, ECSClient, type Service as EcsService } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SSMClient } from "@aws-sdk/client-ssm";
import { Failure } from "../../kit/failure.ts";
import type { Environment, Shared } from "../../model/model.ts";
import type { Service } from "../../model/service.ts";
import { clusterName } from "../render/deployed-names.ts";
import { place, type Place } from "../render/place.ts";
import { isNamed, type AwsSettings } from "./clients.ts";

/** What happens, for whoever looks on; as what happens on this machine is told. */
export interface Progress {
  readonly part: string;
  readonly step: string;
  readonly state: "working" | "ready" | "failed" | "note";
}

/** How often AWS is asked whether something has come to its end, and how long at most. */
export interface Pace {
  readonly askMilliseconds: number;
  readonly rolloutSeconds: number;
  readonly taskSeconds: number;
}

/** ECS itself looks at health every few seconds and gives up after minutes; what takes longer has no room to start. */
export const PACE: Pace = { askMilliseconds: 4_000, rolloutSeconds: 40 * 60, taskSeconds: 60 * 60 };

/** What a release of one service stands on. */
export interface Ground {
  readonly place: Place;
  readonly service: Service;
  readonly ecs: ECSClient;
  readonly ssm: SSMClient;
  readonly logs: CloudWatchLogsClient;
  readonly balancers: ElasticLoadBalancingV2Client;
  readonly settings: AwsSettings;
  readonly pace: Pace;
  /** Aborted: what is half done is undone. */
  readonly signal: AbortSignal;
  report(progress: Progress): void;
}

export interface GroundOptions {
  readonly shared: Shared;
  readonly environment: Environment;
  readonly service: Service;
  readonly settings: AwsSettings;
  readonly signal: AbortSignal;
  readonly report: Ground["report"];
  readonly pace?: Pace;
}

export function groundOf({ shared, environment, service, settings, signal, report, pace = PACE }: GroundOptions): Ground {
  return {
    place: place(shared, environment),
    service, settings, signal, pace, report,
    ecs: new ECSClient(settings), ssm: new SSMClient(settings), logs: new CloudWatchLogsClient(settings), balancers: new ElasticLoadBalancingV2Client(settings),
  };
}

/** The running service as ECS has it. @throws Failure `not-running` where Terraform has not made it yet */
export async function describeService({ ecs, place: { prefix, environment }, service }: Pick<Ground, "ecs" | "place" | "service">): Promise<EcsService> {
  const found = await ecs.send(new DescribeServicesCommand({ cluster: clusterName({ prefix, path: "" }), services: [service.name] })).catch((error: unknown) => {
    if (isNamed(error, "ClusterNotFoundException", "ServiceNotFoundException")) return { services: [] };
    throw error;
  });
  const [there] = found.services?.filter(({ status }) => status === "ACTIVE") ?? [];
  if (there === undefined) throw notThere(service.name, environment.name);
  return there;
}

/** What the definition says and Terraform has not made. */
export const notThere = (name: string, environment: string): Failure =>
  new Failure("not-running", `${name} is not in AWS yet, in ${environment}`, { hint: `./dailyge apply --environment ${environment}` });
