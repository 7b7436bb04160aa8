/** Looks without an answer, a second apart, after which a process hangs. */
const SILENT_LOOKS = 3;
const MOST_LOOKS = 48;
/** So long ago it does not count any more. */
const FORGIVEN_AFTER_MS = 5 * 60_000;

/**
 * How often it is looked for an answer before a replica is ended, whose service had replicas ended for silence at these
 * times: each one doubles it. Silent are also replicas of a machine that is too busy, and to start them anew makes it busier.
 */
export const looksBeforeEnding = (endedAt: readonly number[], now: number): number => Math.min(MOST_LOOKS, SILENT_LOOKS * 2 ** recent(endedAt, now).length);

/** Those that count still. */
export const recent = (endedAt: readonly number[], now: number): readonly number[] => endedAt.filter((at) => now - at < FORGIVEN_AFTER_MS);
