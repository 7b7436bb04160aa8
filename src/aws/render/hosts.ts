import type { Service } from "../../model/service.ts";
import { resource, type Block, type Resource } from "../terraform.ts";
import { clusterName } from "./deployed-names.ts";
import type { Noun } from "./directory.ts";
import { renderGroup, type RenderedGroup } from "./host-group.ts";
import { renderHostRole } from "./host-role.ts";
import { logGroup } from "./logs.ts";
import type { Network } from "./network.ts";
import type { Place } from "./place.ts";

export { HOST_PORTS } from "../../model/hosts.ts";

/** What services run on: one cluster, and the groups of instances in it, each with a network of its own. */
export interface Hosts {
  readonly nouns: readonly Noun[];
  readonly cluster: Resource<"aws_ecs_cluster">;
  /** In the order of the definition. */
  readonly groups: readonly RenderedGroup[];
  /** What people type in containers, with the answers. */
  readonly sessions: Resource<"aws_cloudwatch_log_group">;
  /** Services can be placed once this exists. */
  readonly attached: Block;
}

export function renderHosts(place: Place, network: Network): Hosts {
  const sessions = logGroup(place, "sessions", "sessions");
  const cluster = resource("aws_ecs_cluster", "main", {
    name: clusterName(place),
    // Its figures cost 0.30 dollars each a month, and Prometheus has them.
    setting: [{ name: "containerInsights", value: "disabled" }],
    configuration: {
      execute_command_configuration: { logging: "OVERRIDE", log_configuration: { cloud_watch_log_group_name: sessions.of("name") } },
    },
  });
  const role = renderHostRole(place, cluster);
  const groups = place.environment.hosts.map((group) => renderGroup(place, network, cluster, role, group));
  const providers = groups.map(({ capacityProvider }) => capacityProvider.of("name"));
  const attached = resource("aws_ecs_cluster_capacity_providers", "main", {
    cluster_name: cluster.of("name"),
    capacity_providers: providers,
    default_capacity_provider_strategy: providers.slice(0, 1).map((capacity_provider) => ({ capacity_provider, weight: 1 })),
  });
  const images = new Map(groups.flatMap(({ image }) => image.blocks.map((block) => [block.address, block])));
  return {
    nouns: [
      { name: "hosts", blocks: [sessions, cluster, ...role.blocks, ...images.values(), attached] },
      ...groups.map(({ group, blocks }) => ({ name: `hosts-${group.name}`, blocks })),
    ],
    cluster, groups, sessions, attached,
  };
}

/** The group that a service runs on. */
export function groupOf({ groups }: Pick<Hosts, "groups">, service: Service): RenderedGroup {
  const found = groups.find(({ group }) => group.name === service.hosts);
  if (!found) throw new Error(`service ${service.name} runs on ${service.hosts}, and there are no such hosts`);
  return found;
}

/** The groups that some of these services run on, each once. */
export const groupsOf = ({ groups }: Pick<Hosts, "groups">, services: readonly Service[]): readonly RenderedGroup[] =>
  groups.filter(({ group }) => services.some(({ hosts }) => hosts === group.name));
