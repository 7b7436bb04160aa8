import { describe, expect, test } from "vitest";
import { readGraph } from "../../src/aws/read/graph.ts";
import { renderTerraform } from "../../src/aws/render/index.ts";
import type { Graph } from "../../src/model/graph.ts";
import { expectedGraph } from "../../src/model/links.ts";
import { EXAMPLES, exampleModel } from "../aws/platforms.ts";
import { shopModel } from "../aws/shop.ts";

const ways = ({ edges }: Graph): readonly string[] => edges.map(({ from, to }) => `${from} → ${to}`).sort();

/** Of every pair of nodes: those that are linked connect, in what we render as the reader sees it, and no others do. */
describe.each([...EXAMPLES, "shop"])("%s on AWS", (name) => {
  test("connects what is linked and nothing else", async () => {
    const model = name === "shop" ? shopModel() : await exampleModel(name);
    const directories = new Map(renderTerraform(model).map((directory) => [directory.name, directory.files]));
    for (const environment of model.environments) {
      const found = readGraph(directories.get(environment.name) ?? [], environment.teams);
      const wanted = expectedGraph(environment);
      expect([...found.nodes].sort()).toEqual([...wanted.nodes].sort());
      expect(ways(found)).toEqual(ways(wanted));
    }
  });
});
