import type { MongodbDefinition, MysqlDefinition, RedisDefinition } from "../../definition/database.ts";
import { suggest } from "../../kit/suggest.ts";
import type { Database, Engine, MongodbDatabase, MysqlDatabase, RedisDatabase } from "../database.ts";
import type { Service } from "../service.ts";
import { nearestRdsZone, rdsZone } from "../timezone.ts";
import { existing } from "./existing.ts";
import { mysqlVersion } from "./mysql-version.ts";
import type { Place } from "./place.ts";
import { complete, didYouMean, flag, isRecord, oneOf, optional, quoted, readFields, required, text, type Fields, type Reader } from "./read.ts";
import { formerName } from "./renamed.ts";
import { duration, size } from "./unit.ts";

export function resolveDatabase(name: string, written: unknown, services: readonly Service[], at: Place): Database | undefined {
  const usedBy = services.filter(({ uses }) => uses.includes(name)).map((service) => service.name);
  const kind = isRecord(written) && isEngine(written.engine) ? written.engine : "mysql";
  return RESOLVERS[kind](name, written, usedBy, at);
}

/** RDS knows a part of the world's time zones; the platform's is that of its databases. */
export function checkDatabaseZone(databases: readonly Database[], timezone: string, at: Place): void {
  if (!databases.some(({ engine }) => engine === "mysql") || rdsZone(timezone) !== undefined) return;
  const near = nearestRdsZone(timezone);
  const fix = near === undefined ? 'write "UTC"' : `write "${near}", whose clocks say the same, or "UTC"`;
  at.field("timezone").error("bad-timezone", `RDS has no time zone ${quoted(timezone)} for its databases`, fix);
}

type Resolver = (name: string, written: unknown, usedBy: readonly string[], at: Place) => Database | undefined;

const RESOLVERS: Readonly<Record<Engine, Resolver>> = {
  mysql: (name, written, usedBy, at): MysqlDatabase | undefined => {
    const read = readFields(MYSQL, "a database", written, at);
    const whole = read && complete(read);
    // One that is of no engine has been told so.
    if (!whole || whole.engine !== "mysql") return undefined;
    const { storage: storageGb, slowQuery: slowQueryMs, backups: backupDays, version, instance, standby } = whole;
    const deployedAs = whole.renamedFrom ?? name;
    return { name, deployedAs, engine: "mysql", version, instance, storageGb, slowQueryMs, backupDays, standby, existing: whole.existing, schema: schemaOf(deployedAs, SYSTEM_SCHEMAS), usedBy };
  },
  redis: (name, written, usedBy, at): RedisDatabase | undefined => {
    const read = readFields(REDIS, "a redis database", written, at);
    const whole = read && complete(read);
    if (!whole) return undefined;
    const { instance, memory: memoryMb, evict, persist, storage: storageGb, backups: backupDays } = whole;
    return { name, deployedAs: whole.renamedFrom ?? name, engine: "redis", instance, memoryMb, evict, persist, storageGb, backupDays, usedBy };
  },
  mongodb: (name, written, usedBy, at): MongodbDatabase | undefined => {
    const read = readFields(MONGODB, "a mongodb database", written, at);
    const whole = read && complete(read);
    if (!whole) return undefined;
    const { version, instance, storage: storageGb, backups: backupDays } = whole;
    const deployedAs = whole.renamedFrom ?? name;
    return { name, deployedAs, engine: "mongodb", version, instance, storageGb, backupDays, schema: schemaOf(deployedAs, SYSTEM_DATABASES), usedBy };
  },
};

const ENGINES: readonly Engine[] = ["mysql", "redis", "mongodb"];

export const isEngine = (value: unknown): value is Engine => ENGINES.some((engine) => engine === value);

/** MySQL's own schemas: a service with rights in one of them could make itself the administrator. */
const SYSTEM_SCHEMAS = ["information_schema", "mysql", "performance_schema", "sys"];

/** MongoDB's own databases. https://www.mongodb.com/docs/manual/reference/local-database/ */
const SYSTEM_DATABASES = ["admin", "config", "local"];

function schemaOf(name: string, system: readonly string[]): string {
  const schema = name.replaceAll("-", "_");
  return system.includes(schema) ? `${schema}_data` : schema;
}

const engine: Reader<Engine> = (value, at) => {
  const written = text(value, at);
  const known = ENGINES.find((each) => each === written);
  if (written === undefined || known !== undefined) return known;
  return at.error("unknown-name", `there is no engine ${quoted(written)}`, didYouMean(written, ENGINES, "the engines are"));
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

const MYSQL = {
  engine: required(engine, '"mysql"'),
  version: optional(mysqlVersion, "8.4"),
  instance: optional(instance, "db.t4g.micro"),
  storage: optional(storage, 20),
  slowQuery: optional(slowQuery, 500),
  backups: optional(backups, 7),
  standby: optional(flag, false),
  existing: optional(existing("database"), null),
  renamedFrom: optional(formerName("database"), null),
} satisfies Fields<MysqlDefinition>;

/** Of our AMI, which is made for Graviton and for x86. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */
const ec2Instance: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || /^[a-z]+\d[a-z0-9-]*\.(nano|micro|small|medium|large|(\d{1,2})?xlarge|metal(-\d+xl)?)$/.test(written)) return written;
  const meant = /^(db|cache)\.(.+)$/.exec(written)?.[2];
  return at.error("bad-instance", `${quoted(written)} is no EC2 instance type`, meant === undefined ? 'write one such as "t4g.small"' : `did you mean "${meant}"?`);
};

/** A gp3 volume. https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html */
const volume = size({ least: "1 GB", most: "64 TB", step: "1 GB", why: "a volume has 1 GB to 64 TB" });

const snapshots = duration({ least: "0 days", most: "365 days", step: "1 day", why: "from none to a year" });

const memory = size({ least: "16 MB", most: "1 TB", step: "1 MB", why: "from 16 MB, of which Redis itself needs a few, to 1 TB" });

const REDIS = {
  engine: required(engine, '"redis"'),
  instance: optional(ec2Instance, "t4g.micro"),
  memory: optional(memory, 256),
  evict: optional(oneOf<RedisDatabase["evict"]>(["never", "least recently used", "soonest to expire"], "way to evict"), "never" as const),
  persist: optional(oneOf<RedisDatabase["persist"]>(["every write", "every second", "never"], "way to persist"), "every second" as const),
  storage: optional(volume, 10),
  backups: optional(snapshots, 7),
  renamedFrom: optional(formerName("database"), null),
} satisfies Fields<RedisDefinition>;

/** Majors that are kept up to date. https://www.mongodb.com/legal/support-policy/lifecycles */
const mongodbVersion: Reader<string> = (value, at) => {
  const written = text(value, at);
  if (written === undefined || written === "8.0") return written;
  return at.error("unsupported-version", `MongoDB ${quoted(written)} is not among the versions that are kept up to date here`, 'write "8.0"');
};

const MONGODB = {
  engine: required(engine, '"mongodb"'),
  version: optional(mongodbVersion, "8.0"),
  instance: optional(ec2Instance, "t4g.small"),
  storage: optional(volume, 20),
  backups: optional(snapshots, 7),
  renamedFrom: optional(formerName("database"), null),
} satisfies Fields<MongodbDefinition>;
