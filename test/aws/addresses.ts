import { contains, parseNetwork } from "../../src/kit/address.ts";

/** Whether an address is in a CIDR block. */
export function inside(address: string, cidr: string): boolean {
  const [outer, inner] = [parseNetwork(cidr), parseNetwork(address)];
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}
