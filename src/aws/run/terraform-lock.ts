/** Who holds the lock of a state, as Terraform wrote it there. */
export interface LockHolder {
  readonly id: string;
  /** `ana@laptop` */
  readonly who: string;
  /** `apply`, `plan` */
  readonly operation: string;
  /** ISO 8601 */
  readonly since: string;
}

/** Reads the `Lock Info` of a refusal; null where there is none. */
export function lockHolderIn(detail: string): LockHolder | null {
  const field = (name: string): string | undefined => new RegExp(`^\\s*${name}:[ \\t]*(\\S.*)$`, "m").exec(detail)?.[1]?.trim();
  const id = field("ID");
  if (id === undefined) return null;
  const operation = (field("Operation") ?? "").replace(/^OperationType/, "").toLowerCase();
  return { id, who: field("Who") ?? "somebody", operation: operation === "" ? "a command" : operation, since: isoOf(field("Created") ?? "") };
}

/** `2026-11-22 23:22:31.747632 +0000 UTC` → `2026-11-22T23:22:31Z` */
function isoOf(created: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(created) ?? [];
  return day === undefined ? created : `${day}T${time}Z`;
}
