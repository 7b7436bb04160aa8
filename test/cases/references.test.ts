import { expect, test } from "vitest";
import { modelOf, service, shop, SERVICE, SITE } from "./shop.ts";

const valueOf = (written: string) => modelOf(service({ environment: { VALUE: written } })).environments[0]?.services[0]?.environment[0]?.value;

test.each([
  ["{mysql.host}", [{ part: "mysql", field: "host" }]],
  ["jdbc:mysql://{mysql.host}:{mysql.port}/{mysql.database}?a=1", [
    "jdbc:mysql://", { part: "mysql", field: "host" }, ":", { part: "mysql", field: "port" }, "/", { part: "mysql", field: "database" }, "?a=1",
  ]],
  ["{mysql.password}", [{ part: "mysql", field: "password" }]],
  ["{api.url}/a,{main.url}", [{ part: "api", field: "url" }, "/a,", { part: "main", field: "url" }]],
  ["", []],
])("%s refers to parts", (written, value) => {
  expect(valueOf(written)).toEqual(value);
});

test.each([
  "${JAVA_HOME}", '{"user.name": 1}', "{user.name}", "{user}", "{{mysql}}", "{mysql.host.name}", "{spring.url}", "mysql.host", "{}", "{ a }",
])("%s is literal", (written) => {
  expect(valueOf(written)).toEqual([written]);
});

test("a service knows the address of one that it calls", () => {
  const [prod] = modelOf(shop({ services: { api: SERVICE, watch: { ...SERVICE, host: undefined, uses: ["api"], environment: { API_URL: "{api.url}" } } } })).environments;
  expect(prod?.services[1]?.environment).toEqual([{ name: "API_URL", value: [{ part: "api", field: "url" }] }]);
  expect(prod?.services[1]).toMatchObject({ uses: [], calls: ["api"] });
  expect(prod?.services[0]?.calledBySites).toEqual([]);
});

test("a service is called by the sites that know its address", () => {
  const [prod] = modelOf(shop({
    sites: { main: { ...SITE, environment: { API_URL: "{api.url}" } }, help: { ...SITE, host: "help" }, tasks: { ...SITE, host: "tasks", environment: { API: "{api.url}/tasks" } } },
    services: { api: SERVICE, admin: { ...SERVICE, host: "admin" } },
  })).environments;
  expect(prod?.services.map(({ name, calledBySites }) => ({ name, calledBySites }))).toEqual([
    { name: "api", calledBySites: ["main", "tasks"] },
    { name: "admin", calledBySites: [] },
  ]);
});
