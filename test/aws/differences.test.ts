import { expect, test } from "vitest";
import { differencesOf } from "../../src/aws/render/differences.ts";
import { shopEnvironment, shopModel } from "./shop.ts";

const lines = (model = shopModel()) => differencesOf(model).map(({ part, says }) => `${part}: ${says}`);
const MANAGED = "managed rules: of the common ones, those that honest bodies and clients without a name match only count";
const INSIDE = "every service on the same hosts as one that calls it can reach it inside; those without a link are only not told its address";

test("what AWS does in another way than the definition says", () => {
  expect(lines()).toEqual([
    "team agency: who comes from its IPv6 networks does not reach services: their load balancers have IPv4 addresses alone",
    "service report: a run begins also while the one before goes on: ECS keeps no task from running twice",
    `service api: ${INSIDE}`,
    `service desk: ${INSIDE}`,
    "database baskets: Valkey on one machine: while that is made anew, or its zone fails, nobody is served",
    "database articles: a replica set of one machine: while that is made anew, or its zone fails, nobody is served",
    "rate limit everyone: AWS counts every few seconds, so more may pass before the first is refused",
    "rate limit login: AWS counts every few seconds, so more may pass before the first is refused",
    MANAGED,
    "budget: it counts what has the tags platform and environment, so nothing until both are made cost allocation tags (console, Billing)",
  ]);
});

test("is said once for all environments in which it is so", () => {
  const [first] = shopEnvironment().services;
  const test = { ...shopEnvironment(), name: "test", protection: { ...shopEnvironment().protection, rateLimits: [] }, services: first ? [{ ...first, seed: "node seed.js" }] : [] };
  const found = differencesOf({ ...shopModel(), environments: [shopEnvironment(), test, { ...test, name: "trial" }] });
  expect(found.find(({ part }) => part === "rate limit login")?.environments).toEqual(["live"]);
  expect(found.find(({ says }) => says === "seed never runs there")).toEqual({ part: "service api", says: "seed never runs there", environments: ["test", "trial"] });
});

test("a run that may overlap is as it is written", () => {
  const services = shopEnvironment().services.map((service) => ({ ...service, calls: [], schedule: service.schedule && { ...service.schedule, overlap: true } }));
  expect(lines({ ...shopModel(), environments: [{ ...shopEnvironment(), teams: [], services, databases: [], budget: null, protection: { rateLimits: [], managedRules: [] } }] })).toEqual([]);
});

test("a team's IPv6 networks matter where services let it in", () => {
  const services = shopEnvironment().services.map((service) => ({ ...service, endpoint: service.endpoint && { ...service.endpoint, reachableBy: "public" as const, paths: [] } }));
  expect(lines({ ...shopModel(), environments: [{ ...shopEnvironment(), services }] }).filter((line) => line.startsWith("team"))).toEqual([]);
});

test("a firewall whose rules take more than its price covers", () => {
  const rateLimits = shopEnvironment().protection.rateLimits.map((limit) => ({ ...limit, paths: Array.from({ length: 8 }, (_nothing, index) => `/path${index}`) }));
  expect(lines({ ...shopModel(), environments: [{ ...shopEnvironment(), protection: { ...shopEnvironment().protection, rateLimits } }] })).toContain(
    "firewall: its rules take up to 1598 capacity units: each 500 beyond 1500 add 0.20 USD to a million requests",
  );
});

test("services on other hosts do not reach it at all, so there is nothing to say of them", () => {
  const services = shopEnvironment().services.map((service) => ({ ...service, hosts: service.name, schedule: null }));
  expect(lines({ ...shopModel(), environments: [{ ...shopEnvironment(), services }] }).filter((line) => line.startsWith("service"))).toEqual([]);
});
