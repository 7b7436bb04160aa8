import { service, shop, SERVICE, worker, WORKER } from "../shop.ts";
import { found } from "./case.ts";

const paths = (of: object) => service({ paths: of });
const PATTERN = 'write a pattern such as "/internal/*"';

export const SERVICE_CASES = [
  found("unknown-field", service({ command: "node server.js" }), "services.api.command", 'a service has no field "command"',
    "its fields are directory, build, start, migrate, seed, schedule, host, reachableBy, paths, port, health, metrics, size, replicas, uses, consumes, secrets, environment, startWithin, stopWithin"),
  found("unknown-field", service({ strat: "node server.js", start: undefined }), "services.api.strat", 'a service has no field "strat"', 'did you mean "start"?'),
  found("missing-field", service({ start: undefined }), "services.api.start", '"start" is missing', 'add start: "node server.js"'),
  found("bad-command", service({ start: "" }), "services.api.start", '"" is no command', "write what you would type in a shell, or leave the field out"),
  found("host-taken", shop({ services: { api: SERVICE, admin: SERVICE } }), "services.admin.host", '"api" is already the host of api', "give it a host of its own"),
  found("unknown-name", service({ uses: ["mysql", "mysq"] }), "services.api.uses[1]", 'there is no database, topic or service "mysq"', 'did you mean "mysql"?'),
  found("unknown-name", service({ uses: ["redis"] }), "services.api.uses[0]", 'there is no database, topic or service "redis"', "there are mysql"),
  found("unknown-name", shop({ databases: {} }), "services.api.uses[0]", 'there is no database, topic or service "mysql"', "add it, databases: { mysql: {...} }, or take the name out here"),
  found("uses-itself", service({ uses: ["mysql", "api"] }), "services.api.uses[1]", '"api" uses itself', "take it out"),
  found("not-callable", shop({ services: { api: { ...SERVICE, uses: ["worker"] }, worker: WORKER } }), "services.api.uses[0]", "worker has no host, so nobody can call it", "give worker a host, with reachableBy: [] if nobody outside is to reach it"),
  found("unknown-name", service({ consumes: ["event"] }), "services.api.consumes[0]", 'there is no topic "event"', "add it, topics: { event: {...} }, or take the name out here"),
  found("duplicate", service({ uses: ["mysql", "mysql"] }), "services.api.uses[1]", '"mysql" stands here twice', "take one of them out"),
  found("unknown-name", service({ reachableBy: "offce" }), "services.api.reachableBy", 'there is no team "offce"', 'did you mean "office"?'),
  found("unknown-name", service({ reachableBy: "nobody" }), "services.api.reachableBy", '"nobody" is for paths; here an empty list says it', "write reachableBy: [], or take the host out"),
  found("unknown-name", service({ reachableBy: ["office", "public"] }), "services.api.reachableBy[1]", '"public" is everyone, so it stands alone', 'write reachableBy: "public"'),
  found("unknown-name", paths({ "/admin/*": "ofice" }), 'services.api.paths["/admin/*"]', 'there is no team "ofice"', 'did you mean "office"?'),

  found("bad-path", paths({ "admin/*": "office" }), 'services.api.paths["admin/*"]', 'the pattern "admin/*" does not begin with /', PATTERN),
  found("bad-path", paths({ "/Admin/*": "office" }), 'services.api.paths["/Admin/*"]', 'the pattern "/Admin/*" has capitals in it, but paths are compared in lower case', 'write "/admin/*"'),
  found("bad-path", paths({ "/admin//*": "office" }), 'services.api.paths["/admin//*"]', 'the pattern "/admin//*" has //, /./ or /../ in it: requests with such paths are refused before any rule looks at them', PATTERN),
  found("bad-path", paths({ "/a/../b": "office" }), 'services.api.paths["/a/../b"]', 'the pattern "/a/../b" has //, /./ or /../ in it: requests with such paths are refused before any rule looks at them', PATTERN),
  found("bad-path", paths({ "/admin?": "office" }), 'services.api.paths["/admin?"]', 'the pattern "/admin?" has ? or # in it, which end a path', PATTERN),
  found("bad-path", paths({ "/%61dmin": "office" }), 'services.api.paths["/%61dmin"]', 'the pattern "/%61dmin" has %, ; or \\ in it: requests with such paths are refused before any rule looks at them', PATTERN),
  found("bad-path", paths({ "/관리": "office" }), 'services.api.paths["/관리"]', 'the pattern "/관리" has characters in it that a load balancer does not take in a path', PATTERN),
  found("bad-path", paths({ [`/${"a".repeat(128)}`]: "office" }), `services.api.paths["/${"a".repeat(128)}"]`, `the pattern "/${"a".repeat(58)}…" has more than 128 characters, the most a load balancer takes`, PATTERN),
  found("unreachable-path", paths({ "/admin/*": "office", "/admin/status": "public" }), 'services.api.paths["/admin/status"]', "this rule never decides: /admin/* stands before it and matches the same", "put it first, or take it out"),
  found("bad-path", service({ health: "health" }), "services.api.health", '"health" does not begin with /', 'write a path such as "/api/health-check"'),
  found("bad-path", service({ health: "/health?deep" }), "services.api.health", '"/health?deep" has ? or # in it, which end a path', 'write a path such as "/api/health-check"'),

  found("bad-number", service({ port: 70_000 }), "services.api.port", "70000 is out of range: it is no TCP port", "write a whole number from 1 to 65535"),
  found("bad-number", service({ port: 80.5 }), "services.api.port", "80.5 is not a whole number", "write a whole number from 1 to 65535"),
  found("wrong-type", service({ port: "8080" }), "services.api.port", 'this is to be a number, not the text "8080"', "write a number from 1 to 65535, without quotes"),
  found("port-taken", service({ metrics: { port: 8080 } }), "services.api.metrics.port", "port 8080 is where it serves; whoever may call it would read its metrics", "show metrics on another port, such as 9090"),
  found("missing-field", service({ metrics: { path: "/metrics" } }), "services.api.metrics.port", '"port" is missing', "add port: 9090"),
  found("needs-host", worker({ port: 8080 }), "services.worker.port", '"port" has no meaning: without a host, nobody can call this service', 'add host: "...", or take port out'),
  found("needs-host", worker({ reachableBy: "office" }), "services.worker.reachableBy", '"reachableBy" has no meaning: without a host, nobody can call this service', 'add host: "...", or take reachableBy out'),
  found("migrates-nothing", worker({ migrate: "node migrate.js" }), "services.worker.migrate", "it uses no database, so there is nothing to bring to a schema", 'add the database: uses: ["mysql"], or take migrate out'),

  found("bad-number", service({ size: { cpu: 0 } }), "services.api.size.cpu", "0 is out of range: ECS gives a replica a hundredth of a processor core to 192", "write a number from 0.01 to 192"),
  found("bad-size", service({ size: { memory: "512Mi" } }), "services.api.size.memory", '"512Mi" is not a size', 'did you mean "512 MB"?'),
  found("bad-size", service({ size: { memory: 512 } }), "services.api.size.memory", "512 has no unit", 'write it with its unit, in quotes: "512 MB"'),
  found("bad-size", service({ size: { memory: "1 MB" } }), "services.api.size.memory", '"1 MB" is out of range: a container has at least 6 MB, and no machine more than 24 TB', 'write "6 MB" to "24 TB"'),
  found("bad-size", service({ size: { memory: "0.3 GB" } }), "services.api.size.memory", '"0.3 GB" is not a multiple of 1 MB', 'write "6 MB" to "24 TB" in steps of 1 MB'),
  found("least-above-most", service({ replicas: { least: 3, most: 2 } }), "services.api.replicas", "least, 3, is more than most, 2", "swap them, or write one number"),
  found("bad-number", service({ replicas: 0 }), "services.api.replicas", "0 is out of range: a service has 1 to 5000 replicas", "write a whole number from 1 to 5000"),
  found("bad-number", service({ replicas: { least: 1, most: 2, targetCpuPercent: 600 } }), "services.api.replicas.targetCpuPercent", "600 is out of range: it is no percentage", "write a whole number from 1 to 100"),
  found("bad-duration", service({ startWithin: "60s" }), "services.api.startWithin", '"60s" is not a duration', 'did you mean "60 seconds"?'),
  found("bad-duration", service({ stopWithin: "soon" }), "services.api.stopWithin", '"soon" is not a duration', 'write it like "20 seconds"'),
  found("bad-duration", service({ stopWithin: "2 hours" }), "services.api.stopWithin", '"2 hours" is out of range: from one second to an hour', 'write "1 second" to "1 hour"'),
  found("missing-directory", service({ directory: "services/absent" }), "services.api.directory", 'there is no directory "services/absent" beside platform.ts', "make it: mkdir -p services/absent"),
];
