import { calledServices } from "../render/address.ts";
import { countedAs, limitBackend } from "../render/edge-limits.ts";
import type { Environment } from "../../model/model.ts";
import type { RateLimit } from "../../model/protection.ts";
import type { RequestCounts } from "./edge.ts";
import type { Stage } from "./stage.ts";
import type { PromiseStatus } from "./status.ts";

/** Requests that the edge refused since it was started or took over another structure. */
export interface Refusals {
  /** By `reachableBy` and `paths`, for each site and service. */
  readonly hosts: Readonly<Record<string, number>>;
  /** For each rate limit. */
  readonly limits: Readonly<Record<string, number>>;
}

export function refusalsOf(stage: Stage, counts: Readonly<Record<string, RequestCounts>>): Refusals {
  const hosts = stage.workloads.filter(({ host }) => host !== null).map(({ name }) => [name, counts[name]?.refused ?? 0]);
  const limits = limitsOf(stage).map(({ name }) => [name, counts[limitBackend(name)]?.requests ?? 0]);
  return { hosts: Object.fromEntries(hosts), limits: Object.fromEntries(limits) };
}

const limitsOf = (stage: Stage): readonly RateLimit[] => stage.state.wanted?.environment.protection.rateLimits ?? [];

/** What the edge does as AWS does, and what not. */
export function edgePromises(stage: Stage, refused: Refusals): readonly PromiseStatus[] {
  const environment = stage.state.wanted?.environment;
  if (environment === undefined) return [];
  return [
    ...(environment.services.some(({ endpoint }) => endpoint !== null) ? [restrictions(environment, refused)] : []),
    ...(limitsOf(stage).length > 0 ? [rateLimits(limitsOf(stage), refused)] : []),
    ...managedRules(environment),
    ...(calledServices(environment).length > 0
      ? [{ promise: "calls", how: "the address of a called service is told to the services that call it; nothing keeps another program of this machine from it" }]
      : []),
    ...(environment.sites.length > 0 ? [{ promise: "sites", how: "headers, cache and compression as CloudFront's, but for Brotli and, without HTTPS, Strict-Transport-Security" }] : []),
  ];
}

/** Only AWS knows what is in them. */
function managedRules({ protection, services, sites }: Environment): readonly PromiseStatus[] {
  const { managedRules: rules } = protection;
  const guarded = services.some(({ endpoint }) => endpoint !== null) || sites.length > 0;
  return guarded && rules.length > 0 ? [{ promise: "managed rules", how: `not here: only AWS has its own rules (${rules.join(", ")}), so what they would refuse passes` }] : [];
}

function restrictions({ services }: Environment, { hosts }: Refusals): PromiseStatus {
  const closed = services.filter(({ endpoint }) => endpoint?.entrance === "closed").map(({ name }) => name);
  const told = Object.entries(hosts).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`);
  return {
    promise: "restrictions",
    how: `kept by the edge; refused so far: ${told.length === 0 ? "nothing" : told.join(", ")}`,
    details: [
      "a request's headers may take 15 KB in all, where a load balancer takes 64; idle connections end after a minute, as there",
      ...(closed.length > 0 ? [`everyone can connect to the edge before ${closed.join(", ")} and is refused by it; on AWS only teams can connect`] : []),
    ],
  };
}

/** https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-caveats.html */
function rateLimits(limits: readonly RateLimit[], refused: Refusals): PromiseStatus {
  return {
    promise: "rate limits",
    how: "kept by the edge at once; AWS WAF looks every ten seconds or so, and begins and ends seconds to minutes late",
    details: [
      ...limits.map((limit) => {
        const counted = countedAs(limit, limits);
        const differently = counted.seconds === limit.seconds ? "" : `, counted as ${counted.requests} in ${span(counted.seconds)}: no more than three windows can be counted here`;
        return `${limit.name}: ${limit.requests} in ${span(limit.seconds)}${limit.paths.length === 0 ? "" : ` for ${limit.paths.join(", ")}`}${differently}; refused so far: ${refused.limits[limit.name] ?? 0}`;
      }),
      "steady traffic is counted exactly; a request after a burst may count for up to two windows, and between two bursts up to twice the limit may pass in one",
    ],
  };
}

const span = (seconds: number): string => (seconds === 60 ? "1 minute" : `${seconds / 60} minutes`);
