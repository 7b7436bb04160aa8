/** Processors that an image is made for. */
export type Architecture = "arm64" | "x86_64";

export interface InstanceType {
  readonly architecture: Architecture;
  /** Virtual processors. */
  readonly cpu: number;
  readonly memoryMb: number;
}

interface Family {
  readonly names: RegExp;
  readonly architecture: Architecture;
  /** Of memory, for each virtual processor. */
  readonly gbPerCpu: number;
  /** Smallest size; each is half of the next. */
  readonly from: "nano" | "medium" | "large" | "xlarge" | "2xlarge";
}

/** Current families. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html */
const FAMILIES: readonly Family[] = [
  { names: /^t4g$/, architecture: "arm64", gbPerCpu: 4, from: "nano" },
  { names: /^t3a?$/, architecture: "x86_64", gbPerCpu: 4, from: "nano" },
  { names: /^c(6gd?|6gn|7gd?|7gn|8gd?|8gn|8gb)$/, architecture: "arm64", gbPerCpu: 2, from: "medium" },
  { names: /^m(6gd?|7gd?|8gd?|8gn|8gb)$/, architecture: "arm64", gbPerCpu: 4, from: "medium" },
  { names: /^r(6gd?|7gd?|8gd?|8gn|8gb)$/, architecture: "arm64", gbPerCpu: 8, from: "medium" },
  { names: /^x(2gd|8g)$/, architecture: "arm64", gbPerCpu: 16, from: "medium" },
  { names: /^(i4g|i8ge?)$/, architecture: "arm64", gbPerCpu: 8, from: "large" },
  { names: /^im4gn$/, architecture: "arm64", gbPerCpu: 4, from: "large" },
  { names: /^is4gen$/, architecture: "arm64", gbPerCpu: 6, from: "medium" },
  { names: /^c(5[ad]?|5ad|5n|6[ai]|6id|6in|7[ai]|7i-flex|8[ai]|8i-flex)$/, architecture: "x86_64", gbPerCpu: 2, from: "large" },
  { names: /^m(5[ad]?|5ad|5d?n|6[ai]|6id|6idn|6in|7[ai]|7i-flex|8[ai]|8i-flex)$/, architecture: "x86_64", gbPerCpu: 4, from: "large" },
  { names: /^r(5[ad]?|5ad|5b|5d?n|6[ai]|6id|6idn|6in|7a|7iz|8[ai]|8i-flex)$/, architecture: "x86_64", gbPerCpu: 8, from: "large" },
  { names: /^(i3en|i4i|i7ie?|z1d)$/, architecture: "x86_64", gbPerCpu: 8, from: "large" },
  { names: /^x2iedn$/, architecture: "x86_64", gbPerCpu: 32, from: "xlarge" },
  { names: /^x2iezn$/, architecture: "x86_64", gbPerCpu: 32, from: "2xlarge" },
];

/** Burstable instances below `large` have its two processors and less memory. https://aws.amazon.com/ec2/instance-types/t4/ */
const BURSTABLE_GB: Readonly<Record<string, number>> = { nano: 0.5, micro: 1, small: 2, medium: 4 };

/** Processors of the named sizes; `8xlarge` has eight times those of `xlarge`. */
const CPUS: Readonly<Record<string, number>> = { medium: 1, large: 2, xlarge: 4, "2xlarge": 8 };

/** What an EC2 instance type is; undefined for one that is not known here. It says nothing of whether a region has it. */
export function instanceType(written: string): InstanceType | undefined {
  const [name = "", size = "", ...more] = written.split(".");
  const family = FAMILIES.find(({ names }) => names.test(name));
  if (family === undefined || more.length > 0) return undefined;
  const { architecture, gbPerCpu, from } = family;
  const burstable = from === "nano" ? BURSTABLE_GB[size] : undefined;
  if (burstable !== undefined) return { architecture, cpu: 2, memoryMb: burstable * 1_024 };
  const cpu = cpus(size);
  return cpu === undefined || cpu < (CPUS[from] ?? 2) ? undefined : { architecture, cpu, memoryMb: cpu * gbPerCpu * 1_024 };
}

function cpus(size: string): number | undefined {
  const [, times] = /^([1-9]\d?)xlarge$/.exec(size) ?? [];
  return CPUS[size] ?? (times === undefined || times === "1" ? undefined : 4 * Number(times));
}
