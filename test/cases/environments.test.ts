import { expect, test } from "vitest";
import { definePlatform, parts } from "../../src/index.ts";
import { resolve } from "../../src/model/resolve/index.ts";
import { modelOf, platform } from "./shop.ts";

test("environments differ in their host names, and only the plain one has the bare domain", () => {
  const { environments } = modelOf({ ...definePlatform({
    name: "shop",
    domain: "shop.example",
    region: "ap-northeast-2",
    environments: { dev: { branch: "dev", hosts: "{host}-dev" }, prod: { branch: "main", account: "111122223333", guarded: true } },
    platform: ({ environment }) => parts({
      sites: { main: { host: "www", apex: true, directory: "sites/main" } },
      services: { api: { directory: "services/api", start: "node server.js", host: "api", replicas: environment === "prod" ? { least: 2, most: 6 } : 1 } },
    }),
  }) });
  expect(environments.map(({ name, branch, account, guarded }) => ({ name, branch, account, guarded }))).toEqual([
    { name: "dev", branch: "dev", account: null, guarded: false },
    { name: "prod", branch: "main", account: "111122223333", guarded: true },
  ]);
  expect(environments.map(({ sites }) => sites.map(({ host, apex }) => ({ host, apex })))).toEqual([
    [{ host: "www-dev", apex: false }],
    [{ host: "www", apex: true }],
  ]);
  expect(environments.map(({ services }) => services.map(({ endpoint, replicas }) => [endpoint?.host, replicas]))).toEqual([
    [["api-dev", { least: 1, most: 1, targetCpuPercent: 60 }]],
    [["api", { least: 2, most: 6, targetCpuPercent: 60 }]],
  ]);
});

const THREE = { dev: { branch: "dev", hosts: "{host}-dev" }, test: { branch: "test", hosts: "{host}-test" }, prod: { branch: "main" } };

test("a finding says in which environments it is, unless it is in all of them", () => {
  const resolved = resolve(platform({
    environments: THREE,
    platform: ({ environment }: { environment: string }) => parts({
      services: { api: { directory: "services/api", start: "node server.js", port: 0, host: "api", health: environment === "prod" ? "/health" : "health" } },
    }),
  }));
  expect(resolved.ok ? [] : resolved.findings.map(({ path, environments }) => ({ path, environments }))).toEqual([
    { path: "services.api.port", environments: [] },
    { path: "services.api.health", environments: ["dev", "test"] },
  ]);
});

test("mistakes of every kind are told at once", () => {
  const resolved = resolve(platform({
    domain: "shop",
    environments: { ...THREE, test: { branch: "test", hosts: "test" } },
    platform: () => parts({ databases: { mysql: { engine: "mysql", storage: "1 GB" } }, sites: { main: { host: "a.b", directory: "../main" } } }),
  }));
  expect(resolved.ok ? [] : resolved.findings.map(({ path }) => path)).toEqual([
    "domain", "environments.test.hosts", "sites.main.host", "sites.main.directory", "databases.mysql.storage",
  ]);
});

test("platform is asked once for each environment, and what it throws is passed on", () => {
  const asked: string[] = [];
  const ask = ({ environment }: { environment: string }) => {
    asked.push(environment);
    if (environment === "prod") throw new RangeError("not yet");
    return parts({});
  };
  expect(() => resolve(platform({ environments: THREE, platform: ask }))).toThrow(RangeError);
  expect(asked).toEqual(["dev", "test", "prod"]);
});

test("the same definition gives the same bytes", () => {
  expect(JSON.stringify(modelOf(platform({})))).toBe(JSON.stringify(modelOf(platform({}))));
});
