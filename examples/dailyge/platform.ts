import { definePlatform, parts } from "dailyge-infra";

/** Dailyge, a schedule-management service: its front page, its application, its API and a database. */
export default definePlatform({
  name: "dailyge",
  domain: "dailyge.com",
  region: "ap-northeast-2",
  timezone: "Asia/Seoul",

  environments: {
    dev: { branch: "dev", hosts: "{host}-dev", account: "111122223333" },
    prod: { branch: "main", account: "444455556666", guarded: true },
  },

  platform: ({ environment }) => {
    const prod = environment === "prod";
    return parts({
      teams: {
        office: { addresses: ["203.0.113.0/24"] },
      },

      sites: {
        main: {
          host: "www",
          apex: true,
          directory: "sites/main",
          environment: { TASKS_URL: "{tasks.url}" },
        },
        tasks: {
          host: "tasks",
          directory: "sites/tasks",
          build: "npm ci --ignore-scripts && npm run build",
          output: "dist",
          singlePage: true,
          environment: { API_URL: "{api.url}" },
        },
      },

      services: {
        api: {
          directory: "services/api",
          build: "npm ci --omit=dev --ignore-scripts",
          start: "node src/server.ts",
          migrate: "node src/migrate.ts",
          host: "api",
          reachableBy: "public",
          paths: { "/internal/*": "nobody", "/api/admin/*": "office" },
          port: 8080,
          health: "/api/health-check",
          metrics: { port: 9090, path: "/metrics" },
          size: { cpu: 0.5, memory: "512 MB" },
          replicas: prod ? { least: 2, most: 6, targetCpuPercent: 60 } : 2,
          uses: ["mysql"],
          secrets: [{ name: "JWT_KEY", generate: true }],
          // Node would size its heap by the machine's memory, not by the service's.
          environment: { NODE_OPTIONS: "--max-old-space-size=320 --max-semi-space-size=16" },
        },
      },

      databases: {
        mysql: {
          engine: "mysql",
          version: "8.4",
          instance: prod ? "db.t4g.small" : "db.t4g.micro",
          storage: "20 GB",
          slowQuery: "500 ms",
          backups: prod ? "7 days" : "1 day",
          standby: prod,
        },
      },
    });
  },
});
