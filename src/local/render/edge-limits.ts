import type { RateLimit } from "../../model/protection.ts";
import { pathMatch } from "./edge-access.ts";
import { line, page, quoted } from "./edge-text.ts";

/** A rate limit, and where HAProxy counts for it: nobody else does there, so that a limit that comes or goes leaves the others' counts alone. */
export interface EdgeLimit extends RateLimit {
  readonly slot: number;
}

/** Windows that HAProxy can count over at once: it follows a client in at most three tables. */
const MOST_WINDOWS = 3;

/** Limits that count over the same window have this many slots; twice what AWS takes, so that one that was given up is not taken again at once. */
export const LIMIT_SLOTS = 20;

/** Name of the backend that answers what exceeds a limit; no part has a dot in its name. */
export const limitBackend = (name: string): string => `limit.${name}`;

/** What HAProxy counts, which is what is written unless all of AWS's four windows are: then two minutes are twice half of them in one. */
export function countedAs(limit: RateLimit, all: readonly RateLimit[]): { readonly requests: number; readonly seconds: number } {
  const windows = new Set(all.map(({ seconds }) => seconds));
  if (windows.size <= MOST_WINDOWS || limit.seconds !== 120) return { requests: limit.requests, seconds: limit.seconds };
  return { requests: Math.floor(limit.requests / 2), seconds: 60 };
}

/** `limits.map`: how many requests each takes. The runtime API changes these. */
export function limitsMap(limits: readonly EdgeLimit[]): string {
  return limits.map((limit) => `${limit.name} ${countedAs(limit, limits).requests}\n`).join("");
}

interface Counter {
  readonly name: string;
  /** Where it counts: index in the table's entries, and which of the followed tables. */
  readonly at: string;
  readonly seconds: number;
  readonly paths: readonly string[];
}

function countersOf(limits: readonly EdgeLimit[]): { readonly windows: readonly number[]; readonly counters: readonly Counter[] } {
  const counted = limits.map((limit) => ({ ...limit, seconds: countedAs(limit, limits).seconds }));
  const windows = [...new Set(counted.map(({ seconds }) => seconds))].sort((one, other) => one - other);
  return { windows, counters: counted.map(({ name, slot, seconds, paths }) => ({ name, at: `${slot},${windows.indexOf(seconds)}`, seconds, paths })) };
}

/**
 * Counts a request for a service under each limit that it falls under, in the definition's order, and leads the first that
 * is too much to the limit's own backend. What is refused counts on, as on AWS: who does not stop is not let in.
 */
export function limitRules(limits: readonly EdgeLimit[], services: readonly string[]): string {
  if (limits.length === 0 || services.length === 0) return "";
  const { windows, counters } = countersOf(limits);
  return [
    line(`acl limited var(txn.backend) -m str -- ${services.join(" ")}`),
    ...windows.map((seconds, index) => line(`http-request track-sc${index} src table limits.${seconds} if limited`)),
    ...counters.flatMap(({ name, at, paths }) => {
      const applies = `limited${paths.length === 0 ? "" : ` path.${name}`}`;
      return [
        ...paths.map((pattern) => line(`acl path.${name} var(txn.decoded) ${pathMatch(pattern)}`)),
        line(`http-request sc-inc-gpc(${at}) if ${applies}`),
        line(`http-request set-var(txn.most) str(${name}),map_str_int(limits.map) if ${applies}`),
        line(`http-request set-var(txn.backend) str(${limitBackend(name)}) if ${applies} { sc_gpc_rate(${at}),sub(txn.most) gt 0 }`),
      ];
    }),
  ].join("");
}

/**
 * The tables, and what each limit answers. A new worker gets the tables' entries from the one that it replaces.
 *
 * HAProxy remembers two counts: of a period as long as the window, and of the one before, of which it takes as much as the
 * window still covers. At worst all came in a period that has just begun, so that it counts them all for a window's time,
 * and forgets them evenly in another: `Retry-After` is when the next request is sure to get through.
 */
export function limitSections(limits: readonly EdgeLimit[], peerSocket: string): readonly string[] {
  if (limits.length === 0) return [];
  const { windows, counters } = countersOf(limits);
  return [
    `peers reload\n${line(`bind ${quoted(`unix@${peerSocket}`)} mode 600`)}${line(`server ${LOCAL_PEER}`)}`,
    ...windows.map((seconds) => `backend limits.${seconds}\n${line(`stick-table type ip size 100k expire ${seconds * 2}s store gpc_rate(${LIMIT_SLOTS},${seconds}s) peers reload`)}`),
    ...counters.map(({ name, at, seconds }) => {
      const wait = `var(txn.seen),sub(txn.most),add(1),mul(${seconds}),div(txn.seen),add(${seconds + 1})`;
      const answer = page("429", "Too Many Requests", "You have asked too often. The header Retry-After says after how many seconds you may ask again.");
      return [`backend ${limitBackend(name)}\n`, line("description limit"), line(`http-request set-var(txn.seen) sc_gpc_rate(${at})`), line(`http-request return ${answer} hdr Retry-After %[${wait}]`)].join("");
    }),
  ];
}

/** What a worker calls itself among its peers: the next worker, which is called so too, gets its tables. */
export const LOCAL_PEER = "edge";

/** Slots that limits have, by name; of one that is gone until its slot is needed. */
export type Slots = Readonly<Record<string, { readonly seconds: number; readonly slot: number }>>;

/** Gives each limit a slot among those of its window: the one that it has, else one that nobody had, else one that nobody has. */
export function assignSlots(known: Slots, limits: readonly RateLimit[]): { readonly slots: Slots; readonly limits: readonly EdgeLimit[] } {
  const slots: Record<string, Slots[string]> = { ...known };
  const wanted = new Set(limits.map(({ name }) => name));
  for (const limit of limits) {
    const { seconds } = countedAs(limit, limits);
    if (slots[limit.name]?.seconds === seconds) continue;
    delete slots[limit.name];
    const others = Object.entries(slots).filter(([, other]) => other.seconds === seconds);
    const taken = new Set(others.map(([, { slot }]) => slot));
    const free = Array.from({ length: LIMIT_SLOTS }, (_nothing, slot) => slot).find((slot) => !taken.has(slot));
    const [oldest] = others.filter(([name]) => !wanted.has(name));
    if (free === undefined && oldest !== undefined) delete slots[oldest[0]];
    slots[limit.name] = { seconds, slot: free ?? oldest?.[1].slot ?? 0 };
  }
  return { slots, limits: limits.map((limit) => ({ ...limit, slot: slots[limit.name]?.slot ?? 0 })) };
}
