import type { HostsDefinition } from "../../definition/hosts.ts";
import { suggest } from "../../kit/suggest.ts";
import { DEFAULT_GROUP, type HostGroup } from "../hosts.ts";
import { instanceType, type Architecture, type InstanceType } from "../instance-type.ts";
import type { Service } from "../service.ts";
import { fitsOften, hostsNeeded, loads, roomOf, whileDeploying, type Load, type Room } from "./capacity.ts";
import type { Place } from "./place.ts";
import { number, optional, quoted, readFields, required, text, type Fields, type Reader } from "./read.ts";

/** One group of hosts as it is written, for the services that run there. `known` says whether these are all that name it. */
export function resolveHosts(name: string, written: unknown, { services, known }: { readonly services: readonly Service[]; readonly known: boolean }, at: Place): HostGroup | undefined {
  const read = readFields(HOSTS, "a group of hosts", written, at);
  if (!read) return undefined;
  const { instance, least, most } = read;
  const kind = instance === undefined ? undefined : instanceType(instance);
  if (instance === undefined || kind === undefined || least === undefined || most === undefined) return undefined;
  const here = services.filter(({ hosts }) => hosts === name);
  if (known && here.length === 0) at.warning("hosts-unused", "no service runs here, but its instances would", `let one: hosts: "${name}", or take the group out`);
  const group = sized(name, instance, kind, here, { least, most });
  if (group.least > group.most) return at.error("least-above-most", `least, ${group.least}, is more than most, ${group.most}`, "swap them, or leave one out");
  return fits(group, kind, here, at) ? group : undefined;
}

/** Instances that are taken where the definition names none, the smallest first. */
const USUAL: Readonly<Record<Architecture, readonly string[]>> = {
  arm64: ["t4g.small", "t4g.medium", "t4g.large", "m7g.xlarge", "m7g.2xlarge", "m7g.4xlarge", "m7g.8xlarge", "m7g.16xlarge"],
  x86_64: ["t3.small", "t3.medium", "t3.large", "m7i.xlarge", "m7i.2xlarge", "m7i.4xlarge", "m7i.8xlarge", "m7i.16xlarge"],
};

/** The group of all services where the definition names none: the smallest instances that take the largest replica twice. */
export function usualHosts(services: readonly Service[], at: Place): readonly HostGroup[] {
  if (services.length === 0) return [];
  for (const instance of USUAL.arm64) {
    const kind = instanceType(instance);
    if (kind && fitsOften(roomOf(kind), services) >= 2) return [sized(DEFAULT_GROUP, instance, kind, services, { least: null, most: null })];
  }
  at.error("hosts-too-small", `no instance that is usual, up to ${USUAL.arm64.at(-1)}, takes the largest replica twice`, `name one that does: hosts: { ${DEFAULT_GROUP}: { instance: "r8g.24xlarge" } }`);
  return [];
}

interface Written {
  readonly least: number | null;
  readonly most: number | null;
}

/** Fills in how many: at least for the fewest replicas, in two zones where something runs more than once; at most for all replicas twice. */
function sized(name: string, instance: string, kind: InstanceType, services: readonly Service[], { least, most }: Written): HostGroup {
  const needed = (replicas: (service: Service) => number) => (services.length === 0 ? 0 : (hostsNeeded(loads(services, replicas), roomOf(kind)) ?? 0));
  const zones = services.some(({ replicas }) => replicas.least > 1) ? 2 : 1;
  const fewest = Math.max(zones, needed(({ replicas }) => replicas.least));
  const from = least ?? Math.min(fewest, most ?? fewest);
  return { name, instance, least: from, most: most ?? Math.max(from + 1, needed(whileDeploying), needed(({ replicas }) => 2 * replicas.most)) };
}

/** Whether the group takes what runs while its services are deployed. */
function fits({ instance, most }: HostGroup, kind: InstanceType, services: readonly Service[], at: Place): boolean {
  if (services.length === 0) return true;
  const all = loads(services, whileDeploying);
  const room = roomOf(kind);
  const needed = hostsNeeded(all, room);
  if (needed !== null && needed <= most) return true;
  const larger = USUAL[kind.architecture].find((usual) => (neededOf(usual, all) ?? Infinity) <= most);
  const fixes = [...(larger === undefined ? [] : [`write instance: "${larger}"`]), ...(needed === null ? [] : [`${larger === undefined ? "write " : ""}most: ${needed}`])];
  at.error("hosts-too-small", needed === null ? tooSmall(instance, room, services) : tooFew(`${most} of ${instance}`, most, room, all), fixes.join(", or ") || "let less run here, or name a larger instance");
  return false;
}

function neededOf(instance: string, all: readonly Load[]): number | null {
  const kind = instanceType(instance);
  return kind === undefined ? null : hostsNeeded(all, roomOf(kind));
}

function tooSmall(instance: string, room: Room, services: readonly Service[]): string {
  const largest = services.find((service) => fitsOften(room, [service]) === 0);
  const wants = largest === undefined ? "a task that runs once" : `a replica of ${largest.name}, which takes ${amount(largest.size.cpu)} and ${largest.size.memoryMb} MB`;
  return `${instance} has ${amount(room.cpu / 1_024)} cores and ${room.memoryMb} MB for containers: too little for ${wants}`;
}

function tooFew(these: string, most: number, room: Room, all: readonly Load[]): string {
  const sum = (of: (load: Load) => number) => all.reduce((total, load) => total + load.count * of(load), 0);
  const wanted = `${sum(() => 1)} containers with ${amount(sum(({ cpu }) => cpu) / 1_024)} cores and ${sum(({ memoryMb }) => memoryMb)} MB`;
  return `while services are deployed there are two copies of each, ${wanted}: ${these} have ${amount((most * room.cpu) / 1_024)} cores and ${most * room.memoryMb} MB for containers`;
}

const amount = (cores: number): string => String(Math.round(cores * 100) / 100);

const instance: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || instanceType(written) !== undefined) return written;
  const meant = /^(db|cache)\.(.+)$/.exec(written)?.[2] ?? suggest(written, [...USUAL.arm64, ...USUAL.x86_64]);
  const fix = meant === undefined || instanceType(meant) === undefined ? 'write one of a current family, such as "t4g.small" or "m7i.large"' : `did you mean "${meant}"?`;
  return at.error("bad-instance", `${quoted(written)}: which processors and how much memory that has is not known here`, fix);
};

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html, container instances of a cluster */
const count = number({ from: 1, to: 5_000, whole: true, why: "a cluster has 1 to 5000 instances" });

const HOSTS = {
  instance: required(instance, '"t4g.small"'),
  least: optional(count, null),
  most: optional(count, null),
} satisfies Fields<HostsDefinition>;
