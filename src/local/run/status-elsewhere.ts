import type { Environment } from "../../model/model.ts";
import type { PromiseStatus } from "./status.ts";

/** What a definition says that has no meaning on one machine. */
export function elsewherePromises(environment: Environment | undefined): readonly PromiseStatus[] {
  if (environment === undefined) return [];
  const { network, logs, uptime, budget } = environment;
  return [
    { promise: "network", how: `loopback in place of ${network.zones} zones; one machine is one zone, and nobody writes down who connects` },
    { promise: "logs", how: `of each part the newest six megabytes, not the last ${logs.keepDays === 1 ? "day" : `${logs.keepDays} days`}` },
    ...(uptime === null ? [] : [{ promise: "uptime", how: "nobody asks from outside, and nobody is told" }]),
    ...(budget === null ? [] : [{ promise: "budget", how: "nothing is counted: on one machine it costs nothing" }]),
  ];
}
