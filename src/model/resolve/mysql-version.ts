import { quoted, text, type Reader } from "./read.ts";

/** Major versions in RDS's standard support. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html */
const SUPPORTED = ["8.4", "9.7"];

/**
 * Those that RDS still runs, for money: when its standard support ended, and what a virtual processor costs a month
 * beside the instance, in Seoul (0.12 USD an hour, twice that from the third year on).
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-charges.html
 */
const OUT_OF_SUPPORT = [
  { major: "8.0", ended: "31 July 2026", usdPerMonth: 88 },
  { major: "5.7", ended: "29 February 2024", usdPerMonth: 175 },
];

const isOf = (written: string, major: string): boolean => written === major || written.startsWith(`${major}.`);

/** A major version of MySQL that RDS supports; releases of one are RDS's own business. */
export const mysqlVersion: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || SUPPORTED.includes(written)) return written;
  const major = SUPPORTED.find((known) => isOf(written, known));
  if (major !== undefined) return at.error("unsupported-version", `"${written}" is one release of ${major}; RDS keeps those up to date by itself`, `write "${major}"`);
  const old = OUT_OF_SUPPORT.find((known) => isOf(written, known.major));
  if (old) {
    const price = `${old.usdPerMonth} USD a month more for each virtual processor`;
    return at.error("unsupported-version", `MySQL ${written} is out of RDS's standard support since ${old.ended} and costs ${price}`, 'write "8.4"');
  }
  return at.error("unsupported-version", `RDS has no MySQL ${quoted(written)}`, `write ${SUPPORTED.map((known) => `"${known}"`).join(" or ")}`);
};
