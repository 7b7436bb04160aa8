import { describe, expect, test } from "vitest";
import { readConfiguration } from "../../src/aws/read/configuration.ts";
import { readNetwork } from "../../src/aws/read/network.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import { EXAMPLES, exampleModel } from "../aws/platforms.ts";
import { shopModel } from "../aws/shop.ts";
import { expectedWays } from "./network.ts";

/** Of every pair of nodes of the network, and every port: what links ask for is open, from both sides alike, and nothing else is. */
describe.each([...EXAMPLES, "shop"])("the network of %s on AWS", (name) => {
  test("lets through what is linked and nothing else", async () => {
    const model = name === "shop" ? shopModel() : await exampleModel(name);
    const directories = new Map(renderTerraform(model).map((directory) => [directory.name, directory.files]));
    for (const environment of model.environments) {
      const configuration = readConfiguration(directories.get(environment.name) ?? []);
      const { ways, useless } = readNetwork(configuration);
      expect(useless).toEqual([]);
      expect(ways.map(({ from, to, ports }) => `${from} → ${to} ${ports}`).sort()).toEqual(expectedWays(environment, configuration));
    }
  });

  test("is open to the world at ports 80 and 443 of the edge alone", async () => {
    const model = name === "shop" ? shopModel() : await exampleModel(name);
    for (const { files } of renderTerraform(model)) {
      const entered = readNetwork(readConfiguration(files)).ways.filter(({ from, to }) => /^[\d.:a-f]+\//.test(from) && !/^[\d.:a-f]+\//.test(to));
      expect(entered.filter(({ to, ports }) => to !== "balancer:edge" || !["tcp 80", "tcp 443"].includes(ports))).toEqual([]);
    }
  });
});
