import type { Edge, Graph } from "../../model/graph.ts";
import type { Team } from "../../model/team.ts";
import { callsInside } from "./calls.ts";
import { ofType, readConfiguration, type Configuration, type WrittenBlock, type WrittenFile } from "./configuration.ts";
import { callsDatabase, runningDatabases, usesDatabase } from "./database.ts";
import type { Outsider } from "./security-groups.ts";
import { callsService, nodeOf, runningServices, type RunningService } from "./service.ts";
import { opensSite } from "./site.ts";
import { delivers, handles, opensToAll, publishedTopics, publishes, workingQueues } from "./topic.ts";

/**
 * Who can reach whom, as the files of one Terraform directory have it: read from the JSON alone, so that it judges what
 * wrote them. Teams are told by their networks; the world is everyone else.
 *
 * What it looks at: web ACLs, listener rules, security groups, public subnets, secrets and who may read them, roles and the
 * policies of topics and queues, distributions and their records. What it takes as open without looking: names in DNS of
 * services, the way to AWS's own services, network ACLs, denials in policies.
 */
export function readGraph(files: readonly WrittenFile[], teams: readonly Team[]): Graph {
  const configuration = readConfiguration(files);
  const services = runningServices(configuration);
  const databases = runningDatabases(configuration);
  const sites = ofType(configuration, "aws_cloudfront_distribution").map((block) => ({ block, node: nodeOf(block, "site") }));
  const topics = publishedTopics(configuration).map((block) => ({ block, node: nodeOf(block, "topic") }));
  const queues = workingQueues(configuration).map((block) => ({ block, node: nodeOf(block, "queue") }));
  const people: readonly { node: string; outsider: Outsider }[] = [
    { node: "world", outsider: { except: teams.flatMap(({ addresses }) => addresses) } },
    ...teams.map(({ name, addresses }) => ({ node: `team:${name}`, outsider: { from: addresses } })),
  ];
  const edges = [
    ...people.flatMap(({ node, outsider }) => [
      ...sites.flatMap((site) => edge(node, site.node, opensSite(configuration, site.block, outsider))),
      ...services.flatMap((service) => edge(node, service.node, callsService(configuration, service, outsider))),
      ...databases.flatMap((database) => edge(node, database.node, callsDatabase(configuration, database, outsider))),
      ...[...topics, ...queues].flatMap((each) => edge(node, each.node, opensToAll(configuration, each.block))),
    ]),
    ...services.flatMap((caller) => services.flatMap((called) => (caller === called ? [] : edge(caller.node, called.node, callsInside(configuration, caller, called))))),
    ...services.flatMap((service) =>
      databases.flatMap((database) => edge(service.node, database.node, usesDatabase(configuration, service, database))),
    ),
    ...messages(configuration, services, topics, queues),
  ];
  const parts = [...sites, ...services, ...databases, ...topics, ...queues];
  return { nodes: [...people, ...parts].map(({ node }) => node), edges };
}

interface Node {
  readonly block: WrittenBlock;
  readonly node: string;
}

/** From services to topics, from those to queues, and from services to queues. */
function messages(configuration: Configuration, services: readonly RunningService[], topics: readonly Node[], queues: readonly Node[]): readonly Edge[] {
  return [
    ...services.flatMap((service) => topics.flatMap(({ block, node }) => edge(service.node, node, publishes(configuration, service, block)))),
    ...topics.flatMap((topic) => queues.flatMap(({ block, node }) => edge(topic.node, node, delivers(configuration, topic.block, block)))),
    ...services.flatMap((service) => queues.flatMap(({ block, node }) => edge(service.node, node, handles(configuration, service, block)))),
  ];
}

const edge = (from: string, to: string, because: string | undefined): readonly Edge[] =>
  because === undefined ? [] : [{ from, to, because }];
