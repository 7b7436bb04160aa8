import { platform, shop } from "../shop.ts";
import { found } from "./case.ts";

const network = (of: object) => shop({ network: of });
const addresses = (block: string) => network({ addresses: block });
const budget = (of: object) => shop({ budget: { usdPerMonth: 400, notify: ["ops@shop.example"], ...of } });
const BLOCK = 'write one such as "10.20.0.0/16"';

export const NETWORK = [
  found("unknown-field", network({ cidr: "10.0.0.0/16" }), "network.cidr", 'a network has no field "cidr"', "its fields are addresses, zones, nat, flowLogs, existing"),
  found("bad-address", addresses("10.20.0.0"), "network.addresses", '"10.20.0.0" is no block of IPv4 addresses', BLOCK),
  found("bad-address", addresses("fd00::/16"), "network.addresses", '"fd00::/16" is no block of IPv4 addresses', BLOCK),
  found("bad-address", addresses("10.0.0.0/8"), "network.addresses", '"10.0.0.0/8" is larger than a network here may be', "end it in /16 to /23"),
  found("bad-address", addresses("10.20.0.0/24"), "network.addresses", '"10.20.0.0/24" is smaller than a network here may be', "end it in /16 to /23"),
  found("bad-address", addresses("10.20.1.0/16"), "network.addresses", '"10.20.1.0/16" has bits set after its prefix of 16', 'write "10.20.0.0/16"'),
  found("bad-address", addresses("8.8.0.0/16"), "network.addresses", '"8.8.0.0/16" is not private: it would hide those who have these addresses on the internet',
    "choose one in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"),
  found("bad-address", addresses("172.17.64.0/20"), "network.addresses", '"172.17.64.0/20" is what Docker gives to containers on every host', BLOCK),
  found("bad-number", network({ zones: 1 }), "network.zones", "1 is out of range: one zone fails as a whole, and few regions have more than three", "write a whole number from 2 to 3"),
  found("bad-number", shop({ network: { zones: 3 } }, { region: "us-west-1" }), "network.zones", "an account has two zones in us-west-1", "write zones: 2"),
  found("unknown-name", network({ nat: "one per zones" }), "network.nat", 'there is no number of ways out "one per zones"', 'did you mean "one per zone"?'),
  found("bad-duration", network({ flowLogs: "12 hours" }), "network.flowLogs", '"12 hours" is not a multiple of 1 day', 'write "0 days" to "3650 days" in steps of 1 day'),

  found("bad-duration", shop({ logs: { keep: "31 days" } }), "logs.keep", 'CloudWatch does not keep logs for exactly "31 days"', 'write "60 days"'),
  found("bad-duration", shop({ logs: { keep: "0 days" } }), "logs.keep", '"0 days" is out of range: CloudWatch keeps them from a day to ten years', 'write "1 day" to "3653 days"'),
  found("unknown-name", platform({ zone: "mine" }), "zone", 'there is no zone "mine"', "there are own, existing"),
  found("bad-domain", platform({ certificateAuthorities: ["Let's Encrypt"] }), "certificateAuthorities[0]", '"Let\'s Encrypt" is no domain', 'write a domain such as "example.com"'),

  found("missing-field", budget({ notify: undefined }), "budget.notify", '"notify" is missing', 'add notify: ["ops@example.com"]'),
  found("empty", budget({ notify: [] }), "budget.notify", "a budget of which nobody is told changes nothing", 'write who is: notify: ["ops@example.com"]'),
  found("bad-number", budget({ usdPerMonth: 0 }), "budget.usdPerMonth", "0 is out of range: a budget is a sum of US dollars a month", "write a number from 1 to 1000000"),
  found("wrong-type", budget({ usdPerMonth: "400" }), "budget.usdPerMonth", 'this is to be a number, not the text "400"', "write a number from 1 to 1000000, without quotes"),
  found("bad-email", budget({ notify: ["#cost"] }), "budget.notify[0]", '"#cost" is no e-mail address', 'write one such as "ops@example.com"'),
  found("bad-number", budget({ notify: Array.from({ length: 11 }, (_, index) => `ops${index}@shop.example`) }), "budget.notify", "11 addresses are more than the 10 that AWS tells",
    "write one that forwards to all of them"),
  found("empty", shop({ uptime: { notify: [] } }), "uptime.notify", "nobody is told when a host does not answer", 'write who is: notify: ["ops@example.com"]'),
];
