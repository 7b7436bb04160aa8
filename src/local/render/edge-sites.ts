import type { EdgeHost } from "./edge.ts";
import { line, quoted } from "./edge-text.ts";

/** Megabytes that the files of all sites may take, and bytes of one: what is larger is passed on from its server each time. */
const CACHE_MB = 16;
const LARGEST_FILE = 4_000_000;
const DAY_SECONDS = 86_400;

/**
 * A site's server takes part one at a time: the next one only when the one before takes no more, so that no page of one
 * release finds the files of another.
 */
export const SITE_SERVER_OPTIONS = "backup";

/** `releases.map`: the release that each site serves. The runtime API changes these. */
export const releasesMap = (hosts: readonly EdgeHost[]): string => hosts.flatMap(({ backend, kind, release }) => (kind === "site" ? `${backend} ${release ?? "none"}\n` : [])).join("");

/** The memory that keeps what may be kept; compressed and plain apart. */
export const cacheSection = (): string => `cache sites
  total-max-size ${CACHE_MB}
  max-object-size ${LARGEST_FILE}
  max-age ${DAY_SECONDS}
  process-vary on
`;

/**
 * One address for each page: the bare domain leads to the site's own host. As on CloudFront a query makes no other file;
 * what takes its place makes every release another one to the cache, which cannot be told to forget, and has it keep what is
 * compressed apart: it would give what is not to whoever takes both.
 */
export function siteRules({ backend, names }: EdgeHost, port: number): string {
  const [own = "", ...others] = names;
  return [
    others.length === 0 ? "" : line(`http-request redirect prefix ${quoted(`http://${own}${port === 80 ? "" : `:${port}`}`)} code 308 if { var(txn.host) -m str -- ${others.map(quoted).join(" ")} }`),
    line("http-request set-var(txn.packed) str(-packed) if { req.hdr(accept-encoding) -m sub gzip }"),
    line(`http-request set-query release=%[str(${backend}),map_str(releases.map)]%[var(txn.packed)]`),
    line("http-request cache-use sites"),
    line("http-response cache-store sites"),
  ].join("");
}
