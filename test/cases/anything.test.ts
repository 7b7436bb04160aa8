import { expect, test } from "vitest";
import { parts } from "../../src/index.ts";
import { resolve } from "../../src/model/resolve/index.ts";

// Everything that can be written, written once.
const FULL = {
  name: "shop", domain: "shop.example", region: "ap-northeast-2", timezone: "Asia/Seoul",
  environments: { dev: { branch: "dev", hosts: "{host}-dev", account: "111122223333", guarded: false }, prod: { branch: "main" } },
  parts: {
    teams: { office: { addresses: ["203.0.113.0/24"] } },
    sites: { main: { host: "www", apex: true, directory: "sites/main", build: "make", output: "dist", singlePage: true, environment: { API: "{api.url}" } } },
    services: {
      api: {
        directory: "services/api", build: "npm ci", start: "node server.js", migrate: "node migrate.js", host: "api", reachableBy: ["office"], paths: { "/a/*": "nobody" },
        port: 8080, health: "/health", metrics: { port: 9090, path: "/metrics" }, size: { cpu: 0.5, memory: "512 MB" }, replicas: { least: 1, most: 2, targetCpuPercent: 50 },
        uses: ["mysql"], secrets: ["KEY", { name: "TOKEN", generate: true }], environment: { HOST_NAME: "{mysql.host}" }, startWithin: "1 minute", stopWithin: "5 seconds",
      },
    },
    databases: { mysql: { engine: "mysql", version: "8.4", instance: "db.t4g.micro", storage: "20 GB", slowQuery: "500 ms", backups: "7 days", standby: false } },
  },
};

const ODD: readonly unknown[] = [
  undefined, null, true, 0, -1, 1.5, NaN, Infinity, 10n, "", " ", "x", "\0", "__proto__", "constructor", "{mysql.password}!", [], [null], [[]], {}, { x: 1 }, Object.create(null),
  Symbol("odd"), () => undefined, new Map([["a", 1]]), new Date(0), Promise.resolve(), /x/, new Proxy({}, {}), JSON.parse('{ "__proto__": 1, "toString": 2 }'),
];

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => placesIn(each, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], odd: unknown): unknown {
  if (key === undefined) return odd;
  const entries = Object.entries(value as object).map(([name, each]) => [name, name === key ? replaced(each, rest, odd) : each] as const);
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

const defined = (full: unknown): unknown => {
  if (typeof full !== "object" || full === null || !("parts" in full)) return full;
  const { parts: of, ...others } = full;
  return { ...others, platform: () => parts(of as Parameters<typeof parts>[0]) };
};

/** Values that JSON would lose or change: a model must have none. */
function unplain(value: unknown): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return undefined;
  if (typeof value !== "object") return typeof value;
  return Object.values(value).map(unplain).find((each) => each !== undefined);
}

test("the definition with everything in it is a model", () => {
  expect(resolve(defined(FULL))).toMatchObject({ ok: true, warnings: [] });
});

test.each(placesIn(FULL).map((path) => [path.join(".") || "all of it", path] as const))("anything at all instead of %s is a plain model or findings", (_, path) => {
  for (const odd of ODD) {
    const resolved = resolve(defined(replaced(FULL, path, odd)));
    if (resolved.ok) expect(unplain(resolved.model)).toBeUndefined();
    else expect(resolved.findings.filter(({ severity, message, fix }) => severity === "error" && message !== "" && fix !== "")).not.toEqual([]);
  }
});
