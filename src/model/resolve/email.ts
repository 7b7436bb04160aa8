import type { Place } from "./place.ts";
import { distinct, quoted, text, type Reader } from "./read.ts";

/** What is sent to by AWS: no blanks, no comments, one `@`, a domain with a dot. */
const ADDRESS = /^[^\s@<>",;:()[\]\\]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$/;

const email: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || ADDRESS.test(written)) return written;
  return at.error("bad-email", `${quoted(written)} is no e-mail address`, 'write one such as "ops@example.com"');
};

const emails = distinct(email, (address) => address);

/** Those who are told of something: at least one, and at most this many. */
export function told(most: number, empty: string): Reader<readonly string[]> {
  return (value: unknown, at: Place) => {
    const read = emails(value, at);
    if (read?.length === 0) return at.error("empty", empty, 'write who is: notify: ["ops@example.com"]');
    if (read !== undefined && read.length > most) return at.error("bad-number", `${read.length} addresses are more than the ${most} that AWS tells`, "write one that forwards to all of them");
    return read;
  };
}
