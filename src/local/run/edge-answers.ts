/** A row of `show stat`, as far as we read it. https://docs.haproxy.org/2.6/management.html#9.1 */
export interface StatRow {
  readonly backend: string;
  /** Name of a server; null where the row is about the whole backend. */
  readonly server: string | null;
  readonly port: number;
  readonly status: string;
  readonly sessions: number;
  readonly requests: number;
  readonly failed: number;
  readonly refused: number;
}

/** Reads the comma-separated answer to `show stat`, by the names in its first line: versions add columns. */
export function parseStat(text: string): readonly StatRow[] {
  const [header = "", ...lines] = text.split("\n").filter((line) => line !== "");
  const columns = header.replace(/^# /, "").split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? "";
    return {
      backend: cell("pxname"),
      server: cell("svname") === "BACKEND" ? null : cell("svname"),
      port: Number(cell("addr").split(":").at(-1)),
      status: cell("status"),
      sessions: Number(cell("scur")),
      requests: Number(cell("req_tot") || cell("stot")),
      failed: Number(cell("hrsp_5xx")),
      refused: Number(cell("dreq")),
    };
  });
}

export type ServerState = "up" | "down" | "drain" | "maintenance";

/** `UP 1/2`, `no check`, `MAINT (via api/api.1)`: what HAProxy's words come down to. */
export function serverState(status: string): ServerState {
  if (status.startsWith("MAINT")) return "maintenance";
  if (status.startsWith("DRAIN") || status.startsWith("NOLB")) return "drain";
  return status.startsWith("DOWN") ? "down" : "up";
}

/** What the master says of its processes: the worker that takes new connections, once it has started, and reloads that failed. */
export interface MasterReport {
  readonly worker: number | null;
  readonly failedReloads: number;
}

/** Reads the master's answer to `show proc`. https://docs.haproxy.org/2.6/management.html#9.4.1 */
export function parseProcesses(text: string): MasterReport {
  const pid = /^# workers\n(\d+)/m.exec(text)?.[1];
  return { worker: pid === undefined ? null : Number(pid), failedReloads: Number(/\[failed: (\d+)\]/.exec(text)?.[1] ?? 0) };
}

/** Whether a worker has got what there was to get from the one before it, by its answer to `show peers`; one without rate limits has nothing to get. */
export function hasLearnt(text: string): boolean {
  const flags = /\bflags=(0x[0-9a-f]+) resync_timeout=(\S+)/.exec(text);
  return flags === null || (Number(flags[1]) & 0b11) === 0b11 || flags[2] === "<PAST>";
}
