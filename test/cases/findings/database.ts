import { database, shop, DATABASE as DATABASE_OF_API } from "../shop.ts";
import { found } from "./case.ts";

const redis = (fields: object) => shop({ databases: { mysql: DATABASE_OF_API, cache: { engine: "redis", ...fields } } });
const mongodb = (fields: object) => shop({ databases: { mysql: DATABASE_OF_API, documents: { engine: "mongodb", ...fields } } });
const at = (field: string) => `databases.mysql.${field}`;

export const DATABASE = [
  found("unknown-name", database({ engine: "postgres" }), at("engine"), 'there is no engine "postgres"', "the engines are mysql, redis, mongodb"),
  found("unknown-name", database({ engine: "mysqll" }), at("engine"), 'there is no engine "mysqll"', 'did you mean "mysql"?'),
  found("unknown-field", database({ verzion: "8.4" }), at("verzion"), 'a database has no field "verzion"', 'did you mean "version"?'),
  found("wrong-type", database({ version: 8.4 }), at("version"), "this is to be text, not the number 8.4", 'put it in quotes: "8.4"'),
  found("unsupported-version", database({ version: "8.0" }), at("version"),
    "MySQL 8.0 is out of RDS's standard support since 31 July 2026 and costs 88 USD a month more for each virtual processor", 'write "8.4"'),
  found("unsupported-version", database({ version: "5.7.44" }), at("version"),
    "MySQL 5.7.44 is out of RDS's standard support since 29 February 2024 and costs 175 USD a month more for each virtual processor", 'write "8.4"'),
  found("bad-timezone", { ...shop(), timezone: "Europe/Berlin" }, "timezone", 'RDS has no time zone "Europe/Berlin" for its databases',
    'write "Europe/Paris", whose clocks say the same, or "UTC"'),
  found("bad-timezone", { ...shop(), timezone: "Australia/Lord_Howe" }, "timezone", 'RDS has no time zone "Australia/Lord_Howe" for its databases', 'write "UTC"'),
  found("unsupported-version", database({ version: "8.4.7" }), at("version"), '"8.4.7" is one release of 8.4; RDS keeps those up to date by itself', 'write "8.4"'),
  found("unsupported-version", database({ version: "8.5" }), at("version"), 'RDS has no MySQL "8.5"', 'write "8.4" or "9.7"'),
  found("bad-instance", database({ instance: "t4g.micro" }), at("instance"), '"t4g.micro" is no RDS instance class', 'did you mean "db.t4g.micro"?'),
  found("bad-instance", database({ instance: "db.t4g.micron" }), at("instance"), '"db.t4g.micron" is no RDS instance class', 'did you mean "db.t4g.micro"?'),
  found("bad-instance", database({ instance: "big" }), at("instance"), '"big" is no RDS instance class', 'write one such as "db.t4g.micro"'),
  found("bad-size", database({ storage: "10 GB" }), at("storage"), '"10 GB" is out of range: RDS has 20 GB to 64 TB', 'write "20 GB" to "64 TB"'),
  found("bad-size", database({ storage: "20480.5 MB" }), at("storage"), '"20480.5 MB" is not a multiple of 1 GB', 'write "20 GB" to "64 TB" in steps of 1 GB'),
  found("bad-duration", database({ backups: "36 days" }), at("backups"), '"36 days" is out of range: RDS keeps backups for at most 35 days', 'write "0 days" to "35 days"'),
  found("bad-duration", database({ backups: "12 hours" }), at("backups"), '"12 hours" is not a multiple of 1 day', 'write "0 days" to "35 days" in steps of 1 day'),
  found("bad-duration", database({ slowQuery: 500 }), at("slowQuery"), "500 has no unit", 'write it with its unit, in quotes: "20 seconds"'),
  found("bad-duration", database({ slowQuery: "0 ms" }), at("slowQuery"), '"0 ms" is out of range: a statement is slow after a millisecond at the earliest, an hour at the latest', 'write "1 ms" to "1 hour"'),
  found("wrong-type", database({ standby: 1 }), at("standby"), "this is to be true or false, not the number 1", "write true or false, without quotes"),

  found("unknown-field", redis({ version: "7.0" }), "databases.cache.version", 'a redis database has no field "version"', "its fields are engine, instance, memory, evict, persist, storage, backups, renamedFrom"),
  found("unknown-name", redis({ evict: "always" }), "databases.cache.evict", 'there is no way to evict "always"', "there are never, least recently used, soonest to expire"),
  found("unknown-name", redis({ persist: "every seconds" }), "databases.cache.persist", 'there is no way to persist "every seconds"', 'did you mean "every second"?'),
  found("bad-size", redis({ memory: "1 MB" }), "databases.cache.memory", '"1 MB" is out of range: from 16 MB, of which Redis itself needs a few, to 1 TB', 'write "16 MB" to "1 TB"'),
  found("bad-instance", redis({ instance: "cache.t4g.small" }), "databases.cache.instance", '"cache.t4g.small" is no EC2 instance type', 'did you mean "t4g.small"?'),
  found("unknown-field", mongodb({ standby: true }), "databases.documents.standby", 'a mongodb database has no field "standby"', "its fields are engine, version, instance, storage, backups, renamedFrom"),
  found("unsupported-version", mongodb({ version: "4.4" }), "databases.documents.version", 'MongoDB "4.4" is not among the versions that are kept up to date here', 'write "8.0"'),
  found("bad-size", mongodb({ storage: "0 GB" }), "databases.documents.storage", '"0 GB" is out of range: a volume has 1 GB to 64 TB', 'write "1 GB" to "64 TB"'),

  found("name-taken", database({ renamedFrom: "mysql" }), at("renamedFrom"), '"mysql" is still called so', "take renamedFrom out"),
  found("name-taken", database({ renamedFrom: "api" }), at("renamedFrom"), '"api" is the name of another part, so the two would be one on AWS', "write the name that this one had"),
  found("name-taken", shop({ databases: { mysql: { ...DATABASE_OF_API, renamedFrom: "data" } }, topics: { events: { renamedFrom: "data" } } }), "topics.events.renamedFrom",
    '"data" is also what mysql was called, so the two would be one on AWS', "write the name that this one had"),
  found("bad-name", database({ renamedFrom: "My_SQL" }), at("renamedFrom"), '"My_SQL" cannot name a database: only lower-case letters, digits and single hyphens, beginning with a letter', 'did you mean "my-sql"?'),
];
