/** The middle one, or the middle of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error("nothing was measured");
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** The median of what each pair, taken one right after the other, comes to. */
export const medianOfPairs = (ours: readonly number[], theirs: readonly number[], compare: (one: number, other: number) => number): number =>
  median(ours.map((value, index) => compare(value, theirs[index] ?? Number.NaN)));

export const seconds = (value: number): string => `${value.toFixed(2)} s`;
export const milliseconds = (value: number): string => `${Math.round(value)} ms`;
export const times = (value: number): string => `${value.toFixed(2)} times`;
export const difference = (value: number): string => `${value < 0 ? "-" : "+"} ${Math.abs(value).toFixed(2)} s`;
export const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** `0.91, 0.95, 1.02`: every repetition, for who wants to see how much they differ. */
export const each = (values: readonly number[], digits = 2): string => values.map((value) => value.toFixed(digits)).join(", ");
