import { expect, test } from "vitest";
import { instanceType } from "../../src/model/instance-type.ts";
import { modelOf, service, shop, SERVICE, WORKER } from "./shop.ts";

const hostsOf = (definition: Parameters<typeof modelOf>[0]) => modelOf(definition).environments[0]?.hosts;
const sized = (cpu: number, memory: string, replicas: unknown = 1) => service({ size: { cpu, memory }, replicas });

test.each([
  ["one small replica", sized(0.25, "256 MB"), { instance: "t4g.small", least: 1, most: 2 }],
  ["two replicas want two zones", sized(0.25, "256 MB", 2), { instance: "t4g.small", least: 2, most: 3 }],
  ["the largest replica fits twice on one", sized(0.5, "1 GB"), { instance: "t4g.medium", least: 1, most: 2 }],
  ["what is left over on each counts for nothing", sized(0.5, "800 MB", { least: 4, most: 8 }), { instance: "t4g.small", least: 3, most: 9 }],
  ["processors count as well as memory", sized(1, "128 MB", 4), { instance: "t4g.small", least: 3, most: 5 }],
])("where none are written, there are enough: %s", (_name, definition, hosts) => {
  expect(hostsOf(definition)).toEqual([{ name: "general", ...hosts }]);
});

test("a platform without services has none", () => {
  expect(hostsOf(shop({ services: {} }))).toEqual([]);
});

test("services run on the group that they name, else on the first", () => {
  const [environment] = modelOf(shop({
    hosts: { web: { instance: "t3.medium" }, batch: { instance: "m7g.large", least: 1, most: 5 } },
    services: { api: SERVICE, worker: { ...WORKER, hosts: "batch" } },
  })).environments;
  expect(environment?.services.map(({ name, hosts }) => `${name} on ${hosts}`)).toEqual(["api on web", "worker on batch"]);
  expect(environment?.hosts).toEqual([{ name: "web", instance: "t3.medium", least: 1, most: 2 }, { name: "batch", instance: "m7g.large", least: 1, most: 5 }]);
});

test("a number that is not written follows the one that is", () => {
  const group = (fields: object) => hostsOf(shop({ hosts: { general: { instance: "t4g.small", ...fields } }, services: { api: { ...SERVICE, replicas: 2 } } }))?.[0];
  expect([group({ least: 5 }), group({ most: 1 })].map((each) => [each?.least, each?.most])).toEqual([[5, 6], [1, 1]]);
});

test.each([
  ["t4g.nano", { architecture: "arm64", cpu: 2, memoryMb: 512 }],
  ["t3a.2xlarge", { architecture: "x86_64", cpu: 8, memoryMb: 32_768 }],
  ["m7g.medium", { architecture: "arm64", cpu: 1, memoryMb: 4_096 }],
  ["c7i.large", { architecture: "x86_64", cpu: 2, memoryMb: 4_096 }],
  ["r6in.24xlarge", { architecture: "x86_64", cpu: 96, memoryMb: 786_432 }],
  ["c5.9xlarge", { architecture: "x86_64", cpu: 36, memoryMb: 73_728 }],
  ["im4gn.large", { architecture: "arm64", cpu: 2, memoryMb: 8_192 }],
  ["x2iedn.xlarge", { architecture: "x86_64", cpu: 4, memoryMb: 131_072 }],
  ["m7i.medium", undefined], ["m7i.1xlarge", undefined], ["c7g.small", undefined], ["t2.micro", undefined], ["m7g.metal", undefined], ["m7g.large.more", undefined], ["", undefined],
])("an instance type: %s", (written, known) => {
  expect(instanceType(written)).toEqual(known);
});
