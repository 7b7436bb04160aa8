import type { TeamDefinition } from "../../definition/team.ts";
import { contains, networkOf, networkText, parseNetwork } from "../../kit/address.ts";
import type { Team } from "../team.ts";
import type { Place } from "./place.ts";
import { complete, distinct, quoted, readFields, required, text, type Fields, type Reader } from "./read.ts";

export function resolveTeam(name: string, written: unknown, at: Place): Team | undefined {
  const read = readFields(TEAM, "a team", written, at);
  if (read?.addresses?.length === 0) at.field("addresses").error("empty", "a team without addresses is nobody", 'add its network: addresses: ["203.0.113.0/24"]');
  const whole = read && complete(read);
  return whole && { name, ...whole };
}

const address: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined) return undefined;
  const network = parseNetwork(written);
  if (network === undefined) return at.error("bad-address", `${quoted(written)} is no IP address or CIDR block`, 'write "203.0.113.7" or "203.0.113.0/24"');
  if (network.prefix === 0) return at.error("bad-address", `${quoted(written)} is the whole internet, not a team`, 'say reachableBy: "public" where everyone may come in');
  const block = networkOf(network);
  if (block.bits !== network.bits) {
    return at.error("bad-address", `${quoted(written)} has bits set after its prefix of ${network.prefix}`, `write the network, "${networkText(block)}", or the one address, "${written.split("/")[0]}"`);
  }
  if (PRIVATE.some((range) => contains(range, block))) {
    at.warning("private-address", `${quoted(written)} is private: nobody on the internet comes from there`, "write the public address that the network goes out with");
  }
  return networkText(block);
};

/** RFC 1918, RFC 6598 (carriers), RFC 4193, loopback and link-local. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "::1", "fe80::/10"]
  .flatMap((range) => parseNetwork(range) ?? []);

const TEAM = {
  addresses: required(distinct(address, (block) => block), '["203.0.113.0/24"]'),
} satisfies Fields<TeamDefinition>;
