import { expect, test } from "vitest";
import { modelOf, platform, shop } from "./shop.ts";

const network = (of?: object) => modelOf(shop({ network: of })).environments[0]?.network;

test("a network with everything left out has two zones, one way out, and records of a month", () => {
  const usual = { addresses: "10.20.0.0/16", zones: 2, nat: "one", flowLogDays: 30, existing: null };
  expect(network()).toEqual(usual);
  expect(network({})).toEqual(usual);
});

test.each([
  [{ addresses: "192.168.8.0/21", zones: 3, nat: "one per zone", flowLogs: "0 days" }, { addresses: "192.168.8.0/21", zones: 3, nat: "one per zone", flowLogDays: 0 }],
  [{ addresses: "172.16.0.0/16" }, { addresses: "172.16.0.0/16" }],
])("a network's %j is %j", (written, means) => {
  expect(network(written)).toMatchObject(means);
});

test.each([
  ["own", undefined, ["amazon.com"]],
  ["own", ["letsencrypt.org"], ["amazon.com", "letsencrypt.org"]],
  ["own", ["amazon.com"], ["amazon.com"]],
  ["existing", undefined, []],
  ["existing", [], ["amazon.com"]],
])("in an %s zone with the authorities %j, certificates come from %j", (zone, certificateAuthorities, those) => {
  expect(modelOf(platform({ zone, certificateAuthorities })).shared).toMatchObject({ zone, certificateAuthorities: those });
});

test.each([
  ["none is named", {}, {}, [false, false]],
  ["each has its own", { account: "111122223333" }, { account: "444455556666" }, [true, true]],
  ["they share one", { account: "444455556666" }, { account: "444455556666" }, [false, false]],
  ["another's is not known", {}, { account: "444455556666" }, [false, false]],
])("who is alone in an account, where %s", (_what, dev, prod, alone) => {
  const environments = { dev: { branch: "dev", hosts: "{host}-dev", ...dev }, prod: { branch: "main", ...prod } };
  expect(modelOf(platform({ environments })).environments.map(({ aloneInAccount }) => aloneInAccount)).toEqual(alone);
});
