import type { Place } from "./place.ts";
import { quoted, text, type Reader } from "./read.ts";

/** RFC 1035, 2.3.4: a label has at most 63 octets, a name 255, which leaves 253 characters. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LONGEST_NAME = 253;

export const isLabel = (name: string): boolean => LABEL.test(name);

/** The first label of a host name. */
export const hostLabel: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || LABEL.test(written)) return written;
  const meant = written.toLowerCase().split(".")[0]?.replaceAll(/[^a-z0-9-]/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 63) ?? "";
  const why = written.includes(".") ? "has a dot in it; the domain is added to it" : "is no host name: 1 to 63 lower-case letters, digits and inner hyphens";
  return at.error("bad-host", `${quoted(written)} ${why}`, meant === "" ? 'write a label such as "api"' : `did you mean "${meant}"?`);
};

/** How host names are written in an environment; keeps to one label, so that one certificate covers them all. */
export const hostsPattern: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined) return undefined;
  const pieces = written.split("{host}");
  if (pieces.length === 2 && LABEL.test(written.replace("{host}", () => "h"))) return written;
  const why = pieces.length !== 2 ? "does not have {host} in it exactly once" : "does not make one label of a host name: lower-case letters, digits and hyphens";
  return at.error("bad-hosts-pattern", `${quoted(written)} ${why}`, 'write a pattern such as "{host}-dev"');
};

/** A part's host in an environment: `{host}-dev` of `api` is `api-dev`. */
export function hostIn(pattern: string, host: string, at: Place): string | undefined {
  const label = pattern.replace("{host}", () => host);
  if (LABEL.test(label)) return label;
  return at.error("bad-host", `in this environment it would be "${label}", with ${label.length} characters; a host name's label has at most 63`, "choose a shorter one");
}

/** A domain of at least two labels. */
export const domain: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || isDomain(written)) return written;
  const meant = written.toLowerCase().replace(/^[a-z]+:\/\//, "").replace(/[:/].*$/, "").replace(/^\*\./, "").replace(/\.$/, "");
  const why = /[^\u0000-\u007f]/.test(written) ? "is not written in ASCII, as DNS does (xn--...)" : "is no domain";
  return at.error("bad-domain", `${quoted(written)} ${why}`, isDomain(meant) ? `did you mean "${meant}"?` : 'write a domain such as "example.com"');
};

function isDomain(name: string): boolean {
  const labels = name.split(".");
  // The longest host beneath it takes 64 more.
  return labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? "") && name.length <= LONGEST_NAME - 64;
}
