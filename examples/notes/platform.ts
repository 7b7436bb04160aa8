import { definePlatform, parts } from "dailyge-infra";

/** A notebook that lives in the browser. Unlike Dailyge: one environment, no database, no team, no framework. */
export default definePlatform({
  name: "notes",
  domain: "example.org",
  region: "eu-central-1",
  environments: { live: { branch: "main", hosts: "{host}-notes" } },
  platform: () =>
    parts({
      sites: {
        notebook: {
          host: "app",
          directory: "sites/notebook",
          build: "node build.js",
          output: "dist",
          singlePage: true,
          environment: { RENDER_URL: "{render.url}" },
        },
      },
      services: {
        render: { directory: "services/render", start: "node server.js", host: "render", replicas: 2, size: { memory: "128 MB" } },
        watch: {
          directory: "services/watch",
          start: "node watch.js",
          uses: ["render"],
          environment: { EVERY_SECONDS: "15" },
          size: { cpu: 0.1, memory: "128 MB" },
          stopWithin: "5 seconds",
        },
      },
    }),
});
