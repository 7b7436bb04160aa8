import { team } from "../shop.ts";
import { found } from "./case.ts";

const addresses = (...of: readonly unknown[]) => team({ addresses: of });
const NETWORK = 'write "203.0.113.7" or "203.0.113.0/24"';

export const TEAM = [
  found("empty", addresses(), "teams.office.addresses", "a team without addresses is nobody", 'add its network: addresses: ["203.0.113.0/24"]'),
  found("missing-field", team({ addresses: undefined }), "teams.office.addresses", '"addresses" is missing', 'add addresses: ["203.0.113.0/24"]'),
  found("wrong-type", team({ addresses: "203.0.113.7" }), "teams.office.addresses", 'this is to be a list, not the text "203.0.113.7"', "write it in brackets: [...]"),
  found("wrong-type", addresses(null), "teams.office.addresses[0]", "this is to be text, not null", 'write it in quotes: "..."'),
  found("bad-address", addresses("203.0.113"), "teams.office.addresses[0]", '"203.0.113" is no IP address or CIDR block', NETWORK),
  found("bad-address", addresses("203.0.113.256"), "teams.office.addresses[0]", '"203.0.113.256" is no IP address or CIDR block', NETWORK),
  found("bad-address", addresses("203.0.113.07"), "teams.office.addresses[0]", '"203.0.113.07" is no IP address or CIDR block', NETWORK),
  found("bad-address", addresses("203.0.113.0/33"), "teams.office.addresses[0]", '"203.0.113.0/33" is no IP address or CIDR block', NETWORK),
  found("bad-address", addresses("203.0.113.9/24"), "teams.office.addresses[0]", '"203.0.113.9/24" has bits set after its prefix of 24',
    'write the network, "203.0.113.0/24", or the one address, "203.0.113.9"'),
  found("bad-address", addresses("2001:db8::5/48"), "teams.office.addresses[0]", '"2001:db8::5/48" has bits set after its prefix of 48',
    'write the network, "2001:db8::/48", or the one address, "2001:db8::5"'),
  found("bad-address", addresses("2001:db8:::1"), "teams.office.addresses[0]", '"2001:db8:::1" is no IP address or CIDR block', NETWORK),
  found("bad-address", addresses("0.0.0.0/0"), "teams.office.addresses[0]", '"0.0.0.0/0" is the whole internet, not a team', 'say reachableBy: "public" where everyone may come in'),
  found("duplicate", addresses("203.0.113.7", "203.0.113.7/32"), "teams.office.addresses[1]", '"203.0.113.7/32" stands here twice', "take one of them out"),
  found("private-address", addresses("192.168.0.0/24"), "teams.office.addresses[0]", '"192.168.0.0/24" is private: nobody on the internet comes from there', "write the public address that the network goes out with"),
];
