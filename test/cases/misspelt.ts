// What the editor already refuses, at the place itself. Nothing here runs: the type check fails where one of these is no error.
import { definePlatform, parts } from "../../src/index.ts";

const service = { directory: "services/api", start: "node server.js" };

// @ts-expect-error a misspelt field
parts({ databases: { mysql: { engine: "mysql", verzion: "8.4" } } });

// @ts-expect-error a database that there is not
parts({ databases: { mysql: { engine: "mysql" } }, services: { api: { ...service, uses: ["mysq"] } } });

// @ts-expect-error a team that there is not
parts({ teams: { office: { addresses: ["203.0.113.7"] } }, services: { api: { ...service, host: "api", reachableBy: "offce" } } });

// @ts-expect-error a unit that there is not
parts({ services: { api: { ...service, startWithin: "60 secs" } } });

definePlatform({
  name: "shop",
  domain: "shop.example",
  region: "ap-northeast-2",
  environments: { dev: { branch: "dev" }, prod: { branch: "main" } },
  // @ts-expect-error parts() is forgotten
  platform: () => ({ services: { api: service } }),
});

definePlatform({
  name: "shop",
  domain: "shop.example",
  region: "ap-northeast-2",
  environments: { dev: { branch: "dev" }, prod: { branch: "main" } },
  // @ts-expect-error an environment that there is not
  platform: ({ environment }) => parts({ services: environment === "production" ? { api: service } : {} }),
});
