import { definePlatform, parts } from "../../src/index.ts";
import type { Environment, Model } from "../../src/model/model.ts";
import { resolve } from "../../src/model/resolve/index.ts";

/** A platform in which everything that must be kept apart exists twice: teams, hosts, groups of these, databases and their users. */
const shop = definePlatform({
  name: "shop",
  domain: "shop.example",
  region: "eu-west-1",
  environments: { live: { branch: "main" } },
  platform: () =>
    parts({
      teams: {
        office: { addresses: ["203.0.113.0/24"] },
        // More than one rule has room for, and an IPv6 network.
        agency: { addresses: ["198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.4", "198.51.100.5", "198.51.100.6", "2001:db8::/32"] },
      },
      sites: {
        front: { host: "www", apex: true, directory: "front", singlePage: true, environment: { API: "{api.url}", TEXT: "costs ${PRICE} and %{more}" } },
        manual: { host: "manual", directory: "manual" },
      },
      services: {
        api: {
          directory: "api", start: "node api.js", host: "api", uses: ["orders", "sold"], migrate: "node migrate.js",
          paths: { "/internal/*": "nobody", "/reports/*": "office" }, secrets: ["PAYMENT_KEY", { name: "SESSION_KEY", generate: true }],
          environment: { JDBC: "jdbc:mysql://{orders.host}:{orders.port}/{orders.database}", DSN: "{orders.url}" },
        },
        admin: { directory: "admin", start: "node admin.js", host: "admin", reachableBy: "agency", paths: { "/health": "public" }, uses: ["orders", "people", "baskets", "returned", "sold"] },
        desk: { directory: "desk", start: "node desk.js", host: "desk", reachableBy: ["office"], uses: ["people", "api"], consumes: ["sold"], environment: { ORDERS_PAGE: "{api.url}/orders" } },
        worker: { directory: "worker", start: "node worker.js", hosts: "batch", replicas: { least: 1, most: 4 }, uses: ["people", "api", "desk"], consumes: ["sold", "returned"] },
        searcher: { directory: "searcher", start: "node searcher.js", uses: ["baskets", "articles"], environment: { SESSIONS: "{baskets.prefix}sessions", PLACE: "{articles.host}:{articles.port}/{articles.database}" } },
        report: { directory: "report", start: "node report.js", hosts: "batch", uses: ["orders", "returned"], schedule: { cron: "*/30 8-18 * * 1-5", timezone: "Europe/Dublin" } },
        idle: { directory: "idle", start: "node idle.js" },
      },
      hosts: { general: { instance: "t4g.medium", least: 2, most: 4 }, batch: { instance: "m7i.large" } },
      databases: {
        orders: { engine: "mysql" }, people: { engine: "mysql", standby: true },
        baskets: { engine: "redis", memory: "256 MB", evict: "least recently used" }, articles: { engine: "mongodb", instance: "m7i.large", backups: "0 days" },
      },
      topics: { sold: { deadLetterAfter: 3, redeliverAfter: "2 minutes", keep: "1 day" }, returned: {} },
      network: { addresses: "172.20.64.0/18", zones: 3, nat: "one per zone", flowLogs: "7 days" },
      uptime: { notify: ["night@shop.example"] },
      budget: { usdPerMonth: 250, notify: ["money@shop.example"] },
      protection: {
        rateLimits: { everyone: { requests: 2000 }, login: { requests: 50, per: "1 minute", paths: ["/login", "/accounts/*", "/shops/*/login", "/a+b"] } },
      },
    }),
});

export function shopModel(): Model {
  const resolved = resolve(shop);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.findings, null, 2));
  return resolved.model;
}

/** The shop whose closed services have an entrance of their own. */
export function closedShopModel(): Model {
  const model = shopModel();
  const services = shopEnvironment().services.map((service) => ({
    ...service,
    // With a public path it is for everyone.
    endpoint: service.endpoint && { ...service.endpoint, entrance: service.name === "desk" ? ("closed" as const) : service.endpoint.entrance },
  }));
  return { ...model, environments: model.environments.map((environment) => ({ ...environment, services })) };
}

export function shopEnvironment(): Environment {
  const [environment] = shopModel().environments;
  if (!environment) throw new Error("the shop has an environment");
  return environment;
}
