import { blockWithin, networkText, parseNetwork } from "../../kit/address.ts";
import { data, expression, resource, type Block, type Resource } from "../terraform.ts";
import type { Place } from "./place.ts";

export type Layer = "public" | "private" | "data";
export type Subnets = Readonly<Record<Layer, readonly Resource<"aws_subnet">[]>>;

/** What zones are called here, in AWS's order; AWS's own letters differ from account to account. */
export const ZONES = ["a", "b", "c"] as const;
/** The network is cut into sixteen blocks; each layer has four of them, one for each zone that there may ever be. */
const PIECE_BITS = 4;
const FIRST_PIECE: Readonly<Record<Layer, number>> = { public: 0, private: 4, data: 8 };

/** A subnet of each layer in each zone; none for data where no RDS is. */
export function renderSubnets(place: Place, vpc: Resource<"aws_vpc">): { readonly subnets: Subnets; readonly blocks: readonly Block[] } {
  const { zones, addresses } = place.environment.network;
  const available = data("aws_availability_zones", "available", {
    state: "available",
    filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
  });
  const layer = (name: Layer) =>
    ZONES.slice(0, zones).map((zone, index) =>
      resource(
        "aws_subnet", `${name}_${zone}`,
        {
          vpc_id: vpc.of("id"),
          cidr_block: pieceOf(addresses, FIRST_PIECE[name] + index),
          availability_zone: expression`${available.of("names")}[${index}]`,
          map_public_ip_on_launch: false,
          tags: { Name: `${place.prefix}-${name}-${zone}` },
        },
        // A zone that is missing from AWS's list for a day moves no subnet.
        { lifecycle: { ignore_changes: ["availability_zone"] } },
      ),
    );
  const stored = place.environment.databases.some(({ engine }) => engine === "mysql");
  const subnets = { public: layer("public"), private: layer("private"), data: stored ? layer("data") : [] };
  return { subnets, blocks: [available, ...Object.values(subnets).flat()] };
}

function pieceOf(addresses: string, index: number): string {
  const block = parseNetwork(addresses);
  if (!block) throw new Error(`${addresses} is no block of addresses`);
  return networkText(blockWithin(block, block.prefix + PIECE_BITS, index));
}
