import { expect, test } from "vitest";
import { wiring } from "../../src/model/wiring.ts";
import { database, DATABASE, modelOf, rateLimit, service, shop, SERVICE, site, team, topic, worker, WORKER } from "./shop.ts";

const first = (definition: Parameters<typeof modelOf>[0]) => {
  const [environment] = modelOf(definition).environments;
  if (!environment) throw new Error("no environment");
  return environment;
};

test("a site with everything left out is served as it is", () => {
  expect(first(site({})).sites).toEqual([
    { name: "main", deployedAs: "main", host: "www", apex: false, directory: "sites/main", build: null, output: ".", singlePage: false, existing: null, environment: [] },
  ]);
});

test("a service with everything left out is one small public replica", () => {
  expect(first(service({})).services).toEqual([{
    name: "api", directory: "services/api", build: null, start: "node server.js", migrate: null, seed: null, schedule: null,
    endpoint: { host: "api", port: 8080, health: "/", entrance: "open", reachableBy: "public", paths: [] },
    metrics: null, size: { cpu: 0.25, memoryMb: 256 }, runtime: null, hosts: "general", replicas: { least: 1, most: 1, targetCpuPercent: 60 },
    uses: ["mysql"], publishes: [], consumes: [], calls: [], secrets: [], environment: [], calledBySites: [], startSeconds: 60, stopSeconds: 20,
  }]);
});

test("a service without a host has no endpoint", () => {
  expect(first(worker({})).services[0]?.endpoint).toBeNull();
});

test("a database with everything left out is small, and knows who uses it", () => {
  const environment = first(shop({ databases: { "main-data": { engine: "mysql" } }, services: { api: { ...SERVICE, uses: ["main-data"] }, admin: { ...SERVICE, host: "admin", uses: [] } } }));
  expect(environment.databases).toEqual([{
    name: "main-data", deployedAs: "main-data", engine: "mysql", version: "8.4", instance: "db.t4g.micro", storageGb: 20, slowQueryMs: 500, backupDays: 7, standby: false, existing: null,
    schema: "main_data", usedBy: ["api"],
  }]);
});

test("a database named like one of MySQL's own schemas has another", () => {
  expect(first(shop({})).databases[0]).toMatchObject({ schema: "mysql_data" });
});

test.each([
  ["public", "public"],
  ["office", ["office"]],
  [["office"], ["office"]],
  [[], []],
])("reachableBy %j is %j", (written, audience) => {
  expect(first(service({ reachableBy: written })).services[0]?.endpoint?.reachableBy).toEqual(audience);
});

test("path rules keep their order, and nobody is no team", () => {
  const paths = { "/admin/status": "public", "/admin/*": "office", "/internal/*": "nobody" };
  expect(first(service({ paths })).services[0]?.endpoint?.paths).toEqual([
    { pattern: "/admin/status", reachableBy: "public" },
    { pattern: "/admin/*", reachableBy: ["office"] },
    { pattern: "/internal/*", reachableBy: [] },
  ]);
});

test.each([
  ["203.0.113.7", "203.0.113.7/32"],
  ["203.0.113.0/24", "203.0.113.0/24"],
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1/128"],
  ["2001:db8:0::/48", "2001:db8::/48"],
])("address %s is %s", (written, address) => {
  expect(first(team({ addresses: [written] })).teams[0]?.addresses).toEqual([address]);
});

test.each([
  [{ startWithin: "2 minutes" }, { startSeconds: 120 }],
  [{ stopWithin: "1 hour" }, { stopSeconds: 3_600 }],
  [{ stopWithin: "1 second" }, { stopSeconds: 1 }],
  [{ size: { memory: "0.5 GB" } }, { size: { cpu: 0.25, memoryMb: 512 } }],
  [{ secrets: ["KEY", { name: "TOKEN", generate: true }] }, { secrets: [{ name: "KEY", generated: false }, { name: "TOKEN", generated: true }] }],
  [{ directory: "./services//api/" }, { directory: "services/api" }],
  [{ directory: "services/x/../api" }, { directory: "services/api" }],
  [{ metrics: { port: 9090 } }, { metrics: { port: 9090, path: "/metrics" } }],
])("a service's %j is %j", (written, means) => {
  expect(first(service(written)).services[0]).toMatchObject(means);
});

test("Redis with everything left out keeps what it is given, and knows who uses it", () => {
  const environment = first(shop({ databases: { mysql: DATABASE, cache: { engine: "redis" } }, services: { api: { ...SERVICE, uses: ["cache"] } } }));
  expect(environment.databases[1]).toEqual({ name: "cache", deployedAs: "cache", engine: "redis", instance: "t4g.micro", memoryMb: 256, evict: "never", persist: "every second", storageGb: 10, backupDays: 7, usedBy: ["api"] });
  expect(wired(environment)).toEqual(["PLATFORM_ENVIRONMENT", "CACHE_HOST", "CACHE_PORT", "CACHE_USER", "CACHE_PASSWORD", "CACHE_URL", "CACHE_PREFIX"]);
});

test("MongoDB with everything left out; one named like its own databases has another", () => {
  const environment = first(shop({ databases: { mysql: DATABASE, admin: { engine: "mongodb" } }, services: { api: { ...SERVICE, uses: ["admin"] } } }));
  expect(environment.databases[1]).toEqual({ name: "admin", deployedAs: "admin", engine: "mongodb", version: "8.0", instance: "t4g.small", storageGb: 20, backupDays: 7, schema: "admin_data", usedBy: ["api"] });
});

test("a topic knows who publishes and who consumes, and each gets the address that it needs", () => {
  const environment = first(shop({ topics: { "user-events": {} }, services: { api: { ...SERVICE, uses: ["user-events"] }, worker: { ...WORKER, consumes: ["user-events"], uses: ["api"] } } }));
  expect(environment.topics).toEqual([{ name: "user-events", deployedAs: "user-events", deadLetterAfter: 5, redeliverSeconds: 30, keepSeconds: 345_600, publishedBy: ["api"], consumedBy: ["worker"] }]);
  expect(environment.services[0]).toMatchObject({ uses: [], publishes: ["user-events"], calls: [] });
  expect(wired(environment)).toEqual(["PLATFORM_ENVIRONMENT", "USER_EVENTS_TOPIC_ARN"]);
  expect(environment.services[1]).toMatchObject({ consumes: ["user-events"], calls: ["api"] });
  expect(wired(environment, 1)).toEqual(["PLATFORM_ENVIRONMENT", "USER_EVENTS_QUEUE_URL", "API_URL"]);
});

const wired = (environment: ReturnType<typeof first>, index = 0) => {
  const written = environment.services[index];
  return written ? wiring(written, environment).map(({ name }) => name) : [];
};

test("AWS's rules are all there unless some are written", () => {
  const managed = (protection?: object) => first(shop({ protection })).protection.managedRules;
  expect(managed()).toEqual(["ip reputation", "known bad inputs", "common"]);
  expect(managed({})).toEqual(managed());
  expect(managed({ managedRules: ["common", "ip reputation"] })).toEqual(["ip reputation", "common"]);
  expect(managed({ managedRules: [] })).toEqual([]);
});

test("a rate limit counts over five minutes and all paths unless it says", () => {
  expect(first(rateLimit({})).protection.rateLimits).toEqual([{ name: "login", requests: 50, seconds: 300, paths: [] }]);
  expect(first(rateLimit({ per: "1 minute", paths: ["/api/login"] })).protection.rateLimits[0]).toMatchObject({ seconds: 60, paths: ["/api/login"] });
});

test.each([
  ["0 3 * * *", { cron: "0 3 * * *", timezone: "Asia/Seoul", overlap: false }],
  ["  */5  9-17 * 1,7 0-6/2 ", { cron: "*/5 9-17 * 1,7 0-6/2", timezone: "Asia/Seoul", overlap: false }],
  [{ cron: "0 0 1 * *", timezone: "UTC", overlap: true }, { cron: "0 0 1 * *", timezone: "UTC", overlap: true }],
])("a schedule %j is %j", (schedule, means) => {
  const [prod] = modelOf({ ...worker({ schedule }), timezone: "Asia/Seoul" }).environments;
  expect(prod?.services[0]?.schedule).toEqual(means);
});

test.each([
  [{ redeliverAfter: "2 minutes" }, { redeliverSeconds: 120 }],
  [{ keep: "14 days", deadLetterAfter: 1 }, { keepSeconds: 1_209_600, deadLetterAfter: 1 }],
])("a topic's %j is %j", (written, means) => {
  expect(first(topic(written)).topics[0]).toMatchObject(means);
});

test.each([
  [{ storage: "1 TB" }, { storageGb: 1_024 }],
  [{ backups: "0 days" }, { backupDays: 0 }],
  [{ slowQuery: "1.5 seconds" }, { slowQueryMs: 1_500 }],
  [{ slowQuery: "0.57 seconds" }, { slowQueryMs: 570 }],
  [{ version: "9.7", instance: "db.r7g.2xlarge" }, { version: "9.7", instance: "db.r7g.2xlarge" }],
])("a database's %j is %j", (written, means) => {
  expect(first(database(written)).databases[0]).toMatchObject(means);
});

test.each(["UTC", "Asia/Seoul", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "America/New_York"])("%s is a time zone", (timezone) => {
  expect(modelOf(shop({}, { timezone })).shared.timezone).toBe(timezone);
});
