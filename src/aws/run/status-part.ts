import type { Environment, Shared } from "../../model/model.ts";
import type { Audience, Service } from "../../model/service.ts";
import { publicUrl } from "../render/address.ts";
import type { Place } from "../render/place.ts";
import type { AwsSettings } from "./clients.ts";
import type { AlarmStatus } from "./status-alarms.ts";

/** What runs, in the shape in which the same command tells of this machine; what AWS does not say is null. */
export interface AwsStatus {
  readonly platform: string;
  readonly environment: string;
  readonly ready: boolean;
  readonly urls: Readonly<Record<string, string>>;
  readonly parts: readonly AwsPart[];
  /** Services whose last deployment ECS has given up. */
  readonly refused: readonly { readonly name: string; readonly at: string; readonly why: string }[];
  readonly schedules: readonly never[];
  readonly scaling: readonly ScaledService[];
  readonly refusals: { readonly hosts: Readonly<Record<string, number>>; readonly limits: Readonly<Record<string, number>> };
  readonly promises: readonly never[];
  /** Alarms that ring. */
  readonly alarms: readonly AlarmStatus[];
}

export interface AwsPart {
  readonly name: string;
  readonly kind: "site" | "database" | "topic" | "service";
  readonly state: "ready" | "starting" | "unhealthy" | "crashing" | "stopped";
  readonly pid: null;
  readonly release: string | null;
  readonly url: string | null;
  readonly reachableBy: string | null;
  readonly except: readonly string[];
  /** Tasks that ended by themselves, within about the last hour. */
  readonly crashes: number;
  readonly memoryMb: null;
  readonly uptimeSeconds: number | null;
  /** Of a topic. */
  readonly queues?: readonly QueueStatus[];
}

/** What is in a consumer's queue, about: SQS counts so. */
export interface QueueStatus {
  readonly consumer: string;
  readonly waiting: number;
  /** Received, and neither deleted nor due again. */
  readonly inFlight: number;
  /** In the dead-letter queue. */
  readonly dead: number;
}

export interface ScaledService {
  readonly service: string;
  readonly replicas: number;
  readonly least: number;
  readonly most: number;
  readonly cpuPercent: null;
  readonly targetCpuPercent: number;
  readonly lastChange: null;
}

/** What every part of a status asks with. */
export interface StatusGround {
  readonly shared: Shared;
  readonly environment: Environment;
  readonly place: Place;
  readonly account: string;
  readonly settings: AwsSettings;
  /** Of the account of the images. */
  readonly registry: AwsSettings;
}

/** What a part is, before one knows how it is. */
export function partOf(place: Place, kind: AwsPart["kind"], name: string, more: { readonly reachableBy: string | null; readonly except?: readonly string[] }): Omit<AwsPart, "state"> {
  return { name, kind, pid: null, release: null, url: publicUrl(place, name), except: [], crashes: 0, memoryMb: null, uptimeSeconds: null, ...more };
}

const audience = (reachableBy: Audience): string => (reachableBy === "public" ? "everyone" : reachableBy.length === 0 ? "nobody" : reachableBy.join(", "));

/** Who reaches a service, in the words of its definition. */
export const reachOf = ({ endpoint }: Service): { readonly reachableBy: string; readonly except: readonly string[] } => ({
  reachableBy: endpoint === null ? "nobody" : audience(endpoint.reachableBy),
  except: endpoint?.paths.map(({ pattern, reachableBy }) => `${pattern}: ${audience(reachableBy)}`) ?? [],
});
