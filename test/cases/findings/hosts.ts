import { service, shop, SERVICE, WORKER } from "../shop.ts";
import { found } from "./case.ts";

const hosts = (fields: object, of: object = {}) => shop({ hosts: { general: { instance: "t4g.small", ...fields } }, ...of });
const LARGE = { ...SERVICE, size: { cpu: 0.5, memory: "1 GB" }, replicas: 2 };

export const HOSTS = [
  found("unknown-name", service({ hosts: "general" }), "services.api.hosts", 'there is no group of hosts "general"', "add it, hosts: { general: {...} }, or take the name out here"),
  found("unknown-name", hosts({}, { services: { api: { ...SERVICE, hosts: "generel" } } }), "services.api.hosts", 'there is no group of hosts "generel"', 'did you mean "general"?'),
  found("missing-field", hosts({ instance: undefined }), "hosts.general.instance", '"instance" is missing', 'add instance: "t4g.small"'),
  found("bad-instance", hosts({ instance: "t4g.smal" }), "hosts.general.instance", '"t4g.smal": which processors and how much memory that has is not known here', 'did you mean "t4g.small"?'),
  found("bad-instance", hosts({ instance: "db.t3.small" }), "hosts.general.instance", '"db.t3.small": which processors and how much memory that has is not known here', 'did you mean "t3.small"?'),
  found("bad-instance", hosts({ instance: "m4.huge" }), "hosts.general.instance", '"m4.huge": which processors and how much memory that has is not known here', 'write one of a current family, such as "t4g.small" or "m7i.large"'),
  found("bad-number", hosts({ most: 0 }), "hosts.general.most", "0 is out of range: a cluster has 1 to 5000 instances", "write a whole number from 1 to 5000"),
  found("least-above-most", hosts({ least: 4, most: 3 }), "hosts.general", "least, 4, is more than most, 3", "swap them, or leave one out"),
  found("hosts-too-small", hosts({ most: 2 }, { services: { api: LARGE } }), "hosts.general",
    "while services are deployed there are two copies of each, 5 containers with 2.25 cores and 4352 MB: 2 of t4g.small have 4 cores and 3490 MB for containers", 'write instance: "t4g.medium", or most: 4'),
  found("hosts-too-small", hosts({ instance: "t3.micro" }, { services: { api: LARGE } }), "hosts.general",
    "t3.micro has 2 cores and 772 MB for containers: too little for a replica of api, which takes 0.5 and 1024 MB", 'write instance: "t3.medium"'),
  found("hosts-too-small", service({ size: { cpu: 100, memory: "256 MB" } }), "hosts", "no instance that is usual, up to m7g.16xlarge, takes the largest replica twice", 'name one that does: hosts: { general: { instance: "r8g.24xlarge" } }'),
  found("hosts-unused", hosts({}, { hosts: { general: { instance: "t4g.small" }, batch: { instance: "m7g.large" } }, services: { worker: WORKER } }), "hosts.batch",
    "no service runs here, but its instances would", 'let one: hosts: "batch", or take the group out'),
];
