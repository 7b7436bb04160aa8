import { addressesIn, asBody, asList, blocksIn, ofType, parsed, type Body, type Configuration, type WrittenBlock } from "./configuration.ts";
import { firewallBefore, letsThrough } from "./firewall.ts";
import { forwardings, type Forwarding } from "./listener.ts";
import { admitsGroup, admitsOutsider, isPublic, type Outsider } from "./security-groups.ts";

/** A service that runs, always or at certain times, and the hosts that it runs on. */
export interface RunningService {
  readonly node: string;
  readonly block: WrittenBlock;
  readonly task: WrittenBlock | undefined;
  /** Security groups of its hosts, which all services there share. */
  readonly groups: readonly string[];
  readonly subnets: readonly string[];
}

export function runningServices(configuration: Configuration): readonly RunningService[] {
  const always = ofType(configuration, "aws_ecs_service").map((block) => ({ block, body: block.body, task: block.body["task_definition"] }));
  const scheduled = ofType(configuration, "aws_scheduler_schedule").flatMap((block) =>
    asList(asBody(block.body["target"])["ecs_parameters"]).map(asBody).map((body) => ({ block, body, task: body["task_definition_arn"] })),
  );
  return [...always, ...scheduled].map(({ block, body, task: definition }) => {
    const groups = reach(configuration, body["capacity_provider_strategy"], ["aws_ecs_capacity_provider", "aws_autoscaling_group"]);
    const templates = groups.flatMap((group) => blocksIn(configuration, group.body["launch_template"]));
    const [task] = blocksIn(configuration, definition);
    return {
      // A schedule takes no tags; what it runs has them.
      node: nodeOf(block.type === "aws_scheduler_schedule" ? (task ?? block) : block, "service"),
      block,
      task,
      groups: templates.flatMap(({ body: template }) => securityGroupsOf(template)),
      subnets: groups.flatMap((group) => addressesIn(group.body["vpc_zone_identifier"])),
    };
  });
}

/** Security groups of what a launch template makes: of the instance, or of its network interfaces. */
export const securityGroupsOf = (template: Body): readonly string[] => [
  ...addressesIn(template["vpc_security_group_ids"]),
  ...asList(template["network_interfaces"]).flatMap((each) => addressesIn(asBody(each)["security_groups"])),
];

/** The containers of a task definition. */
export const containersOf = ({ body }: WrittenBlock): readonly Body[] => asList(parsed(body["container_definitions"])).map(asBody);

/** Follows references from one type to the next. */
function reach(configuration: Configuration, value: unknown, [type, ...further]: readonly string[]): readonly WrittenBlock[] {
  const found = blocksIn(configuration, value).filter((block) => block.type === type);
  return further.length === 0 ? found : found.flatMap(({ body }) => reach(configuration, body, further));
}

/** `service:api`: what its `part` tag says, otherwise by its name in Terraform. */
export function nodeOf({ name, body }: WrittenBlock, kind: string): string {
  const { part } = asBody(body["tags"]);
  return typeof part === "string" ? part : `${kind}:${name}`;
}

/** How an outsider's request reaches the service: through a load balancer, or straight to its host; undefined when it cannot. */
export function callsService(configuration: Configuration, service: RunningService, outsider: Outsider): string | undefined {
  const straight = isPublic(configuration, service.subnets) && admitsOutsider(configuration, service.groups, outsider, null);
  if (straight) return `${straight.address} opens the hosts' ports ${straight.ports}`;
  for (const attached of asList(service.block.body["load_balancer"]).map(asBody)) {
    const [target] = addressesIn(attached["target_group_arn"]);
    for (const forwarding of target === undefined ? [] : forwardings(configuration, target, outsider)) {
      const because = throughBalancer(configuration, service, forwarding, outsider);
      if (because) return `${forwarding.rule} forwards ${forwarding.hosts?.join(", ") ?? "any host"}${forwarding.paths?.join(", ") ?? ""}; ${because}`;
    }
  }
  return undefined;
}

function throughBalancer(
  configuration: Configuration, service: RunningService, { listener, hosts, paths }: Forwarding, outsider: Outsider,
): string | undefined {
  const { body } = configuration.blocks.get(listener) ?? { body: {} };
  const [balancer] = blocksIn(configuration, asBody(body)["load_balancer_arn"]);
  const firewall = balancer && firewallBefore(configuration, balancer.address);
  if (firewall && !letsThrough(configuration, firewall, { outsider, hosts, paths })) return undefined;
  if (!balancer || balancer.body["internal"] === true || !isPublic(configuration, addressesIn(balancer.body["subnets"]))) return undefined;
  const groups = addressesIn(balancer.body["security_groups"]);
  const inward = admitsOutsider(configuration, groups, outsider, Number(asBody(body)["port"]));
  const onward = admitsGroup(configuration, groups, service.groups, null);
  return inward && onward && `${inward.address} opens port ${inward.ports}, ${onward.address} the hosts' ports ${onward.ports}`;
}
