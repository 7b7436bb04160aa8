import { definePlatform, parts } from "dailyge-infra";

// One file says what there is; `dailyge up` runs it here, `dailyge plan` writes it down for AWS.
export default definePlatform({
  name: "my-platform",
  domain: "example.com",
  region: "ap-northeast-2",

  environments: {
    dev: { branch: "dev", hosts: "{host}-dev" },
    prod: { branch: "main", guarded: true },
  },

  platform: ({ environment }) =>
    parts({
      sites: {
        web: { host: "www", directory: "sites/web", environment: { API_URL: "{api.url}" } },
      },

      services: {
        api: {
          directory: "services/api",
          start: "node server.js",
          host: "api",
          health: "/health",
          replicas: environment === "prod" ? { least: 2, most: 4 } : 1,
          // With a database below: uses: ["mysql"], and the service gets MYSQL_HOST, MYSQL_URL and so on.
        },
      },

      // databases: { mysql: { engine: "mysql" } },
    }),
});
