/** How long the names of things may be. https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html */
const LONGEST = { loadBalancer: 32, targetGroup: 32, role: 64, bucket: 63, database: 63, function: 64, delivery: 60, queue: 80, schedule: 64, other: 128 } as const;

/** Pieces joined by `-`. Where AWS wants it shorter, the middle gives way to a checksum, which is the same in every run. */
export function physicalName(kind: keyof typeof LONGEST, ...pieces: readonly string[]): string {
  const whole = pieces.join("-");
  const longest = LONGEST[kind];
  if (whole.length <= longest) return whole;
  const mark = `-${checksum(whole).toString(36).padStart(7, "0")}-`;
  const tail = whole.slice(-8).replace(/^-+/, "");
  return `${whole.slice(0, longest - mark.length - tail.length).replace(/-+$/, "")}${mark}${tail}`;
}

/** A number below `count` for each name, by the name alone as far as can be: one that comes or goes does not move the others. */
export function slots(names: readonly string[], count: number): ReadonlyMap<string, number> {
  const taken = new Map<number, string>();
  for (const name of [...names].sort()) {
    let slot = checksum(name) % count;
    while (taken.has(slot)) slot = (slot + 1) % count;
    taken.set(slot, name);
  }
  return new Map([...taken].map(([slot, name]) => [name, slot]));
}

/** FNV-1a, 32 bits: spreads texts over numbers. */
export function checksum(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}
