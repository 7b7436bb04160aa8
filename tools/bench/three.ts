import { definePlatform, parts } from "dailyge-infra";

/** The reference platform's API and what it uses, three replicas, nothing else. */
// oxlint-disable-next-line import/no-default-export
export default definePlatform({
  name: "three",
  domain: "dailyge.com",
  region: "ap-northeast-2",
  environments: { bench: { branch: "main", account: "111122223333" } },
  platform: () =>
    parts({
      services: {
        api: {
          directory: "api",
          build: "npm ci --omit=dev --ignore-scripts",
          start: "node src/server.ts",
          migrate: "node src/migrate.ts",
          host: "api",
          paths: { "/internal/*": "nobody" },
          health: "/api/health-check",
          metrics: { port: 9090, path: "/metrics" },
          size: { cpu: 0.5, memory: "512 MB" },
          replicas: 3,
          uses: ["mysql", "redis", "mongodb", "events"],
          secrets: [{ name: "JWT_KEY", generate: true }],
          environment: { NODE_OPTIONS: "--max-old-space-size=320 --max-semi-space-size=16" },
        },
      },
      databases: {
        mysql: { engine: "mysql", version: "8.4", instance: "db.t4g.micro", storage: "20 GB" },
        redis: { engine: "redis", instance: "t4g.micro", memory: "256 MB", evict: "never", persist: "every second" },
        mongodb: { engine: "mongodb", version: "8.0", instance: "t4g.small", storage: "20 GB" },
      },
      topics: { events: { deadLetterAfter: 3 } },
    }),
});
