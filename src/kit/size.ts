const MEGABYTES: Readonly<Record<string, number>> = { MB: 1, GB: 1_024, TB: 1_048_576 };

/** `"20 GB"` → 20480. Undefined when the text is not a size. */
export function sizeMb(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) (MB|GB|TB)$/.exec(text);
  const each = MEGABYTES[match?.[2] ?? ""];
  return match && each !== undefined ? Number(match[1]) * each : undefined;
}

/** The size that a text such as `"512Mi"` was probably meant to be: `"512 MB"`. */
export function sizeMeant(text: string): string | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([mgt])i?b?\s*$/i.exec(text);
  return match ? `${match[1]} ${match[2]?.toUpperCase()}B` : undefined;
}
