import { expect, test } from "vitest";
import { wiring } from "../../src/model/wiring.ts";
import { modelOf, service } from "./shop.ts";

/** The variables that a service is given beside those of its links. */
function given(fields: Parameters<typeof service>[0]): Readonly<Record<string, string>> {
  const [environment] = modelOf(service({ uses: [], ...fields })).environments;
  const [api] = environment?.services ?? [];
  if (!environment || !api) throw new Error("the shop has a service");
  return Object.fromEntries(wiring(api, environment).map(({ name, value }) => [name, value.filter((piece) => typeof piece === "string").join("")]).filter(([name]) => name !== "PLATFORM_ENVIRONMENT"));
}

const size = (memory: string) => ({ cpu: 0.25, memory });

test.each([
  ["512 MB", "--max-old-space-size=320 --max-semi-space-size=16"],
  ["256 MB", "--max-old-space-size=160 --max-semi-space-size=8"],
  ["4 GB", "--max-old-space-size=2560 --max-semi-space-size=16"],
  ["6 MB", "--max-old-space-size=3 --max-semi-space-size=1"],
])("a heap of Node's ends below %s", (memory, options) => {
  expect(given({ runtime: "node", size: size(memory) })).toEqual({ NODE_OPTIONS: options });
});

test("one of Java's too, for its launcher alone", () => {
  expect(given({ runtime: "java", size: size("1 GB") })).toEqual({ JDK_JAVA_OPTIONS: "-Xmx640m" });
});

test("nothing is said to a program of which nothing is known", () => {
  expect(given({ size: size("1 GB") })).toEqual({});
});

test("what the definition says itself stands, as a value and as a secret", () => {
  expect(given({ runtime: "node", environment: { NODE_OPTIONS: "--enable-source-maps" } })).toEqual({ NODE_OPTIONS: "--enable-source-maps" });
  expect(given({ runtime: "node", secrets: ["NODE_OPTIONS"] })).toEqual({});
});
