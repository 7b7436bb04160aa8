import type { NetworkDefinition } from "../../definition/network.ts";
import { contains, networkOf, networkText, parseNetwork, type Network as Block } from "../../kit/address.ts";
import type { Network } from "../network.ts";
import { existing } from "./existing.ts";
import type { Place } from "./place.ts";
import { complete, number, oneOf, optional, quoted, readFields, text, type Fields, type Reader } from "./read.ts";
import { duration } from "./unit.ts";

/** Where nothing is written. */
export const DEFAULT_NETWORK: Network = { addresses: "10.20.0.0/16", zones: 2, nat: "one", flowLogDays: 30, existing: null };

export const network: Reader<Network> = (value, at) => {
  const read = readFields(NETWORK, "a network", value, at);
  const whole = read && complete(read);
  return whole && { addresses: whole.addresses, zones: whole.zones, nat: whole.nat, flowLogDays: whole.flowLogs, existing: whole.existing };
};

/** Where an account that is opened now has two. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html */
const TWO_ZONES: readonly string[] = ["us-west-1"];

/** Tells where a region has fewer zones than the network is to have. */
export function checkZones({ zones }: Network, region: string | undefined, at: Place): void {
  if (zones > 2 && region !== undefined && TWO_ZONES.includes(region)) at.error("bad-number", `an account has two zones in ${region}`, "write zones: 2");
}

const blocks = (...texts: readonly string[]): readonly Block[] => texts.flatMap((each) => parseNetwork(each) ?? []);

/** https://www.rfc-editor.org/rfc/rfc1918 */
const PRIVATE = blocks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16");
/** Docker gives these to containers, who then reach nothing else there. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const DOCKERS = blocks("172.17.0.0/16");
/** AWS takes at most a /16; in a /23 subnets have the 32 addresses that a load balancer asks for. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html */
const PREFIX = { least: 16, most: 23 };
const FIX = 'write one such as "10.20.0.0/16"';

const addresses: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined) return undefined;
  const block = written.includes("/") ? parseNetwork(written) : undefined;
  if (block?.version !== 4) return at.error("bad-address", `${quoted(written)} is no block of IPv4 addresses`, FIX);
  if (block.prefix < PREFIX.least || block.prefix > PREFIX.most) {
    return at.error("bad-address", `${quoted(written)} is ${block.prefix < PREFIX.least ? "larger" : "smaller"} than a network here may be`, `end it in /${PREFIX.least} to /${PREFIX.most}`);
  }
  const whole = networkOf(block);
  if (whole.bits !== block.bits) return at.error("bad-address", `${quoted(written)} has bits set after its prefix of ${block.prefix}`, `write "${networkText(whole)}"`);
  if (!PRIVATE.some((range) => contains(range, block))) {
    return at.error("bad-address", `${quoted(written)} is not private: it would hide those who have these addresses on the internet`, "choose one in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16");
  }
  if (DOCKERS.some((range) => contains(range, block))) return at.error("bad-address", `${quoted(written)} is what Docker gives to containers on every host`, FIX);
  return networkText(block);
};

/** As long as S3's rules and most laws go. */
const flowLogs = duration({ least: "0 days", most: "3650 days", step: "1 day", why: "records are kept for at most ten years" });

const NETWORK = {
  addresses: optional(addresses, DEFAULT_NETWORK.addresses),
  zones: optional(number({ from: 2, to: 3, whole: true, why: "one zone fails as a whole, and few regions have more than three" }), DEFAULT_NETWORK.zones),
  nat: optional(oneOf<Network["nat"]>(["one", "one per zone"], "number of ways out"), DEFAULT_NETWORK.nat),
  flowLogs: optional(flowLogs, DEFAULT_NETWORK.flowLogDays),
  existing: optional(existing("vpc"), null),
} satisfies Fields<NetworkDefinition>;
