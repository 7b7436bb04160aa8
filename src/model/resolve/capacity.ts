import { HOST_PORTS } from "../hosts.ts";
import type { InstanceType } from "../instance-type.ts";
import type { Service } from "../service.ts";

/** Containers of one size, and how many of them run at once. */
export interface Load {
  /** 1024ths of a processor. */
  readonly cpu: number;
  readonly memoryMb: number;
  /** Ports of their host that each one takes. */
  readonly ports: number;
  readonly count: number;
}

/** What one instance has for containers, or one container takes of it. */
export type Room = Omit<Load, "count">;

/** What stays free for tasks that run once, a migration for instance. */
const ONCE: Load = { cpu: 256, memoryMb: 256, ports: 0, count: 1 };

/** Of an instance's memory the kernel takes a part; the rest is for the ECS agent, Docker and the SSM agent. */
const KERNEL_SHARE = 0.05;
const SYSTEM_MB = 200;

/** What one instance has for containers. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html */
export const roomOf = ({ cpu, memoryMb }: InstanceType): Room => ({
  cpu: cpu * 1_024,
  memoryMb: Math.floor(memoryMb * (1 - KERNEL_SHARE)) - SYSTEM_MB,
  ports: HOST_PORTS.to - HOST_PORTS.from + 1,
});

/** What runs when each service has so many replicas; a scheduled one runs once. */
export function loads(services: readonly Service[], replicas: (service: Service) => number): readonly Load[] {
  return [...services.map((service) => ({ ...sizeOf(service), count: service.schedule === null ? replicas(service) : 1 })), ONCE];
}

const sizeOf = ({ size, endpoint, metrics }: Service): Room => ({
  cpu: Math.round(size.cpu * 1_024), memoryMb: size.memoryMb, ports: (endpoint ? 1 : 0) + (metrics ? 1 : 0),
});

/** Of each service two copies of its fewest replicas, and of those that follow the load all and one more. */
export const whileDeploying = ({ replicas }: Service): number => Math.max(2 * replicas.least, replicas.most + 1);

/** How often the largest of these fits on one instance. */
export const fitsOften = (room: Room, services: readonly Service[]): number => Math.min(...services.map((service) => times(room, sizeOf(service))));

/**
 * How many instances take all of it: the largest first, each where there is room, so that what is left over on an instance
 * counts for nothing. Null where an instance is too small for one of them.
 */
export function hostsNeeded(all: readonly Load[], room: Room): number | null {
  const hosts: Room[] = [];
  for (const load of [...all].sort((one, other) => share(other, room) - share(one, room))) {
    if (load.count > 0 && times(room, load) === 0) return null;
    let left = load.count;
    for (let index = 0; left > 0; index += 1) {
      const host = hosts[index] ?? room;
      const count = Math.min(left, times(host, load));
      hosts[index] = { cpu: host.cpu - count * load.cpu, memoryMb: host.memoryMb - count * load.memoryMb, ports: host.ports - count * load.ports };
      left -= count;
    }
  }
  return hosts.length;
}

const share = (load: Room, room: Room): number => Math.max(load.cpu / room.cpu, load.memoryMb / room.memoryMb);

const times = (room: Room, { cpu, memoryMb, ports }: Room): number =>
  Math.floor(Math.min(room.cpu / Math.max(cpu, 1), room.memoryMb / memoryMb, ports === 0 ? Infinity : room.ports / ports));
