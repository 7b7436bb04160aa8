const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const MEANT: Readonly<Record<string, string>> = {
  ms: "ms", msec: "ms", millisecond: "ms", milliseconds: "ms",
  s: "second", sec: "second", secs: "second", second: "second", seconds: "second",
  m: "minute", min: "minute", mins: "minute", minute: "minute", minutes: "minute",
  h: "hour", hr: "hour", hrs: "hour", hour: "hour", hours: "hour",
  d: "day", day: "day", days: "day",
};

/** `"20 seconds"` → 20000. Undefined when the text is not a duration. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) (?:(ms)|(second|minute|hour|day)s?)$/.exec(text);
  const each = MILLISECONDS[match?.[2] ?? match?.[3] ?? ""];
  return match && each !== undefined ? Number(match[1]) * each : undefined;
}

/** The duration that a text such as `"20s"` was probably meant to be: `"20 seconds"`. */
export function durationMeant(text: string): string | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\.?\s*$/i.exec(text);
  const unit = MEANT[(match?.[2] ?? "").toLowerCase()];
  if (!match || unit === undefined) return undefined;
  return `${match[1]} ${unit === "ms" || match[1] === "1" ? unit : `${unit}s`}`;
}
