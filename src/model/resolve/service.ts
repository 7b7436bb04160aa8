import type { ServiceDefinition } from "../../definition/service.ts";
import { suggest } from "../../kit/suggest.ts";
import { DEFAULT_GROUP } from "../hosts.ts";
import type { Runtime, Service } from "../service.ts";
import type { Site } from "../site.ts";
import { checkEntrance, checkNeedsHost, DEFAULT_PORT, endpoint, endpointFields } from "./endpoint.ts";
import { hostIn } from "./host.ts";
import { checkFullName } from "./name.ts";
import { checkExists, command, directory, urlPath } from "./path.ts";
import type { Place } from "./place.ts";
import { complete, distinct, isRecord, nameOf, number, object, oneOf, optional, port, readFields, required, type Fields, type Read, type Reader } from "./read.ts";
import { schedule } from "./schedule.ts";
import type { Scope } from "./scope.ts";
import { duration, size } from "./unit.ts";
import { secrets, variables } from "./variable.ts";

export function resolveService(name: string, written: unknown, sites: readonly Site[], scope: Scope, at: Place): Service | undefined {
  const read = readFields(serviceFields(name, written, scope), "a service", written, at);
  if (!read) return undefined;
  checkService(name, read, written, scope, at);
  const host = typeof read.host === "string" ? hostIn(scope.hosts, read.host, at.field("host")) : read.host;
  const whole = complete(read);
  if (!whole || host === undefined) return undefined;
  const { directory, build, start, migrate, seed, schedule, metrics, size, replicas, consumes, secrets, environment } = whole;
  return {
    name, directory, build, start, migrate, seed, schedule,
    endpoint: host === null ? null : endpoint(host, whole),
    metrics, size,
    runtime: whole.runtime,
    replicas,
    hosts: whole.hosts,
    uses: whole.uses.filter((part) => scope.databases.includes(part)),
    publishes: whole.uses.filter((part) => scope.topics.includes(part)),
    consumes,
    calls: whole.uses.filter((part) => scope.services.includes(part)),
    secrets, environment,
    calledBySites: sites.filter((site) => callsFrom(site, name)).map((site) => site.name),
    startSeconds: whole.startWithin,
    stopSeconds: whole.stopWithin,
  };
}

function checkService(name: string, read: Read<ReturnType<typeof serviceFields>>, written: unknown, scope: Scope, at: Place): void {
  if (scope.platform !== undefined) checkFullName("service", scope.platform, scope.environment, name, at);
  checkExists(read.directory, scope.exists, at.field("directory"));
  if (read.host === null) checkNeedsHost(read, at);
  else checkEntrance(read, at);
  if (read.metrics && read.host !== null && read.metrics.port === (read.port ?? DEFAULT_PORT)) {
    at.field("metrics").field("port").error("port-taken", `port ${read.metrics.port} is where it serves; whoever may call it would read its metrics`, "show metrics on another port, such as 9090");
  }
  checkCalls(read.uses ?? [], scope, at.field("uses"));
  if (read.schedule) checkScheduled(written, at);
  if (typeof read.migrate === "string" && read.uses && !read.uses.some((part) => scope.databases.includes(part))) {
    at.field("migrate").warning("migrates-nothing", "it uses no database, so there is nothing to bring to a schema", 'add the database: uses: ["mysql"], or take migrate out');
  }
}

function checkCalls(uses: readonly string[], scope: Scope, at: Place): void {
  uses.forEach((part, index) => {
    if (scope.services.includes(part) && !scope.withHost.includes(part)) {
      at.item(index).error("not-callable", `${part} has no host, so nobody can call it`, `give ${part} a host, with reachableBy: [] if nobody outside is to reach it`);
    }
  });
}

function used(name: string, usable: readonly string[]): Reader<string> {
  const known = nameOf("database, topic or service", usable, { listed: "there are", group: "databases" });
  return (value, at) => (value === name ? at.error("uses-itself", `"${name}" uses itself`, "take it out") : known(value, at));
}

/** Fields of a service that runs all the time. */
function checkScheduled(written: unknown, at: Place): void {
  for (const field of ["host", "replicas", "consumes", "metrics", "startWithin"]) {
    if (isRecord(written) && written[field] !== undefined) at.field(field).error("not-scheduled", `"${field}" has no meaning: with a schedule it runs to its end and does not serve`, `take ${field} out, or the schedule`);
  }
}

const callsFrom = (site: Site, service: string): boolean =>
  site.environment.some(({ value }) => value.some((piece) => typeof piece !== "string" && piece.part === service));

/** The parts that it says it is linked to: its variables may refer to no others. A misspelt one is one finding, not one for each reference. */
function linksOf(written: unknown, field: "uses" | "consumes", known: readonly string[]): readonly string[] {
  const names: readonly unknown[] = isRecord(written) && Array.isArray(written[field]) ? written[field] : [];
  return names.flatMap((name) => (typeof name === "string" ? (known.includes(name) ? name : suggest(name, known)) ?? [] : []));
}

const variablesOf = (written: unknown): readonly string[] => (isRecord(written) && isRecord(written.environment) ? Object.keys(written.environment) : []);

/** Of a container on EC2, in 1024ths of a core from 2 on, and megabytes: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const SIZE = {
  cpu: optional(number({ from: 0.01, to: 192, whole: false, why: "ECS gives a replica a hundredth of a processor core to 192" }), 0.25),
  memory: optional(size({ least: "6 MB", most: "24 TB", step: "1 MB", why: "a container has at least 6 MB, and no machine more than 24 TB" }), 256),
} satisfies Fields<NonNullable<ServiceDefinition["size"]>>;

const sizeOfReplica: Reader<Service["size"]> = (value, at) => {
  const read = object(SIZE, "size")(value, at);
  return read && { cpu: read.cpu, memoryMb: read.memory };
};

/** Tasks of an ECS service: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
const count = number({ from: 1, to: 5_000, whole: true, why: "a service has 1 to 5000 replicas" });
const percent = number({ from: 1, to: 100, whole: true, why: "it is no percentage" });

const DEFAULT_TARGET_PERCENT = 60;

const REPLICAS = {
  least: required(count, "1"),
  most: required(count, "3"),
  targetCpuPercent: optional(percent, DEFAULT_TARGET_PERCENT),
} satisfies Fields<Exclude<NonNullable<ServiceDefinition["replicas"]>, number>>;

const replicas: Reader<Service["replicas"]> = (value, at) => {
  if (!isRecord(value)) {
    const fixed = count(value, at);
    return fixed === undefined ? undefined : { least: fixed, most: fixed, targetCpuPercent: DEFAULT_TARGET_PERCENT };
  }
  const range = object(REPLICAS, "replicas")(value, at);
  if (range && range.least > range.most) return at.error("least-above-most", `least, ${range.least}, is more than most, ${range.most}`, "swap them, or write one number");
  return range;
};

const METRICS = {
  port: required(port, "9090"),
  path: optional(urlPath, "/metrics"),
} satisfies Fields<NonNullable<ServiceDefinition["metrics"]>>;

/** An hour is as long as a load balancer waits for requests to finish: deregistration_delay, 0 to 3600 seconds. */
const seconds = duration({ least: "1 second", most: "1 hour", step: "1 second", why: "from one second to an hour" });

const serviceFields = (name: string, written: unknown, scope: Scope) => {
  const usable = [...scope.databases, ...scope.topics, ...scope.services].filter((part) => part !== name);
  const uses = linksOf(written, "uses", usable);
  const consumes = linksOf(written, "consumes", scope.topics);
  return {
    directory: required(directory, '"services/api"'),
    build: optional(command, null),
    start: required(command, '"node server.js"'),
    migrate: optional(command, null),
    seed: optional(command, null),
    schedule: optional(schedule(scope.timezone), null),
    ...endpointFields(scope),
    metrics: optional(object(METRICS, "metrics"), null),
    size: optional(sizeOfReplica, { cpu: 0.25, memoryMb: 256 }),
    replicas: optional(replicas, { least: 1, most: 1, targetCpuPercent: DEFAULT_TARGET_PERCENT }),
    runtime: optional(oneOf<Runtime>(["node", "java"], "runtime"), null),
    hosts: optional(nameOf("group of hosts", scope.groups, { listed: "the groups are", group: "hosts" }), scope.groups[0] ?? DEFAULT_GROUP),
    uses: optional(distinct(used(name, usable), (part) => part), []),
    consumes: optional(distinct(nameOf("topic", scope.topics), (topic) => topic), []),
    secrets: optional(secrets(variablesOf(written), [...uses, ...consumes]), []),
    environment: variables({ kind: "service", name, uses, consumes }, scope),
    startWithin: optional(seconds, 60),
    stopWithin: optional(seconds, 20),
  } satisfies Fields<ServiceDefinition>;
};
