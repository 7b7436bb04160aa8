import { addressesIn, asBody, asList, blocksIn, ofType, texts, type Configuration, type WrittenBlock } from "./configuration.ts";
import { forwardings } from "./listener.ts";
import { admitsGroup } from "./security-groups.ts";
import { containersOf, type RunningService } from "./service.ts";

/**
 * How a service calls another inside the platform: straight to its host, or through a load balancer that only the inside
 * reaches and whose address it is told. Services on the same hosts are one to the network, so between those it is only
 * that address which tells them apart.
 */
export function callsInside(configuration: Configuration, caller: RunningService, called: RunningService): string | undefined {
  const straight = admitsGroup(configuration, caller.groups, called.groups, null);
  if (straight) return `${straight.address} opens the hosts' ports ${straight.ports} to hosts`;
  for (const attached of asList(called.block.body["load_balancer"]).map(asBody)) {
    const [target] = addressesIn(attached["target_group_arn"]);
    for (const { listener } of target === undefined ? [] : forwardings(configuration, target, { from: networks(configuration) })) {
      const because = throughDoor(configuration, caller, called, listener);
      if (because) return because;
    }
  }
  return undefined;
}

/** The addresses of everything inside. */
const networks = (configuration: Configuration): readonly string[] => ofType(configuration, "aws_vpc").flatMap(({ body }) => texts(body["cidr_block"]));

function throughDoor(configuration: Configuration, caller: RunningService, called: RunningService, listener: string): string | undefined {
  const { body } = configuration.blocks.get(listener) ?? { body: {} };
  const [balancer] = blocksIn(configuration, asBody(body)["load_balancer_arn"]);
  if (balancer?.body["internal"] !== true || !caller.task) return undefined;
  const port = Number(asBody(body)["port"]);
  const groups = addressesIn(balancer.body["security_groups"]);
  const inward = admitsGroup(configuration, caller.groups, groups, port);
  const onward = admitsGroup(configuration, groups, called.groups, null);
  if (!inward || !onward || !isTold(caller.task, balancer, port)) return undefined;
  return `${caller.task.address} tells it the address; ${inward.address} opens port ${inward.ports} to its hosts, and to all services on them, ${onward.address} the hosts' ports ${onward.ports}`;
}

function isTold(task: WrittenBlock, balancer: WrittenBlock, port: number): boolean {
  const values = containersOf(task).flatMap(({ environment }) => asList(environment).map((variable) => asBody(variable)["value"]));
  return texts(values).some((value) => addressesIn(value).includes(balancer.address) && new RegExp(`}:${port}(?!\\d)`).test(value));
}
