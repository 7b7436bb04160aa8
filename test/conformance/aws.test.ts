import { describe, expect, test } from "vitest";
import { readGraph } from "../../src/aws/read/graph.ts";
import { renderTerraform, type TerraformDirectory } from "../../src/aws/render/index.ts";
import type { Graph } from "../../src/model/graph.ts";
import { expectedGraph } from "../../src/model/links.ts";
import { EXAMPLES, exampleModel } from "../aws/platforms.ts";
import { withoutListenerRefusals } from "../aws/requests.ts";
import { closedShopModel, shopModel } from "../aws/shop.ts";

const ways = ({ edges }: Graph): readonly string[] => edges.map(({ from, to }) => `${from} → ${to}`).sort();

/** What tells callers apart stands twice before services: in the web ACL and in the listener. Each is enough. */
const SEEN: readonly (readonly [name: string, files: (directory: TerraformDirectory) => TerraformDirectory["files"]])[] = [
  ["all of it", ({ files }) => files],
  ["without the web ACL", ({ files }) => files.filter(({ name }) => name !== "firewall.tf.json")],
  ["without what the listener's rules refuse", (directory) => withoutListenerRefusals(directory).files],
];

/** Of every pair of nodes: those that are linked connect, in what we render as the reader sees it, and no others do. */
describe.each([...EXAMPLES, "shop", "closed shop"])("%s on AWS", (name) => {
  test.each(SEEN)("connects what is linked and nothing else: %s", async (_seen, filesOf) => {
    const model = name === "shop" ? shopModel() : name === "closed shop" ? closedShopModel() : await exampleModel(name);
    const directories = new Map(renderTerraform(model).map((directory) => [directory.name, directory]));
    for (const environment of model.environments) {
      const directory = directories.get(environment.name);
      const found = readGraph(directory ? filesOf(directory) : [], environment.teams);
      const wanted = expectedGraph(environment);
      expect([...found.nodes].sort()).toEqual([...wanted.nodes].sort());
      expect(ways(found)).toEqual(ways(wanted));
    }
  });
});
