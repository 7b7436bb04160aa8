const COPIES = 10;

/** The reference platform ten times over, in one definition: what a plan writes of it is at least ten times as much. */
export function tenPlatform(): string {
  const all = Array.from({ length: COPIES }, (_nothing, index) => index + 1);
  const services = all.flatMap((copy) => [
    `      "api-${copy}": { directory: "api", start: "node api.js", migrate: "node migrate.js", host: "api-${copy}", reachableBy: "public", replicas: { least: 2, most: 6 },
        uses: ["mysql-${copy}", "redis-${copy}", "mongodb-${copy}", "events-${copy}"], secrets: [{ name: "JWT_KEY", generate: true }] },`,
    `      "admin-${copy}": { directory: "admin", start: "node admin.js", host: "admin-${copy}", reachableBy: "office", uses: ["mysql-${copy}", "api-${copy}"] },`,
    `      "worker-${copy}": { directory: "worker", start: "node worker.js", consumes: ["events-${copy}"], uses: ["mongodb-${copy}"] },`,
    `      "nightly-${copy}": { directory: "nightly", start: "node nightly.js", schedule: "10 0 * * *", uses: ["mysql-${copy}"] },`,
  ]);
  const databases = all.flatMap((copy) => [
    `      "mysql-${copy}": { engine: "mysql", standby: true },`, `      "redis-${copy}": { engine: "redis" },`, `      "mongodb-${copy}": { engine: "mongodb" },`,
  ]);
  const sites = all.flatMap((copy) => [
    `      "main-${copy}": { host: "www-${copy}", directory: "main" },`, `      "tasks-${copy}": { host: "tasks-${copy}", directory: "tasks", singlePage: true, environment: { API: "{api-${copy}.url}" } },`,
  ]);
  return `import { definePlatform, parts } from "dailyge-infra";

export default definePlatform({
  name: "ten", domain: "ten.example", region: "ap-northeast-2",
  environments: { prod: { branch: "main", account: "444455556666" } },
  platform: () => parts({
    teams: { office: { addresses: ["203.0.113.0/24"] } },
    sites: {\n${sites.join("\n")}\n    },
    services: {\n${services.join("\n")}\n    },
    databases: {\n${databases.join("\n")}\n    },
    topics: { ${all.map((copy) => `"events-${copy}": {}`).join(", ")} },
    protection: { rateLimits: { everyone: { requests: 2000 } } },
  }),
});
`;
}
