import type { Service } from "../../model/service.ts";

/** Hosts that the services of an environment need. */
export interface Capacity {
  readonly instance: string;
  readonly least: number;
  readonly most: number;
}

/**
 * Sizes of instances by what tasks get of them: ECS leaves out what the kernel and its agent take.
 * Burstable ARM instances with two cores and their memory in MB. https://aws.amazon.com/ec2/instance-types/t4/
 */
const INSTANCES = [
  { instance: "t4g.small", cpu: 2, memoryMb: 1_780 },
  { instance: "t4g.medium", cpu: 2, memoryMb: 3_700 },
  { instance: "t4g.large", cpu: 2, memoryMb: 7_600 },
  { instance: "m7g.xlarge", cpu: 4, memoryMb: 15_400 },
  { instance: "m7g.2xlarge", cpu: 8, memoryMb: 31_000 },
] as const;

/** What stays free for tasks that run once, a migration for instance. */
const ONCE = { cpu: 0.25, memoryMb: 256 };

/**
 * The smallest instances that take the largest replica twice, as many as all replicas need, at least one for each of
 * two zones where something runs more than once; at most as many as all replicas need twice, during a deployment.
 */
export function capacityFor(services: readonly Service[]): Capacity {
  const fits = INSTANCES.find(({ cpu, memoryMb }) => services.every(({ size }) => cpu >= 2 * size.cpu && memoryMb >= 2 * size.memoryMb));
  const kind = fits ?? INSTANCES[INSTANCES.length - 1] ?? INSTANCES[0];
  const hosts = (count: (service: Service) => number) => {
    const cpu = services.reduce((sum, service) => sum + count(service) * service.size.cpu, ONCE.cpu);
    const memoryMb = services.reduce((sum, service) => sum + count(service) * service.size.memoryMb, ONCE.memoryMb);
    return Math.ceil(Math.max(cpu / kind.cpu, memoryMb / kind.memoryMb));
  };
  const least = Math.max(hosts(({ replicas }) => replicas.least), services.some(({ replicas }) => replicas.least > 1) ? 2 : 1);
  return { instance: kind.instance, least, most: Math.max(least + 1, hosts(({ replicas }) => 2 * replicas.most)) };
}
