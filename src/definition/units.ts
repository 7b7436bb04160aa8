/** A span of time, as one says it. */
export type Duration = `${number} ${"ms" | "second" | "seconds" | "minute" | "minutes" | "hour" | "hours" | "day" | "days"}`;

/** An amount of memory or storage; 1 GB is 1024 MB. */
export type Size = `${number} ${"MB" | "GB" | "TB"}`;
