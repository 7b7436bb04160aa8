import type { DatabaseDefinition } from "../../definition/database.ts";
import { suggest } from "../../kit/suggest.ts";
import type { Database } from "../database.ts";
import type { Service } from "../service.ts";
import type { Place } from "./place.ts";
import { complete, didYouMean, flag, optional, quoted, readFields, required, text, type Fields, type Reader } from "./read.ts";
import { duration, size } from "./unit.ts";

export function resolveDatabase(name: string, written: unknown, services: readonly Service[], at: Place): Database | undefined {
  const read = readFields(DATABASE, "a database", written, at);
  const whole = read && complete(read);
  if (!whole) return undefined;
  const { storage: storageGb, slowQuery: slowQueryMs, backups: backupDays, ...same } = whole;
  const usedBy = services.filter(({ uses }) => uses.includes(name)).map((service) => service.name);
  return { name, ...same, storageGb, slowQueryMs, backupDays, schema: schemaOf(name), usedBy };
}

/** MySQL's own schemas: a service with rights in one of them could make itself the administrator. */
const SYSTEM_SCHEMAS = ["information_schema", "mysql", "performance_schema", "sys"];

function schemaOf(name: string): string {
  const schema = name.replaceAll("-", "_");
  return SYSTEM_SCHEMAS.includes(schema) ? `${schema}_data` : schema;
}

const engine: Reader<"mysql"> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || written === "mysql") return written;
  return at.error("unknown-name", `there is no engine ${quoted(written)} yet`, didYouMean(written, ["mysql"], "the engines are"));
};

/** Major versions in RDS's standard support. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html */
const VERSIONS = ["8.4", "9.7"];

const version: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || VERSIONS.includes(written)) return written;
  const major = VERSIONS.find((known) => written.startsWith(`${known}.`));
  if (major !== undefined) return at.error("unsupported-version", `"${written}" is one release of ${major}; RDS keeps those up to date by itself`, `write "${major}"`);
  if (/^(5\.[67]|8\.0)(\.|$)/.test(written)) {
    const since = written.startsWith("8.0") ? "since 31 July 2026 " : "";
    return at.error("unsupported-version", `MySQL ${written} is out of RDS's standard support ${since}and costs 88 USD a month more for each virtual processor`, 'write "8.4"');
  }
  return at.error("unsupported-version", `RDS has no MySQL ${quoted(written)}`, `write ${VERSIONS.map((known) => `"${known}"`).join(" or ")}`);
};

const instance: Reader<`db.${string}`> = (value, at) => {
  const written = text(value, at);
  if (written === undefined) return undefined;
  if (isInstanceClass(written)) return written;
  const meant = `db.${written.replace(/^(db|rds|cache)\.?/, "")}`;
  const near = isInstanceClass(meant) ? meant : suggest(written, COMMON_CLASSES);
  return at.error("bad-instance", `${quoted(written)} is no RDS instance class`, near === undefined ? 'write one such as "db.t4g.micro"' : `did you mean "${near}"?`);
};

const COMMON_CLASSES = ["t4g", "m7g", "r7g"].flatMap((family) => ["micro", "small", "medium", "large", "xlarge"].map((each) => `db.${family}.${each}`));

const isInstanceClass = (text: string): text is `db.${string}` => /^db\.[a-z]+\d[a-z0-9-]*\.(micro|small|medium|large|(\d{1,2})?xlarge)$/.test(text);

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#Concepts.Storage.GeneralSSD (gp3 for MySQL: 20 GiB to 64 TiB) */
const storage = size({ least: "20 GB", most: "64 TB", step: "1 GB", why: "RDS has 20 GB to 64 TB" });

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, BackupRetentionPeriod */
const backups = duration({ least: "0 days", most: "35 days", step: "1 day", why: "RDS keeps backups for at most 35 days" });

const slowQuery = duration({ least: "1 ms", most: "1 hour", step: "1 ms", why: "a statement is slow after a millisecond at the earliest, an hour at the latest" });

const DATABASE = {
  engine: required(engine, '"mysql"'),
  version: optional(version, "8.4"),
  instance: optional(instance, "db.t4g.micro"),
  storage: optional(storage, 20),
  slowQuery: optional(slowQuery, 500),
  backups: optional(backups, 7),
  standby: optional(flag, false),
} satisfies Fields<DatabaseDefinition>;
