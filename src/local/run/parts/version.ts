/** Compares versions by their leading numbers, `2.6.12-1` as 2.6.12: negative, zero or positive. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbers(left), numbers(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const numbers = (version: string): readonly number[] => (/^\d+(\.\d+)*/.exec(version)?.[0] ?? "0").split(".").map(Number);

/** Whether a version is within a product's limits. What tells no version is taken as it is. */
export function fits(version: string, limits: { readonly least: string; readonly below: string | null }): boolean {
  if (version === "unknown") return true;
  return compareVersions(version, limits.least) >= 0 && (limits.below === null || compareVersions(version, limits.below) < 0);
}

/** Debian's package version without its epoch, as it may stand in a path that LD_LIBRARY_PATH holds: `1:10.11.19-0+deb12u1`. */
export const withoutEpoch = (version: string): string => version.replace(/^\d+:/, "");
