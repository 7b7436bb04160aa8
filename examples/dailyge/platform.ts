import { definePlatform, parts } from "dailyge-infra";

/** Dailyge, a schedule-management service: a front page and an application, their API, an admin API, a worker, and what they keep. */
export default definePlatform({
  name: "dailyge",
  domain: "dailyge.com",
  region: "ap-northeast-2",
  timezone: "Asia/Seoul",

  environments: {
    dev: { branch: "dev", hosts: "{host}-dev", account: "111122223333" },
    prod: { branch: "main", account: "444455556666", guarded: true },
  },

  delivery: { repository: "dailyge/dailyge-server" },

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
          uses: ["mysql", "redis", "mongodb", "events"],
          secrets: [{ name: "JWT_KEY", generate: true }],
          seed: "node src/seed.ts",
          // Node would size its heap by the machine's memory, not by the service's.
          runtime: "node",
        },

        // People, figures, and the page for them. It signs someone out by asking the API inside the platform.
        "admin-api": {
          directory: "services/admin-api",
          build: "npm ci --omit=dev --ignore-scripts",
          start: "node src/server.ts",
          host: "admin",
          reachableBy: "office",
          health: "/health",
          size: { memory: "256 MB" },
          uses: ["mysql", "api"],
          runtime: "node",
        },

        // Nobody calls it: it hears what happened, and writes down what each person did.
        "event-worker": {
          directory: "services/event-worker",
          build: "npm ci --omit=dev --ignore-scripts",
          start: "node src/worker.ts",
          metrics: { port: 9090, path: "/metrics" },
          size: { memory: "256 MB" },
          consumes: ["events"],
          uses: ["mongodb"],
          runtime: "node",
        },

        nightly: {
          directory: "services/nightly",
          build: "npm ci --omit=dev --ignore-scripts",
          start: "node src/nightly.ts",
          runtime: "node",
          schedule: "10 0 * * *",
          uses: ["mysql"],
        },
      },

      topics: {
        // Three deliveries without success are enough to call a message a bad one: the worker takes none while it cannot work.
        events: { deadLetterAfter: 3 },
      },

      protection: {
        rateLimits: {
          // A load test on one machine comes from one address.
          everyone: { requests: prod ? 2_000 : 500_000, per: "5 minutes" },
          "sign-in": { requests: 300, per: "5 minutes", paths: ["/api/session", "/api/users"] },
        },
      },

      // Two small machines, in two zones; two more while services are deployed or much is asked of them.
      hosts: { general: { instance: "t4g.small", least: 2, most: 4 } },

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
        // Sessions and counters.
        redis: {
          engine: "redis",
          instance: "t4g.micro",
          memory: "256 MB",
          evict: "never",
          persist: "every second",
        },
        // What each person did.
        mongodb: {
          engine: "mongodb",
          version: "8.0",
          instance: prod ? "t4g.medium" : "t4g.small",
          storage: "20 GB",
        },
      },

      network: { addresses: "10.20.0.0/16", zones: 2, nat: "one" },

      ...(prod ? { uptime: { notify: ["ops@dailyge.com"] } } : {}),

      budget: { usdPerMonth: prod ? 400 : 150, notify: ["ops@dailyge.com"] },
    });
  },
});
