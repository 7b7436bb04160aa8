import { Failure } from "../../kit/failure.ts";

/** Processors that an image is made for. */
export type Architecture = "arm64" | "x86_64";

interface Kind {
  readonly architecture: Architecture;
  readonly memoryMb: number;
}

/** Families whose volumes are NVMe devices, which tell their volume's name. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html */
const FAMILIES: readonly (readonly [RegExp, Architecture])[] = [
  [/^(t4g|[cmr][678]gd?|[cmr]8gb|c[678]gn|[mr]8gn|x[28]gd?|i4g|i8ge?|im4gn|is4gen)$/, "arm64"],
  [/^(t3a?|[cmr]5a?d?n?|[cmr][678][ai]d?n?|[cmr]8i-flex|[cm]7i-flex|r5b|i3en|i4i|i7ie?|x2i(dn|edn|ezn)|z1d)$/, "x86_64"],
];

/** Memory of the `large` of a family in GB, by what it is made for. */
const LARGE_GB: Readonly<Record<string, number>> = { c: 4, t: 8, m: 8, r: 16, i: 16, z: 16, x: 32 };

/** Smaller than `large` there are only the burstable ones and a few more, of which each is half of the next. */
const SMALLER: Readonly<Record<string, number>> = { nano: 1 / 16, micro: 1 / 8, small: 1 / 4, medium: 1 / 2, large: 1, xlarge: 2 };

/** What an instance type is; a `Failure` for one that we cannot say it of. */
export function instanceType(written: string, database: string): Kind {
  const [family = "", size = ""] = written.split(".");
  const [, architecture] = FAMILIES.find(([known]) => known.test(family)) ?? [];
  const large = LARGE_GB[family.charAt(0)];
  const times = SMALLER[size] ?? 2 * Number(/^(\d+)xlarge$/.exec(size)?.[1]);
  if (architecture === undefined || large === undefined || Number.isNaN(times)) {
    throw new Failure("usage", `database ${database} cannot run on ${written}: which processor and how much memory that has is not known here`, {
      hint: 'Write an instance of a current family, "t4g.small" or "m7i.large" for instance.',
    });
  }
  return { architecture, memoryMb: Math.floor(large * times * 1_024) };
}
