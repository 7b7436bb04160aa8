import type { Block } from "../terraform.ts";
import { boundaryArn } from "./delivery-name.ts";
import type { Noun } from "./directory.ts";
import type { Place } from "./place.ts";

/** The same, every role of it within the boundary that its deliveries have, or they could not make it. */
export function bounded({ shared, environment }: Place, nouns: readonly Noun[]): readonly Noun[] {
  const permissions_boundary = boundaryArn(shared, environment.name, environment.account);
  if (permissions_boundary === null) return nouns;
  const within = (block: Block): Block => (block.mode === "resource" && block.type === "aws_iam_role" ? { ...block, body: { ...block.body, permissions_boundary } } : block);
  return nouns.map((noun) => ({ ...noun, blocks: noun.blocks.map(within) }));
}
